import { describe, expect, test } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory } from '../../memory/host-memory.ts';
import { macBytes, makeMac } from '../../net/frame.ts';
import { Dec21140 } from './device.ts';
import { makeSerialRom } from './serial-rom-image.ts';
import * as spec from './spec.ts';

const TX_RING = 0x10000;
const RX_RING = 0x11000;
const BUFFERS = 0x20000;
const ST = spec.START_TRANSMIT;
const SR = spec.START_RECEIVE;
const PR = spec.PROMISCUOUS;

/** A chip on a bus: tests use its registers, guest memory, the wire and the pin, as a driver does. */
function newChip() {
  const memory = new GuestMemory(new HostMemory(4 << 20), 2 << 20);
  const sent: Uint8Array[] = [];
  const pin: boolean[] = [];
  const chip = new Dec21140({
    engine: new Engine(),
    memory,
    serialRom: makeSerialRom({ macAddress: macBytes(makeMac(1, 3)) }),
    host: {
      transmit: (buffer, length) => sent.push(buffer.slice(0, length)),
      interruptPin: (level) => pin.push(level),
    },
  });
  const csr = (n: number) => chip.read(8 * n, 4);
  const write = (n: number, value: number) => chip.write(8 * n, 4, value);
  /** A descriptor of four words; OWN is set last, as software must. */
  const describe = (at: number, own: boolean, control: number, first = 0, second = 0) => {
    for (const [i, word] of [control, first, second].entries())
      memory.write32(at + 4 + 4 * i, word);
    memory.write32(at, own ? spec.OWN : 0);
  };
  const fill = (at: number, length: number, value: number) =>
    memory.writeFrom(at, new Uint8Array(length).fill(value), 0, length);
  write(3, RX_RING);
  write(4, TX_RING);
  return { memory, chip, csr, write, describe, fill, sent, pin };
}

const WHOLE = spec.TDES1_FIRST | spec.TDES1_LAST;
const TS = (csr5: number) => (csr5 >>> 20) & 7;
const RS = (csr5: number) => (csr5 >>> 17) & 7;

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
    [13, 0xffffffff],
  ])('CSR%d after reset', (n, value) => {
    const { csr, write } = newChip();
    expect(csr(n)).toBe(value);
    write(0, 0x01a08000);
    write(7, 0x1ebef);
    write(6, 0x020e2002);
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

describe('transmit process (section 4)', () => {
  test('ST without an owned descriptor: TU, state 6, the pointer stays', () => {
    const { csr, write, describe, fill, sent } = newChip();
    write(6, ST);
    expect(TS(csr(5))).toBe(6);
    fill(BUFFERS, 100, 9);
    describe(TX_RING, true, 100 | WHOLE | spec.END_OF_RING, BUFFERS);
    expect(sent).toHaveLength(0);
    write(1, 0);
    expect(sent).toHaveLength(1);
  });

  test('a poll demand in state 0 is ignored, and its register reads ones', () => {
    const { csr, write, describe, sent } = newChip();
    describe(TX_RING, true, 100 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent).toHaveLength(0);
    expect(csr(1)).toBe(0xffffffff);
  });

  test('sends buffer 1, then buffer 2, from any byte address; gives the descriptor back', () => {
    const { memory, write, describe, fill, sent } = newChip();
    fill(BUFFERS + 3, 61, 1);
    fill(BUFFERS + 0x1001, 40, 2);
    describe(TX_RING, true, 61 | (40 << 11) | WHOLE, BUFFERS + 3, BUFFERS + 0x1001);
    write(6, ST);
    expect(sent).toHaveLength(1);
    expect([...sent[0]]).toEqual([...new Uint8Array(61).fill(1), ...new Uint8Array(40).fill(2)]);
    expect(memory.read32(TX_RING)).toBe(0);
  });

  test('gathers a frame from first to last descriptor', () => {
    const { memory, write, describe, fill, sent } = newChip();
    for (const [i, control] of [spec.TDES1_FIRST, 0, spec.TDES1_LAST].entries()) {
      fill(BUFFERS + i * 100, 30, i + 1);
      describe(TX_RING + 16 * i, true, 30 | control, BUFFERS + i * 100);
    }
    write(6, ST);
    expect(sent).toHaveLength(1);
    expect([sent[0].length, sent[0][0], sent[0][30], sent[0][89]]).toEqual([90, 1, 2, 3]);
    for (const i of [0, 1, 2]) expect(memory.read32(TX_RING + 16 * i)).toBe(0);
  });

  test('TI only where IC is set', () => {
    const { csr, write, describe } = newChip();
    describe(TX_RING, true, 64 | WHOLE, BUFFERS);
    write(6, ST);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).toBe(0);
    describe(TX_RING + 16, true, 64 | WHOLE | spec.TDES1_INTERRUPT, BUFFERS);
    write(1, 0);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).not.toBe(0);
  });

  test('TU is set again at each fetch that fails', () => {
    const { csr, write } = newChip();
    write(6, ST);
    write(5, 0x1ffff);
    write(1, 0);
    expect(csr(5) & spec.TRANSMIT_UNAVAILABLE).not.toBe(0);
  });

  test('an owned descriptor of length 0 is consumed and sends nothing', () => {
    const { memory, write, describe, sent } = newChip();
    describe(TX_RING, true, 0, BUFFERS);
    describe(TX_RING + 16, true, 70 | WHOLE, BUFFERS);
    write(6, ST);
    expect(memory.read32(TX_RING)).toBe(0);
    expect(sent.map((frame) => frame.length)).toEqual([70]);
  });

  test('ST cleared: state 0 and TPS; set again it continues at the pointer', () => {
    const { csr, write, describe, sent } = newChip();
    describe(TX_RING, true, 64 | WHOLE, BUFFERS);
    write(6, ST);
    write(6, 0);
    expect(TS(csr(5))).toBe(0);
    expect(csr(5) & spec.TRANSMIT_STOPPED).not.toBe(0);
    describe(TX_RING + 16, true, 80 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent).toHaveLength(1);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([64, 80]);
  });

  test('clearing ST when it was clear sets nothing', () => {
    const { csr, write } = newChip();
    write(6, 0);
    expect(csr(5) & 0x1ffff).toBe(0);
  });
});

