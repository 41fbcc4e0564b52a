import { describe, expect, test } from 'vitest';
import {
  BUFFERS,
  frame,
  newChip,
  PR,
  RS,
  RX_RING,
  receiving,
  SR,
  ST,
  TX_RING,
  WHOLE,
} from '../../../../tests/support/dec21140.ts';
import * as spec from './spec.ts';

describe('receive process (section 4)', () => {
  test('SR with an owned descriptor: state 3; without: RU and state 4', () => {
    expect(RS(receiving(2).csr(5))).toBe(3);
    const { csr, write } = newChip();
    write(6, SR);
    expect(RS(csr(5))).toBe(4);
    expect(csr(5) & spec.RECEIVE_UNAVAILABLE).not.toBe(0);
  });

  test('a frame: bytes in the buffer, length with FCS, first and last, RI', () => {
    const { chip, csr, memory, status } = receiving(2);
    expect(chip.receive(frame(100, 3), 100)).toBe(true);
    const plain = spec.RDES0_FIRST | spec.RDES0_LAST;
    expect(status(0)).toBe((104 << 16) | plain | spec.RDES0_MULTICAST);
    expect([memory.read8(BUFFERS), memory.read8(BUFFERS + 99)]).toEqual([3, 3]);
    expect(csr(5) & 0x1ffff).toBe(spec.RECEIVE_INTERRUPT);
    expect(status(1)).toBe(spec.OWN);
  });

  test('MF marks a frame for a group', () => {
    const { chip, status } = receiving(2);
    chip.receive(frame(60, 0xff), 60);
    expect(status(0) & spec.RDES0_MULTICAST).not.toBe(0);
    chip.receive(frame(60, 0x02), 60);
    expect(status(1) & spec.RDES0_MULTICAST).toBe(0);
  });

  test('a frame over several descriptors: only the first has FS, only the last has LS', () => {
    const { chip, memory, status } = receiving(4, 64);
    chip.receive(frame(150), 150);
    expect(status(0)).toBe(spec.RDES0_FIRST);
    expect(status(1)).toBe(0);
    expect(status(2)).toBe((154 << 16) | spec.RDES0_LAST);
    expect(status(3)).toBe(spec.OWN);
    expect(memory.read8(BUFFERS + 0x1000 + 21)).toBe(4);
    expect(memory.read8(BUFFERS + 0x1000 + 30)).toBe(0);
  });

  test('the next descriptor is acquired at once: RU when the last buffer is used', () => {
    const { chip, csr } = receiving(2);
    chip.receive(frame(60), 60);
    expect(csr(5) & spec.RECEIVE_UNAVAILABLE).toBe(0);
    chip.receive(frame(60), 60);
    expect(csr(5) & spec.RECEIVE_UNAVAILABLE).not.toBe(0);
    expect(RS(csr(5))).toBe(4);
  });

  test('suspended: frames are dropped and counted, RU is not set again, a read of CSR8 clears it', () => {
    const { chip, csr, write } = receiving(1);
    chip.receive(frame(60), 60);
    write(5, 0x1ffff);
    expect(chip.receive(frame(60), 60)).toBe(false);
    expect(chip.receive(frame(60), 60)).toBe(false);
    expect(csr(5) & 0x1ffff).toBe(0);
    expect(csr(8)).toBe(0xe0000002);
    expect(csr(8)).toBe(0xe0000000);
  });

  test('CSR8 cannot be written, and its counter does not run into other bits', () => {
    const { chip, csr, write } = receiving(1);
    write(8, 0x1234);
    chip.receive(frame(60), 60);
    for (let i = 0; i < 0x10001; i++) chip.receive(frame(60), 60);
    expect(csr(8) & 0x10000).toBe(0x10000);
    expect(csr(8) >>> 17).toBe(0x7000);
  });

  test('suspended: a poll demand fetches again, and so does a frame that passes the filter', () => {
    const { chip, csr, write, setUp } = receiving(1);
    chip.receive(frame(60), 60);
    setUp(0);
    write(2, 0);
    expect(RS(csr(5))).toBe(3);
    chip.receive(frame(60), 60);
    setUp(0);
    expect(chip.receive(frame(60), 60)).toBe(true);
  });

  test('no descriptor in mid-frame: the last one is closed with LS, DE and ES, and RU is set', () => {
    const { chip, csr, status } = receiving(2, 64);
    expect(chip.receive(frame(600), 600)).toBe(false);
    const closed = spec.RDES0_LAST | spec.RDES0_TRUNCATED | spec.RDES0_ERROR;
    expect(status(1) & 0xffff).toBe(closed);
    expect(status(1) & spec.OWN).toBe(0);
    expect(csr(5) & spec.RECEIVE_UNAVAILABLE).not.toBe(0);
    expect(RS(csr(5))).toBe(4);
  });

  test('SR cleared: state 0 and RPS; frames are not taken and not counted', () => {
    const { chip, csr, write } = receiving(2);
    write(6, 0);
    expect(RS(csr(5))).toBe(0);
    expect(csr(5) & spec.RECEIVE_STOPPED).not.toBe(0);
    expect(chip.receive(frame(60), 60)).toBe(false);
    expect(csr(8)).toBe(0xe0000000);
  });

  test('SR cleared and set again goes on at the pointer', () => {
    const { chip, write, status } = receiving(3);
    chip.receive(frame(60), 60);
    write(6, 0);
    write(6, SR | PR);
    chip.receive(frame(61), 61);
    expect([status(1) >>> 16, status(2)]).toEqual([65, spec.OWN]);
  });

  test('a descriptor counts as it was when it was acquired; one that is chained names the next', () => {
    const { chip, memory, describe, write } = newChip();
    describe(RX_RING, true, 64 | (64 << 11) | spec.CHAINED, BUFFERS, RX_RING + 0x400);
    describe(RX_RING + 0x400, true, 0x40, BUFFERS + 0x100);
    write(6, SR | PR);
    memory.write32(RX_RING + 8, BUFFERS + 0x4000);
    chip.receive(frame(100), 100);
    expect(memory.read32(RX_RING + 0x400) >>> 16).toBe(104);
    expect([memory.read8(BUFFERS + 63), memory.read8(BUFFERS + 0x123)]).toEqual([4, 4]);
    expect([memory.read8(BUFFERS + 64), memory.read8(BUFFERS + 0x4000)]).toEqual([0, 0]);
  });

  test('buffer 1, then buffer 2; one of size 0 is skipped; sizes and addresses are whole longwords', () => {
    const { chip, memory, describe, write } = newChip();
    describe(RX_RING, true, 0 | (0x43 << 11), BUFFERS, BUFFERS + 0x103);
    describe(RX_RING + 16, true, 0x600, BUFFERS + 0x200);
    write(6, SR | PR);
    chip.receive(frame(70), 70);
    const at = (offset: number) => memory.read8(BUFFERS + offset);
    expect([at(0), at(0xff), at(0x100), at(0x13f), at(0x140)]).toEqual([0, 0, 4, 4, 0]);
    expect([at(0x200), at(0x205), at(0x206)]).toEqual([4, 4, 0]);
  });

  test('BLE: bytes of a buffer change places within each longword', () => {
    const { chip, memory, write, setUp } = receiving(2);
    write(6, 0);
    write(0, spec.BIG_ENDIAN_BUFFERS);
    setUp(0);
    write(6, SR | PR);
    chip.receive(
      frame(62).map((_, i) => i),
      62,
    );
    expect([0, 1, 2, 3].map((i) => memory.read8(BUFFERS + i))).toEqual([3, 2, 1, 0]);
    expect(memory.read8(BUFFERS + (61 ^ 3))).toBe(61);
  });
});

