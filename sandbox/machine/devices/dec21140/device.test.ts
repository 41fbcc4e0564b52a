import { describe, expect, test } from 'vitest';
import {
  BUFFERS,
  MEMORY,
  newChip,
  PR,
  RS,
  RX_RING,
  receiving,
  SR,
  ST,
  sources,
  TS,
  TX_RING,
  WHOLE,
} from '../../../../tests/support/dec21140.ts';
import { COMMAND_BUS_MASTER, PCI_COMMAND, PCI_STATUS } from '../../bus/pci/configuration-space.ts';
import * as spec from './spec.ts';

describe('registers (section 2)', () => {
  test.each([
    [0, 0xfe000000],
    [1, 0xffffffff],
    [2, 0xffffffff],
    [5, 0xfc000000],
    [6, 0x32000040],
    [7, 0xfffe0000],
    [8, 0xe0000000],
    [9, 0xfff483ff],
    [11, 0xfffe0000],
    [12, 0xfffffeff],
    [13, 0xffffffff],
  ])('CSR%d after reset', (n, value) => {
    const { csr, write } = newChip();
    expect(csr(n)).toBe(value);
    write(0, 0x01a08000);
    write(7, 0x1ebef);
    write(6, 0x020a2002);
    write(6, 0x020a0000);
    write(15, 0x37);
    write(0, spec.SOFTWARE_RESET);
    expect(csr(n)).toBe(value);
  });

  test('CSR0: high bits read 1, the rest is kept; the reset bit clears itself', () => {
    const { csr, write } = newChip();
    write(0, 0x01a08000);
    expect(csr(0)).toBe(0xffa08000);
    write(0, 0x01a08001);
    expect(csr(0)).toBe(0xfe000000);
  });

  test('CSR3 and CSR4: the low two bits are 0, and the base is read back', () => {
    const { csr, write } = newChip();
    write(3, 0x12347);
    write(4, 0xfffffffe);
    expect([csr(3), csr(4)]).toEqual([0x12344, 0xfffffffc]);
  });

  test('CSR5: bits 16:0 are cleared by writing one; process states and the rest are read-only', () => {
    const { csr, write } = newChip();
    write(6, ST);
    expect(csr(5) & 0x1ffff).toBe(spec.TRANSMIT_UNAVAILABLE);
    write(5, 0xfffe0000);
    expect(TS(csr(5))).toBe(6);
    expect(csr(5) & spec.TRANSMIT_UNAVAILABLE).not.toBe(0);
    write(5, spec.RECEIVE_INTERRUPT);
    expect(csr(5) & spec.TRANSMIT_UNAVAILABLE).not.toBe(0);
    write(5, spec.TRANSMIT_UNAVAILABLE);
    expect(csr(5) & 0x1ffff).toBe(0);
    expect(TS(csr(5))).toBe(6);
    expect(csr(5) >>> 26).toBe(0x3f);
  });

  test('CSR6: bit 25 reads 1 whatever is written', () => {
    const { csr, write } = newChip();
    write(6, 0);
    expect(csr(6)).toBe(0x02000000);
  });

  test('CSR7: bits above 16 read 1', () => {
    const { csr, write } = newChip();
    write(7, 0x1ebef);
    expect(csr(7)).toBe(0xffffebef);
  });

  test.each([
    ['8 bits', 40, 1],
    ['16 bits', 40, 2],
    ['an offset between registers', 42, 4],
    ['the upper half of a register', 44, 4],
    ['an offset behind the window', 128, 4],
    ['an offset before it', -8, 4],
  ])(
    'an access of %s reads ones and writes nothing (section 1: aligned longwords only)',
    (...a) => {
      const [, offset, size] = a;
      const { chip } = newChip();
      const before = chip.csr.slice();
      expect(chip.read(offset, size)).toBe(0xffffffff);
      chip.write(offset, size, 0xffffffff);
      expect(chip.csr).toEqual(before);
    },
  );

  test('CSR0: bits 16 and 22 do not exist, and nothing changes while a process runs', () => {
    const { csr, write } = newChip();
    write(0, 0xfffffffe);
    expect(csr(0)).toBe(0xffbefffe);
    write(0, 0x8000);
    write(6, ST);
    write(0, 0x4000);
    expect(csr(0)).toBe(0xfe008000);
  });

  test('CSR3 and CSR4 keep their value while their process runs', () => {
    const { csr, write } = newChip();
    write(6, ST);
    write(3, 0x100);
    write(4, 0x200);
    expect([csr(3), csr(4)]).toEqual([0x100, TX_RING]);
    write(6, SR);
    write(3, 0x300);
    write(4, 0x400);
    expect([csr(3), csr(4)]).toEqual([0x100, 0x400]);
  });

  test('CSR6: HP, HO and IF are not written; bits 8, 16 and 20 do not exist', () => {
    const { csr, write } = newChip();
    write(6, 0xffffffff & ~(ST | SR));
    expect(csr(6)).toBe(0xffeedee8);
  });

  test.each([
    ['PB', 1 << 3, SR, ST],
    ['SB', 1 << 5, ST, SR],
    ['TR', 3 << 14, ST, SR],
    ['SF', 1 << 21, ST, SR],
  ])('CSR6: %s keeps its value while its process runs, and only then', (_name, bit, on, other) => {
    const { csr, write } = newChip();
    write(6, on);
    write(6, on | bit);
    expect(csr(6) & bit).toBe(0);
    write(6, bit);
    expect(csr(6) & bit).toBe(bit);
    write(6, 0);
    write(6, other);
    write(6, other | bit);
    expect(csr(6) & bit).toBe(bit);
  });

  test.each([
    ['FD', 1 << 9],
    ['OM', 3 << 10],
    ['PS', 1 << 18],
    ['HBD', 1 << 19],
    ['TTM', 1 << 22],
    ['SCR', 1 << 24],
  ])('CSR6: %s changes only with both processes stopped, or as they start', (_name, bit) => {
    for (const on of [ST, SR]) {
      const { csr, write } = newChip();
      write(6, on);
      write(6, on | bit);
      expect(csr(6) & bit).toBe(0);
      write(6, 0);
      write(6, on | bit);
      expect(csr(6) & bit).toBe(bit);
    }
  });

  test('CSR6: PR, PM and RA change while the receiver runs, as drivers do', () => {
    const { csr, write } = newChip();
    const live = PR | spec.PASS_ALL_MULTICAST | spec.RECEIVE_ALL;
    write(6, SR);
    write(6, SR | live);
    expect(csr(6) & live).toBe(live);
  });

  test('PS survives a software reset, not a hardware reset (section 9)', () => {
    const { chip, csr, write } = newChip();
    write(6, spec.PORT_SELECT);
    write(0, spec.SOFTWARE_RESET);
    expect(csr(6)).toBe(0x32040040);
    chip.hardwareReset();
    expect(csr(6)).toBe(0x32000040);
  });

  test('CSR10 holds 18 bits; CSR13 and CSR14 are not there; CSR15 has five fields', () => {
    const { csr, write } = newChip();
    for (const n of [10, 13, 14, 15]) write(n, 0x12345);
    expect([10, 13, 14].map(csr)).toEqual([0xfffd2345, 0xffffffff, 0xffffffff]);
    write(15, 0xffffffff);
    expect(csr(15)).toBe(0xfffffff7);
  });

  test('CSR12: pins are inputs until a write with bit 8 makes them outputs', () => {
    const { csr, write } = newChip({ pins: 0xa5 });
    expect(csr(12)).toBe(0xfffffea5);
    write(12, 0x11f);
    write(12, 0x08);
    expect(csr(12)).toBe(0xfffffea8);
    write(0, spec.SOFTWARE_RESET);
    expect(csr(12)).toBe(0xfffffea5);
  });
});

