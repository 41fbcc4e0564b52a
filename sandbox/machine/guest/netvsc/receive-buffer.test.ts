import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { GuestMemory } from '../../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../memory/host-memory.ts';
import { fillHeader, MAX_HEADER_WORDS, NO_INFO, RNDIS_MSG_PACKET } from '../../vmbus/rndis.ts';
import { ReceiveBuffer } from './receive-buffer.ts';

const AT = 0x4000;
const BYTES = 0x2000;

function bench(offset = 0, length = 100, info: readonly number[] = NO_INFO) {
  const memory = new GuestMemory(new HostMemory(2 * LARGE_PAGE_SIZE), LARGE_PAGE_SIZE);
  const words = new Uint32Array(MAX_HEADER_WORDS);
  const count = fillHeader(words, 0, length, info, 0);
  const put = (index: number, value: number) => memory.write32(AT + offset + 4 * index, value);
  for (let i = 0; i < count; i++) put(i, words[i]);
  return { buffer: new ReceiveBuffer(memory, AT, BYTES), size: 4 * count + length, put };
}

describe('a frame that the host has put there', () => {
  test.each([0, 1806, 1807, BYTES - 144])('at offset %i', (offset) => {
    const { buffer, size } = bench(offset);
    expect(buffer.read(offset, size)).toBe(RNDIS_MSG_PACKET);
    expect([buffer.dataAt, buffer.dataLength]).toEqual([AT + offset + 44, 100]);
  });

  test('its information is copied with the header', () => {
    const { buffer, size, put } = bench(0, 100, [6, 0x0014]);
    expect(buffer.read(0, size)).toBe(RNDIS_MSG_PACKET);
    put(14, 0xffff);
    expect([buffer.header[12], buffer.header[14]]).toEqual([6, 0x0014]);
    expect(buffer.dataAt).toBe(AT + 60);
  });
});

describe('what cannot be a frame', () => {
  test.each<[string, number, number]>([
    ['a length beyond the range', 1, 145],
    ['data behind the message', 2, 90],
    ['more data than there is', 3, 101],
    ['data that wraps', 3, 0xffffffff],
    ['information over the data', 8, 4],
    ['information without end', 8, 0xfffffff0],
  ])('%s', (_name, word, value) => {
    const { buffer, size, put } = bench();
    put(word, value);
    expect(buffer.read(0, size)).toBe(0);
  });

  test('a range that leaves the buffer, or is too short for a header', () => {
    const { buffer, size } = bench(BYTES - 100);
    expect(buffer.read(BYTES - 100, size)).toBe(0);
    expect([buffer.read(0, 7), buffer.read(4294967290, 100)]).toEqual([0, 0]);
  });

  test('random headers: what is accepted lies inside its range', () => {
    const random = new Random(3);
    const { buffer, put } = bench();
    let accepted = 0;
    for (let i = 0; i < 20_000; i++) {
      const length = random.below(600);
      put(0, RNDIS_MSG_PACKET);
      for (let word = 1; word < 11; word++)
        put(word, random.below(random.below(20) === 0 ? 0x1_0000_0000 : 200));
      if (random.below(2) === 0) put(8, 4 * random.below(20));
      if (buffer.read(0, length) !== RNDIS_MSG_PACKET) continue;
      accepted++;
      expect(buffer.dataAt).toBeGreaterThanOrEqual(AT + 44);
      expect(buffer.dataAt + buffer.dataLength).toBeLessThanOrEqual(AT + length);
    }
    expect(accepted).toBeGreaterThan(10);
  });
});