describe('what RDES0 says (section 3)', () => {
  const low = (word: number) => word & 0xffff & ~(spec.RDES0_FIRST | spec.RDES0_LAST);
  /** Word 0 for a frame of `length` bytes; its type field is a length unless said otherwise. */
  function word(length: number, { type = 46, mode = PR, watchdog = 0 } = {}) {
    const rig = receiving(4, 0x7fc, mode);
    rig.write(15, watchdog);
    const bytes = frame(length);
    bytes.set([type >>> 8, type & 0xff], 12);
    const taken = rig.chip.receive(bytes, length);
    return { ...rig, taken, words: [0, 1, 2].map(rig.status) };
  }

  test('FT: the type field is greater than 1500', () => {
    expect(low(word(100, { type: 1500 }).words[0])).toBe(0);
    expect(low(word(100, { type: 1501 }).words[0])).toBe(spec.RDES0_TYPE);
  });

  test('TL and ES: longer than 1518 with FCS', () => {
    expect(low(word(1514).words[0])).toBe(0);
    expect(low(word(1515).words[0])).toBe(spec.RDES0_TOO_LONG | spec.RDES0_ERROR);
  });

  test('a runt is dropped, and not missed; PB lets it through with RF and ES', () => {
    const dropped = word(59);
    expect([dropped.taken, dropped.words[0], dropped.csr(8)]).toEqual([
      false,
      spec.OWN,
      0xe0000000,
    ]);
    const passed = word(59, { mode: PR | spec.PASS_BAD_FRAMES });
    expect(low(passed.words[0])).toBe(spec.RDES0_RUNT | spec.RDES0_ERROR);
  });

  test('RW and RWT: the watchdog cuts a frame, unless RWD', () => {
    const cut = word(3000);
    expect(cut.words[1] >>> 16).toBe(2560);
    expect(cut.words[1] & spec.RDES0_WATCHDOG).not.toBe(0);
    expect(cut.csr(5) & spec.RECEIVE_WATCHDOG).not.toBe(0);
    const whole = word(3000, { watchdog: spec.WATCHDOG_DISABLE });
    expect([whole.words[1] >>> 16, whole.words[1] & spec.RDES0_WATCHDOG]).toEqual([3004, 0]);
    expect(whole.csr(5) & spec.RECEIVE_WATCHDOG).toBe(0);
  });

  test('FF: with RA, of a frame that the filter would have dropped', () => {
    const failed = word(100, { mode: spec.RECEIVE_ALL });
    expect([failed.taken, failed.words[0] & spec.RDES0_FILTER_FAILED]).toEqual([true, 1 << 30]);
    expect(word(100, { mode: spec.RECEIVE_ALL | PR }).words[0] >>> 30).toBe(0);
  });
});