describe('stopping (decision 0009)', () => {
  test.each([
    ['ST', ST, spec.TRANSMIT_STOPPED],
    ['SR', SR, spec.RECEIVE_STOPPED],
  ])('clearing %s is seen in CSR5, and neither in the summary nor on the pin', (...a) => {
    const [, bit, stopped] = a;
    const { csr, write, pin } = newChip();
    write(6, bit);
    write(5, 0x1ffff);
    write(7, 0x1ffff);
    write(6, 0);
    expect(sources(csr(5))).toBe(stopped);
    expect(pin).toEqual([]);
    write(6, bit);
    expect(csr(5) & stopped).toBe(0);
    write(6, 0);
    write(5, stopped);
    expect(csr(5) & stopped).toBe(0);
  });

  test('a stop that the chip makes by itself does interrupt, and a later command does not hide it', () => {
    const { csr, write, pin } = newChip();
    write(4, 0x80000000);
    write(7, 0x1ffff);
    write(6, ST);
    write(6, 0);
    const raised = spec.FATAL_BUS_ERROR | spec.TRANSMIT_STOPPED | spec.ABNORMAL_SUMMARY;
    expect(sources(csr(5))).toBe(raised);
    expect(pin).toEqual([true]);
  });
});

describe('configuration space (section 1)', () => {
  test('names a 21140A with the subsystem that the serial ROM holds', () => {
    const { configuration } = newChip().chip;
    const words = [0x00, 0x08, 0x2c, 0x3c].map((offset) => configuration.read(offset, 4));
    expect(words).toEqual([0x00091011, 0x02000020, 0x21140a00, 0x28140100]);
    expect(configuration.read(0x04, 4)).toBe(0x02800004);
    expect([0x18, 0x28, 0x30, 0x34, 0x44].map((at) => configuration.read(at, 4))).toEqual(
      Array(5).fill(0),
    );
  });

  test('an identity that is given goes before the serial ROM', () => {
    const identity = { device: 0x0019, revision: 0x41, subsystem: 0x1234 };
    const { configuration } = newChip({ identity }).chip;
    const read = [0x00, 0x08, 0x2c].map((offset) => configuration.read(offset, 4));
    expect(read).toEqual([0x00191011, 0x02000041, 0x12340a00]);
  });

  test('both base address registers are 128 bytes', () => {
    const { configuration } = newChip().chip;
    configuration.write(0x10, 4, 0xffffffff);
    configuration.write(0x14, 4, 0xffffffff);
    expect([0x10, 0x14].map((at) => configuration.read(at, 4))).toEqual([0xffffff81, 0xffffff80]);
  });

  test('asleep, only configuration space works', () => {
    const { chip, csr, write } = newChip();
    chip.configuration.write(0x40, 4, 0x80000000);
    write(3, 0x100);
    expect(csr(3)).toBe(0xffffffff);
    expect(chip.receive(new Uint8Array(60), 60)).toBe(false);
    chip.configuration.write(0x40, 4, 0);
    expect(csr(3)).toBe(RX_RING);
  });

  test('without the bus master bit the processes wait; they go on when it is set', () => {
    const { chip, csr, write, describe: setUp, sent } = newChip();
    chip.configuration.write(PCI_COMMAND, 2, 0);
    setUp(TX_RING, true, 64 | WHOLE, BUFFERS);
    setUp(RX_RING, true, 0x600, BUFFERS);
    write(6, ST | SR | PR);
    expect([TS(csr(5)), RS(csr(5)), sent.length]).toEqual([1, 1, 0]);
    expect(chip.receive(new Uint8Array(60), 60)).toBe(false);
    chip.configuration.write(PCI_COMMAND, 2, COMMAND_BUS_MASTER);
    expect([TS(csr(5)), RS(csr(5)), sent.length]).toEqual([6, 3, 1]);
  });
});

