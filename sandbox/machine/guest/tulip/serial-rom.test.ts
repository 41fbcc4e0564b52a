import { describe, expect, test } from 'vitest';
import { MAC, TulipRig } from '../../../../tests/support/tulip.ts';
import { makeSerialRom } from '../../devices/dec21140/serial-rom-image.ts';
import { macBytes } from '../../net/frame.ts';
import { TulipDriver } from './driver.ts';
import { parseSerialRom, serialRomChecksum } from './serial-rom-contents.ts';

const IMAGE = makeSerialRom({ macAddress: macBytes(MAC) });

/** A driver that reads what a test asks for instead of bringing the adapter up. */
class Reader extends TulipDriver {
  word = -1;
  last = -1;

  get bits(): number {
    return this.addressBits;
  }

  read(location: number): void {
    this.enqueue(() => this.#read(location));
  }

  size(): void {
    this.enqueue(() => this.#size());
  }

  *#read(location: number) {
    this.word = yield* this.readSerialRomWord(location);
  }

  *#size() {
    this.last = yield* this.sizeSerialRom();
  }
}

/** A rig whose driver has probed, and forgotten how many accesses that took. */
function reading(serialRom = IMAGE) {
  const rig = new TulipRig({ driver: Reader, serialRom }).open();
  const { driver } = rig;
  if (!(driver instanceof Reader)) throw new Error('another driver');
  rig.forget();
  return { rig, driver };
}

const counts = (rig: TulipRig) => ({
  writes: rig.accesses.filter(({ write }) => write).length,
  reads: rig.accesses.filter(({ write }) => !write).length,
  csr9: rig.accesses.filter(({ register }) => register === 9).length,
});

describe('a word of the serial ROM', () => {
  test('takes 58 writes and 82 reads of CSR9, whichever it is', () => {
    const { rig, driver } = reading();
    for (const location of [0, 10, 33, 62, 63]) {
      rig.forget();
      driver.read(location);
      rig.rest();
      expect(driver.word).toBe(IMAGE[location]);
      expect(counts(rig)).toEqual({ writes: 58, reads: 82, csr9: 140 });
    }
  });

  test('starts and ends with the ROM not selected, and gives each edge a read', () => {
    const { rig, driver } = reading();
    driver.read(0);
    rig.rest();
    const values = rig.accesses.map(({ write, value }) => (write ? value : -1));
    expect([values[0], values.at(-1)]).toEqual([0x4800, 0x4800]);
    for (let i = 2; i < values.length - 1; i++)
      if (values[i] !== -1) expect(values[i + 1]).toBe(-1);
  });
});

describe('the size probe', () => {
  test('finds six address bits by the zero after the last, and brings the last word along', () => {
    const { rig, driver } = reading();
    driver.size();
    rig.rest();
    expect(driver.bits).toBe(6);
    expect(driver.last).toBe(IMAGE[63]);
    expect(counts(rig)).toEqual({ writes: 62, reads: 88, csr9: 150 });
  });

  test('without a zero there is no ROM', () => {
    const { rig, driver } = reading();
    rig.chip.romAndMii.read = (kept) => (kept | 8) >>> 0;
    driver.size();
    rig.rest();
    expect(driver.bits).toBe(0);
  });
});

describe('what the serial ROM says', () => {
  /** The image with bytes changed, and a checksum that fits again. */
  function changed(at: number, ...values: number[]): Uint16Array {
    const words = IMAGE.slice();
    const bytes = new Uint8Array(words.buffer);
    bytes.set(values, at);
    words[63] = serialRomChecksum(bytes);
    return words;
  }

  test('station address, subsystem, version, and the leaf of the MII transceiver', () => {
    expect(parseSerialRom(IMAGE)).toEqual({
      version: 3,
      macAddress: MAC,
      subsystemVendor: 0x0a00,
      subsystem: 0x2114,
      media: {
        connection: 0x0800,
        directions: 0x1f,
        phy: 0,
        initialise: [8],
        reset: [0],
        capabilities: 0x7800,
        advertise: 0x01e0,
      },
    });
  });

  test('a block of another kind before the MII block is passed over', () => {
    const compact = [0x05, 0x08, 0x21, 0x00];
    const mii = [0x8e, 1, 3, 1, 8, 1, 0, 0, 0x78, 0xe0, 1, 0, 0x50, 0, 0];
    const contents = parseSerialRom(changed(30, 0, 8, 0x1f, 2, ...compact, ...mii));
    expect(contents).toMatchObject({ media: { phy: 3, advertise: 0x01e0 } });
  });

  test.each([
    ['all ones', new Uint16Array(64).fill(0xffff), /empty/],
    ['all zeros', new Uint16Array(64), /empty/],
    ['one bit wrong', IMAGE.map((word, at) => (at === 11 ? word ^ 0x0100 : word)), /checksum/],
    ['a group address', changed(20, 0x01), /station address/],
    ['an address of zeros', changed(20, 0, 0, 0, 0, 0, 0), /station address/],
    ['a leaf behind the end', changed(27, 0xff, 0xff), /MII/],
    ['a block that leaves the ROM', changed(34, 0xff), /MII/],
    ['no block at all', changed(33, 0), /MII/],
    ['more bytes than the block has', changed(37, 0x70), /MII/],
    ['255 blocks of nothing', changed(33, 255, ...new Array(90).fill(0x80)), /MII/],
  ])('%s: is said in a sentence', (_name, words, reason) => {
    expect(parseSerialRom(words)).toMatch(reason);
  });
});