describe('the next descriptor (section 3)', () => {
  test('the end of the ring leads back to the base, and wins over the chain', () => {
    const { write, describe, sent } = newChip();
    const end = spec.END_OF_RING | spec.CHAINED;
    describe(TX_RING, true, 61 | WHOLE, BUFFERS);
    describe(TX_RING + 16, true, 62 | WHOLE | end, BUFFERS, TX_RING + 0x800);
    write(6, ST);
    describe(TX_RING, true, 63 | WHOLE, BUFFERS);
    write(1, 0);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62, 63]);
  });

  test('a chained descriptor names the next one; its second buffer is not one', () => {
    const { write, describe, sent } = newChip();
    const chained = 61 | (100 << 11) | WHOLE | spec.CHAINED;
    describe(TX_RING, true, chained, BUFFERS, TX_RING + 0x400);
    describe(TX_RING + 0x400, true, 62 | WHOLE, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62]);
  });

  test('DSL skips that many longwords between descriptors that are not chained', () => {
    const { write, describe, sent } = newChip();
    write(0, 5 << 2);
    describe(TX_RING, true, 61 | WHOLE, BUFFERS);
    describe(TX_RING + 16 + 20, true, 62 | WHOLE, BUFFERS);
    write(6, ST);
    expect(sent.map((frame) => frame.length)).toEqual([61, 62]);
  });
});