describe('fatal bus errors', () => {
  const error = (csr5: number) => csr5 & (spec.FATAL_BUS_ERROR | spec.BUS_ERROR_BITS);
  const abort = spec.FATAL_BUS_ERROR | spec.MASTER_ABORT;

  test.each(['a descriptor', 'a buffer', 'the last bytes of a buffer', 'the end of all addresses'])(
    'master abort where nothing answers: %s',
    (what) => {
      const { chip, csr, write, describe: setUp, sent } = newChip();
      if (what === 'a descriptor') write(4, 0x80000000);
      const at = { 'a buffer': MEMORY, 'the last bytes of a buffer': MEMORY - 32 }[what];
      setUp(TX_RING, true, 64 | WHOLE, at ?? 0xffffffe0);
      write(6, ST);
      expect(error(csr(5))).toBe(abort);
      expect(TS(csr(5))).toBe(0);
      expect(sent).toEqual([]);
      expect(chip.configuration.read(PCI_STATUS, 2)).toBe(0x2280);
      chip.configuration.write(PCI_STATUS, 2, 0x2000);
      expect(chip.configuration.read(PCI_STATUS, 2)).toBe(0x0280);
    },
  );

  test('in the receiver too, and the frame is lost', () => {
    const { chip, csr, describe: setUp, write } = receiving(2);
    write(6, 0);
    setUp(RX_RING, true, 0x600, 0x90000000);
    write(3, RX_RING);
    write(6, SR | PR);
    expect(chip.receive(new Uint8Array(60), 60)).toBe(false);
    expect(error(csr(5))).toBe(abort);
    expect(csr(5) & spec.RECEIVE_INTERRUPT).toBe(0);
  });

  test('DMA ends until a reset, for both processes', () => {
    const { csr, write, describe: setUp, sent } = newChip();
    setUp(RX_RING, true, 0x600, BUFFERS);
    write(6, SR);
    write(4, 0x80000000);
    write(6, SR | ST);
    expect([TS(csr(5)), RS(csr(5))]).toEqual([0, 0]);
    write(6, 0);
    write(4, TX_RING);
    setUp(TX_RING, true, 64 | WHOLE, BUFFERS);
    write(6, ST);
    expect(sent).toEqual([]);
    write(0, spec.SOFTWARE_RESET);
    write(4, TX_RING);
    write(6, ST);
    expect(sent).toHaveLength(1);
  });
});

