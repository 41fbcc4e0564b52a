import { describe, expect, test } from 'vitest';
import { editable, recordedLayouts, recordedVectors } from './recorded.ts';
import { replayVectors, type VectorReport } from './replay.ts';
import { parseVectorFile, type VectorFile } from './vector-file.ts';

type Op = Record<string, unknown>;

/** What a replay finds in `file` after a change. */
function changed(file: VectorFile, change: (content: { ops: Op[]; final: Op }) => void) {
  const content = editable(file) as unknown as { ops: Op[]; final: Op };
  change(content);
  return replayVectors(parseVectorFile(file.name, JSON.stringify(content)));
}

function file(name: string): VectorFile {
  const found = recordedVectors().find((one) => one.name === `${name}.json.gz`);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** The change that a mistake in the model would be: one hexadecimal digit is another. */
function flip(text: unknown, at: number): string {
  const digits = `${text}`;
  const other = (Number.parseInt(digits[at], 16) ^ 1).toString(16);
  return digits.slice(0, at) + other + digits.slice(at + 1);
}

test.each(recordedVectors().map((one): [string, VectorFile] => [one.name, one]))(
  '%s: no difference, or a reason why nothing was compared',
  (_name, one) => {
    const { steps, differences, first, notModelled } = replayVectors(one);
    expect([differences, first]).toEqual([0, []]);
    if (notModelled === null) expect(steps).toBeGreaterThan(0);
    else expect(notModelled.length).toBeGreaterThan(10);
  },
);

test('every operation of every ring is replayed', () => {
  const reports = recordedVectors('ring').map(replayVectors);
  expect(reports.reduce((sum, { steps }) => sum + steps, 0)).toBe(434);
});

describe('a difference is found where it is', () => {
  test.each<[string, (op: Op) => void, (op: Op) => boolean]>([
    ['write index', (op) => (op.writeIndex = 8), (op) => op.op === 'write'],
    ['read index', (op) => (op.readIndex = 8), (op) => op.op === 'read'],
    ['signal', (op) => (op.signal = op.signal !== true), (op) => op.op === 'write'],
    ['signal', (op) => (op.signal = op.signal !== true), (op) => op.op === 'read'],
    ['ret', (op) => (op.ret = -11), (op) => op.op === 'writeGpaDirect'],
    ['packet offset', (op) => (op.packetOffset = 16), (op) => op.op === 'write'],
    ['CRC of the data', (op) => (op.dataCrc32 = flip(op.dataCrc32, 7)), (op) => op.op === 'read'],
    ['bytes to write', (op) => (op.bytesToWrite = 1), (op) => op.op === 'beginRead'],
    ['bytes that came meanwhile', (op) => (op.bytesRemaining = 8), (op) => op.op === 'endRead'],
    ['interrupt mask', (op) => (op.interruptMask = 7), (op) => op.op === 'endRead'],
    ['count', (op) => (op.count = 77), (op) => op.op === 'read'],
    [
      'packet 0 data, byte 1',
      (op) => {
        const [packet] = op.packets as Op[];
        packet.data = flip(packet.data, 3);
      },
      (op) => op.op === 'read' && op.count !== 0,
    ],
    [
      'packet 0 transId',
      (op) => ((op.packets as Op[])[0].transId = '0x1234'),
      (op) => op.op === 'read' && op.count !== 0,
    ],
  ])('ring: %s', (what, change, where) => {
    let step = -1;
    const report = changed(file('ring-random-a'), ({ ops }) => {
      step = ops.findIndex((op, at) => at > 20 && where(op));
      change(ops[step]);
    });
    expect(report).toMatchObject({ family: 'ring', differences: 1, notModelled: null });
    expect(report.first).toMatchObject([{ step, what }]);
  });

  test('ring: a byte that is written otherwise shows in every CRC that follows', () => {
    const report = changed(file('ring-inband-a'), ({ ops }) => {
      ops[1].payload = flip(ops[1].payload, 0);
    });
    expect(report.first[0]).toMatchObject({ step: 1, what: 'CRC of the data' });
    expect(report.differences).toBeGreaterThan(10);
  });

  test.each<[string, string, string]>([
    ['ring-wrap-a', 'data', 'final data, byte 20'],
    ['ring-wrap-a', 'controlPageFirst68Bytes', 'final control page, byte 20'],
    ['ring-xferpages-a', 'data', 'final data, byte 20'],
  ])('%s: a byte of the final %s', (name, field, what) => {
    const report = changed(file(name), ({ final }) => {
      final[field] = flip(final[field], 40);
    });
    expect(report).toMatchObject({ differences: 1, first: [{ what }] });
  });

  test.each<[string, (op: Op) => void, string]>([
    ['signal', (op) => (op.signal = op.signal !== true), 'signal'],
    ['index', (op) => (op.writeIndex = 8), 'write index'],
    ['room', (op) => (op.ringFullBeforeEnd = true), 'ring full before the end'],
  ])('xferpages: %s of a batch', (_name, change, what) => {
    const report = changed(file('ring-xferpages-b'), ({ ops }) => change(ops[1]));
    expect(report.family).toBe('xferpages');
    expect(report.first).toMatchObject([{ step: 1, what }]);
  });
});

describe('files that are other', () => {
  test('a ring that does not begin empty, and whose writer cannot wait for room', () => {
    const report = changed(file('ring-full-a'), (content) => {
      Object.assign(content, {
        initial: { writeIndex: 4000, readIndex: 3976, interruptMask: 1, featureBits: 0 },
        ops: [
          { op: 'write', type: 11, flags: 0, transId: 5, payload: '' },
          { op: 'setInterruptMask', value: 0 },
          { op: 'setPendingSendSize', value: 4072 },
        ],
      });
      const state = { writeIndex: 4024, readIndex: 3976, bytesToWrite: 4048, bytesToRead: 48 };
      Object.assign(content.ops[0], { ret: 0, signal: false, packetOffset: 4000 });
      for (const op of content.ops) Object.assign(op, state, { dataCrc32: '' });
    });
    expect(new Set(report.first.map(({ what }) => what.replace(/, byte.*/, '')))).toEqual(
      new Set(['CRC of the data', 'final control page', 'final data']),
    );
  });

  test('a table of layouts and disks are reported with a reason', () => {
    const skipped = [recordedLayouts(), file('storvsc-a')].map(replayVectors);
    expect(skipped.map(({ family }) => family)).toEqual(['layouts', 'storvsc']);
    for (const { notModelled } of skipped) expect(notModelled).toMatch(/lab layouts|has no/);
  });

  const refused = (content: unknown): (() => VectorReport) => {
    return () => replayVectors(parseVectorFile('x', JSON.stringify(content)));
  };
  const ring = { dataSize: 4096, initial: {}, ops: [] };
  test.each([
    [{}, 'vectors: x: of no known family; there is ring, xferpages'],
    [ring, 'vectors: x: initial: writeIndex is missing; it is an integer'],
    [{ ...ring, dataSize: 100 }, 'dataSize is not 1 to 1024 whole pages'],
    [{ ...ring, dataSize: 2 ** 40 }, 'dataSize is not 1 to 1024 whole pages'],
  ])('%j is refused', (content, message) => {
    expect(refused(content)).toThrow(message);
  });

  test('an operation that there is not is refused with its place', () => {
    expect(() =>
      changed(file('ring-full-a'), ({ ops }) => {
        ops[4].op = 'peek';
      }),
    ).toThrow("vectors: ring-full-a.json.gz: ops[4]: there is no operation 'peek'");
  });
});
