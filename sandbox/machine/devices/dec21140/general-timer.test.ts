import { expect, test } from 'vitest';
import { newChip } from '../../../../tests/support/dec21140.ts';
import { MICROSECOND } from '../../engine/engine.ts';
import * as spec from './spec.ts';

test.each([
  ['serial', 0, 204.8],
  ['MII 10', spec.PORT_SELECT | spec.THRESHOLD_MODE, 819.2],
  ['MII 100', spec.PORT_SELECT, 81.92],
])('CSR11 on the %s port: GTE after as many units', (_name, mode, unit) => {
  const { engine, csr, write, pin } = newChip();
  write(7, 0x1ffff);
  write(6, mode);
  write(11, 5);
  engine.run(engine.now + 5 * unit * MICROSECOND - 1);
  expect(csr(5) & spec.TIMER_EXPIRED).toBe(0);
  expect(csr(11)).toBe(0xfffe0001);
  engine.run();
  expect(csr(5) & 0x1ffff).toBe(spec.TIMER_EXPIRED | spec.NORMAL_SUMMARY);
  expect(pin).toEqual([true]);
  expect(csr(11)).toBe(0xfffe0000);
});

test('CON starts again, behind the work of the machine; writing 0 stops', () => {
  const { engine, csr, write } = newChip();
  write(6, spec.PORT_SELECT);
  write(11, spec.TIMER_CONTINUOUS | 2);
  engine.run();
  expect(engine.now).toBe(0);
  for (let i = 0; i < 3; i++) {
    engine.run(engine.now + 164 * MICROSECOND);
    expect(csr(5) & spec.TIMER_EXPIRED).not.toBe(0);
    write(5, spec.TIMER_EXPIRED);
  }
  write(11, 0);
  engine.run(engine.now + 1000 * MICROSECOND);
  expect(csr(5) & spec.TIMER_EXPIRED).toBe(0);
});

test('a reset stops the timer', () => {
  const { engine, csr, write } = newChip();
  write(11, 1);
  write(0, spec.SOFTWARE_RESET);
  engine.run();
  expect(csr(5) & spec.TIMER_EXPIRED).toBe(0);
});