describe('summaries and the interrupt pin (section 4)', () => {
  test('a source sets its bit even when masked; summary and pin count unmasked ones only', () => {
    const { csr, write, pin } = newChip();
    write(6, ST);
    expect(csr(5) & 0x1ffff).toBe(spec.TRANSMIT_UNAVAILABLE);
    expect(pin).toEqual([]);
    write(7, spec.TRANSMIT_UNAVAILABLE);
    expect(csr(5) & spec.NORMAL_SUMMARY).not.toBe(0);
    expect(pin).toEqual([]);
    write(7, spec.TRANSMIT_UNAVAILABLE | spec.NORMAL_SUMMARY);
    expect(pin).toEqual([true]);
  });

  test('abnormal sources feed the abnormal summary', () => {
    const { csr, write, pin } = newChip();
    write(7, 0x1ffff);
    write(6, SR);
    expect(csr(5) & 0x1ffff).toBe(spec.RECEIVE_UNAVAILABLE | spec.ABNORMAL_SUMMARY);
    expect(pin).toEqual([true]);
  });

  test('the pin is a level: it falls when the sources are cleared, masked, or the chip is reset', () => {
    for (const quiet of [
      [5, 0x1ffff],
      [7, 0],
      [0, spec.SOFTWARE_RESET],
    ]) {
      const { write, pin } = newChip();
      write(7, 0x1ffff);
      write(6, ST);
      write(quiet[0], quiet[1]);
      expect(pin).toEqual([true, false]);
    }
  });

  test('clearing the summary alone does not lower the pin while a source stands', () => {
    const { csr, write, pin } = newChip();
    write(7, 0x1ffff);
    write(6, ST);
    write(5, spec.NORMAL_SUMMARY);
    expect(csr(5) & spec.NORMAL_SUMMARY).not.toBe(0);
    expect(pin).toEqual([true]);
  });
});
