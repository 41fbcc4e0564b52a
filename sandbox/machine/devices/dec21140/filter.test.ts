import { describe, expect, test } from 'vitest';
import {
  BUFFERS,
  newChip,
  PR,
  RX_RING,
  SR,
  ST,
  TX_RING,
} from '../../../../tests/support/dec21140.ts';
import { crc32 } from '../../net/crc32.ts';
import { macBytes, makeMac } from '../../net/frame.ts';
import * as spec from './spec.ts';

const HASH = spec.TDES1_FILTER_TYPE_0;
const INVERSE = spec.TDES1_FILTER_TYPE_1;
const HASH_ONLY = HASH | INVERSE;

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

  test('of a wrong size it is given back, with its interrupt, and changes nothing', () => {
    const { chip, memory, csr, write, describe, accepts } = filtering([own]);
    for (const [i, size] of [0, 188, 193, 2047].entries())
      describe(
        TX_RING + 16 * (i + 1),
        true,
        size | spec.TDES1_SETUP | HASH_ONLY | spec.TDES1_INTERRUPT,
        BUFFERS,
      );
    write(1, 0);
    for (const i of [1, 2, 3, 4]) expect(memory.read32(TX_RING + 16 * i)).toBe(0x7fffffff);
    expect(csr(5) & spec.TRANSMIT_INTERRUPT).not.toBe(0);
    expect(chip.csr[6] & spec.FILTERING_MODE).toBe(0);
    expect([own, other].map(accepts)).toEqual([true, false]);
  });

  test('inverse filtering: what is in none of the entries; PM still accepts every group', () => {
    const { accepts, csr } = filtering([own, group], 0, spec.TDES1_SETUP | INVERSE);
    expect(csr(6) & spec.FILTERING_MODE).toBe(spec.INVERSE_FILTERING);
    expect([own, group, other, broadcast].map(accepts)).toEqual([false, false, true, true]);
    const groups = filtering([own, group], spec.PASS_ALL_MULTICAST, spec.TDES1_SETUP | INVERSE);
    expect([own, group, other].map(groups.accepts)).toEqual([false, true, true]);
  });

  test('big-endian buffers: a setup frame has its bytes the other way round too', () => {
    const { write, describe, memory, accepts } = filtering([other]);
    write(6, 0);
    write(0, spec.BIG_ENDIAN_BUFFERS);
    for (let i = 0; i < spec.SETUP_FRAME_SIZE; i++) {
      const byte = own[2 * ((i >>> 2) % 3) + (i & 1)];
      memory.write8(BUFFERS + (i ^ 3), byte);
    }
    describe(TX_RING + 16, true, spec.SETUP_FRAME_SIZE | spec.TDES1_SETUP, BUFFERS);
    write(6, ST | SR);
    expect([own, other].map(accepts)).toEqual([true, false]);
  });

  describe('hash filtering', () => {
    /** Bits that the facts computed: 255 for broadcast, 510 for 01:00:5e:00:00:01. */
    const BROADCAST_BIT = 255;
    const GROUP_BIT = 510;

    function hashing(bits: number[], control: number, mode = 0) {
      const rig = filtering([new Uint8Array(6)]);
      rig.memory.writeFrom(BUFFERS, new Uint8Array(spec.SETUP_FRAME_SIZE), 0, 192);
      for (const bit of bits) {
        const at = BUFFERS + 4 * (bit >>> 4);
        rig.memory.write32(at, rig.memory.read32(at) | (1 << (bit & 15)));
      }
      for (let pair = 0; pair < 3; pair++)
        rig.memory.write32(BUFFERS + 156 + 4 * pair, own[2 * pair] | (own[2 * pair + 1] << 8));
      rig.describe(TX_RING + 16, true, spec.SETUP_FRAME_SIZE | spec.TDES1_SETUP | control, BUFFERS);
      rig.write(6, ST | SR | mode);
      rig.write(1, 0);
      return rig;
    }

    test('with one perfect address: groups by hash, an individual address by comparison', () => {
      const { accepts, csr } = hashing([BROADCAST_BIT], HASH);
      expect(csr(6) & spec.FILTERING_MODE).toBe(spec.HASH_AND_PERFECT);
      expect([own, other, broadcast, group].map(accepts)).toEqual([true, false, true, false]);
      expect(hashing([GROUP_BIT], HASH).accepts(group)).toBe(true);
    });

    test('hash only: both by hash', () => {
      const bit = crc32(other, 0, 6) & 511;
      const { accepts, csr } = hashing([bit], HASH_ONLY);
      expect(csr(6) & spec.FILTERING_MODE).toBe(spec.HASH_AND_PERFECT | spec.HASH_ONLY);
      expect([own, other, group].map(accepts)).toEqual([false, true, false]);
    });

    test('PM and PR go before the hash', () => {
      expect(hashing([], HASH, spec.PASS_ALL_MULTICAST).accepts(group)).toBe(true);
      expect(hashing([], HASH, PR).accepts(other)).toBe(true);
    });
  });
});