describe('receive process (section 4)', () => {
  /** A ring of `count` descriptors with one buffer of `size` bytes each, all of them the chip's. */
  function receiving(count: number, size = 0x600) {
    const chip = newChip();
    const setUp = (i: number) => {
      const end = i === count - 1 ? spec.END_OF_RING : 0;
      chip.describe(RX_RING + 16 * i, true, size | end, BUFFERS + 0x800 * i);
    };
    for (let i = 0; i < count; i++) setUp(i);
    chip.write(6, SR | PR);
    const status = (i: number) => chip.memory.read32(RX_RING + 16 * i);
    return { ...chip, setUp, status };
  }

  const frame = (length: number, fill = 4) => new Uint8Array(length).fill(fill);

  test('SR with an owned descriptor: state 3; without: RU and state 4', () => {
    expect(RS(receiving(2).csr(5))).toBe(3);
    const { csr, write } = newChip();
    write(6, SR);
    expect(RS(csr(5))).toBe(4);
    expect(csr(5) & spec.RECEIVE_UNAVAILABLE).not.toBe(0);
  });

  test('a frame: bytes in the buffer, length with FCS, first and last, RI', () => {
    const { chip, csr, memory, status } = receiving(2);
    expect(chip.receive(frame(100, 6), 100)).toBe(true);
    expect(status(0)).toBe((104 << 16) | spec.RDES0_FIRST | spec.RDES0_LAST);
    expect([memory.read8(BUFFERS), memory.read8(BUFFERS + 99)]).toEqual([6, 6]);
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
});

describe('setup frames and the filter (section 5)', () => {
  const own = macBytes(makeMac(1, 3));
  const other = macBytes(makeMac(1, 4));
  const broadcast = new Uint8Array(6).fill(0xff);
  const group = Uint8Array.of(1, 0, 0x5e, 0, 0, 1);

  /** Runs the setup frame that lists `addresses`, the last one repeated. */
  function filtering(addresses: Uint8Array[], mode = 0, control: number = spec.TDES1_SETUP) {
    const chip = newChip();
    for (let entry = 0; entry < 16; entry++) {
      const address = addresses[Math.min(entry, addresses.length - 1)];
      for (let pair = 0; pair < 3; pair++) {
        const at = BUFFERS + 4 * (3 * entry + pair);
        const low = address[2 * pair] | (address[2 * pair + 1] << 8);
        chip.memory.write32(at, low | 0xdead0000);
      }
    }
    chip.describe(TX_RING, true, spec.SETUP_FRAME_SIZE | control, BUFFERS);
    chip.describe(RX_RING, true, 0x600 | spec.END_OF_RING, BUFFERS + 0x1000);
    chip.write(6, ST | SR | mode);
    const accepts = (address: Uint8Array) => {
      const frame = new Uint8Array(60);
      frame.set(address);
      chip.memory.write32(RX_RING, spec.OWN);
      return chip.chip.receive(frame, 60);
    };
    return { ...chip, accepts };
  }

  test('is not sent, and is given back as 7fffffff', () => {
    const { memory, sent, csr } = filtering([own]);
    expect(sent).toHaveLength(0);
    expect(memory.read32(TX_RING)).toBe(0x7fffffff);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).toBe(0);
  });

  test('raises TI when IC is set', () => {
    const { csr } = filtering([own], 0, spec.TDES1_SETUP | spec.TDES1_INTERRUPT);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).not.toBe(0);
  });

  test('perfect filtering: the listed addresses and nothing else, broadcast included', () => {
    const { accepts } = filtering([own]);
    expect([own, other, broadcast, group].map(accepts)).toEqual([true, false, false, false]);
    const both = filtering([broadcast, own]);
    expect([own, other, broadcast].map(both.accepts)).toEqual([true, false, true]);
  });

  test('PR accepts all; PM accepts every group', () => {
    expect([own, other, group].map(filtering([own], PR).accepts)).toEqual([true, true, true]);
    const groups = filtering([own], spec.PASS_ALL_MULTICAST);
    expect([own, other, group, broadcast].map(groups.accepts)).toEqual([true, false, true, true]);
  });

  test('a frame that does not pass is not a missed one', () => {
    const { accepts, csr } = filtering([own]);
    accepts(other);
    expect(csr(8)).toBe(0xe0000000);
  });

  test('a reset forgets the addresses', () => {
    const { write, accepts } = filtering([own]);
    write(0, spec.SOFTWARE_RESET);
    write(3, RX_RING);
    write(6, SR);
    expect(accepts(own)).toBe(false);
  });
});
