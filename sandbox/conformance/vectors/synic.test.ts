import { describe, expect, test } from 'vitest';
import { replayVectors } from './replay.ts';
import { parseVectorFile } from './vector-file.ts';

type Json = Record<string, unknown>;

function replay(content: Json) {
  return replayVectors(parseVectorFile('other', JSON.stringify(content)));
}

const ZERO = 'c71c0011';
const state = { interrupts: [], queued: {}, now: 50, simpCrc32: ZERO, siefpCrc32: ZERO };

/** Operations that set the pages at 0x200 and 0x201 up, and SINT 9 on vector 0x61. */
const SET_UP = [
  ['0x40000083', '0x200001'],
  ['0x40000082', '0x201001'],
  ['0x40000099', '0x61'],
  ['0x40000080', '0x1'],
].map(([msr, value]) => ({ op: 'wrmsr', msr, value, result: { ok: true }, ...state }));

describe('a SynIC with other pages and SINTs', () => {
  test('is replayed; each difference is found where it is', () => {
    const signal = { op: 'signal', sint: 9, flag: 77, ...state };
    const found = replay({
      guestPageBase: 512,
      ops: [
        ...SET_UP,
        {
          ...signal,
          result: { newlySignaled: true },
          interrupts: [{ vector: 97, autoEoi: false }],
        },
        { ...signal, result: { newlySignaled: true } },
        { op: 'takeFlags', sint: 9, result: { flags: [77] }, ...state },
        { op: 'advance', by: 5, result: {}, ...state, now: 56 },
      ],
    });
    expect(found).toMatchObject({ family: 'synic', steps: 8, differences: 4 });
    expect(found.first.map(({ step, what }) => [step, what])).toEqual([
      [4, 'siefpCrc32'],
      [5, 'newlySignaled'],
      [5, 'siefpCrc32'],
      [7, 'now'],
    ]);
  });

  test.each([
    [
      'an unknown operation',
      { op: 'sleep', result: {}, ...state },
      "op is none of a SynIC's: sleep",
    ],
    ['a SINT that is none', { op: 'consume', sint: 16, result: {}, ...state }, 'sint is not 0'],
    [
      'a message that is too long',
      { op: 'post', sint: 9, type: '0x1', sender: '0x1', payload: '00'.repeat(241), result: {} },
      'payload is longer than 240 bytes',
    ],
  ])('%s is refused', (_name, op, message) => {
    const last = { ...state, ...op };
    expect(() => replay({ guestPageBase: 512, ops: [...SET_UP, last] })).toThrow(message);
  });
});

describe('intercept messages of other kinds', () => {
  const bytes = (parts: [number, number[]][]) => {
    const message = new Uint8Array(256);
    for (const [at, values] of parts) message.set(values, at);
    return Buffer.from(message).toString('hex');
  };

  test('a CPUID intercept is decoded by the names of its fields', () => {
    const message = bytes([
      [0, [2, 0, 1, 0x80, 104]],
      [8, [5]],
      [56, [0x0a]],
      [88, [0x77]],
    ]);
    const recorded = { messageType: '0x80010002', payloadSize: 104, partitionId: 5, message };
    const same = { ...recorded, rax: '0xa', defaultResultRax: '0x77', vpIndex: 0 };
    expect(replay({ messages: [same] })).toMatchObject({ family: 'intercept', differences: 0 });
    const other = replay({ messages: [{ ...same, rbx: '0x1', novelty: 3 }] });
    expect(other.first.map(({ what }) => what)).toEqual(['rbx', 'novelty']);
  });

  test('a type that is none, and a byte that no field explains, are differences', () => {
    const unknown = { messageType: '0x80010077', payloadSize: 0, partitionId: 0 };
    const message = bytes([[0, [0x77, 0, 1, 0x80]]]);
    expect(replay({ messages: [{ ...unknown, message }] }).differences).toBe(1);
    const halt = { messageType: '0x80010007', payloadSize: 40, partitionId: 0 };
    const tail = bytes([
      [0, [7, 0, 1, 0x80, 40]],
      [200, [9]],
    ]);
    expect(replay({ messages: [{ ...halt, message: tail }] }).first).toMatchObject([
      { what: 'message, byte 200' },
    ]);
  });
});
