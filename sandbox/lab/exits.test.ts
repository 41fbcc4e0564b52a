/** What an emulated access adds to the exits of a frame, cause by cause. */
import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import type { CompareConfig, PathReport } from './report.ts';

async function emulated(options: Partial<CompareConfig>): Promise<PathReport> {
  const { paths } = await compare({ paths: ['emulated'], ...options });
  if (paths.emulated === undefined) throw new Error('no report');
  return paths.emulated;
}

describe.each([
  ['tx', 5],
  ['rx', 9],
] as const)('paced %s', (direction, accesses) => {
  test('each access is one exit of the guest; interrupt controller and halts stand beside it', async () => {
    const { exitsBy, perFrame } = await emulated({ direction, load: 'paced', frames: 100 });
    expect(perFrame.deviceAccesses).toBe(accesses);
    expect(perFrame.ioExits).toBe(accesses);
    expect(exitsBy['port-io']).toBe(accesses);
    expect(exitsBy['apic-access']).toBe(1);
    expect(exitsBy.halt).toBe(1);
    // A sending guest's own timer has an end of interrupt too.
    expect(exitsBy.eoi).toBe(direction === 'tx' ? 2 : 1);
  });

  test('the root has an interrupt for each, and for the adapter; one hypercall more for the pin', async () => {
    const { exitsBy } = await emulated({ direction, load: 'paced', frames: 100 });
    expect(exitsBy['root-interrupt']).toBe(accesses + 1);
    expect(exitsBy['root-eoi']).toBe(accesses + 1);
    expect(exitsBy['root-hypercall']).toBe(accesses + 1);
    expect(exitsBy['root-eom']).toBeUndefined();
  });
});

test('machines that share a processor of the root meet in its slot: some messages wait', async () => {
  const one = await emulated({ frames: 400 });
  const four = await emulated({ frames: 400, vms: 4 });
  expect(one.exitsBy['root-eom']).toBeUndefined();
  expect(four.exitsBy['root-eom']).toBeGreaterThan(0);
  expect(four.exitsBy['port-io']).toBeGreaterThan(0);
  const all = Object.values(four.exitsBy).reduce((sum, count) => sum + count, 0);
  expect(all).toBeCloseTo(four.perFrame.exits, 9);
});