describe('loopback (section 10)', () => {
  test.each([1, 2])(
    'mode %d: through the filter into memory, with DT, and not to the wire',
    (mode) => {
      const { chip, memory, write, describe: setUp, fill, sent, csr } = newChip();
      fill(BUFFERS, 64, 6);
      setUp(TX_RING, true, 64 | WHOLE, BUFFERS);
      setUp(RX_RING, true, 0x600, BUFFERS + 0x1000);
      write(6, ST | SR | PR | (mode << 10));
      expect(sent).toEqual([]);
      const status = memory.read32(RX_RING);
      expect([status >>> 16, (status >>> 12) & 3]).toEqual([68, mode]);
      expect(memory.read8(BUFFERS + 0x103f)).toBe(6);
      expect(csr(5) & spec.RECEIVE_INTERRUPT).not.toBe(0);
      expect(chip.receive(frame(60), 60)).toBe(false);
    },
  );

  test('a frame that does not pass the filter, or without SR, comes nowhere', () => {
    for (const bits of [SR, PR]) {
      const { write, csr, describe: setUp } = newChip();
      setUp(TX_RING, true, 64 | WHOLE, BUFFERS);
      setUp(RX_RING, true, 0x600, BUFFERS + 0x1000);
      write(6, ST | bits | (1 << 10));
      expect(csr(5) & spec.RECEIVE_INTERRUPT).toBe(0);
    }
  });
});
