import { expect, test } from 'vitest';
import { familyOf } from './family.ts';
import { parseVectorFile } from './vector-file.ts';

function family(content: unknown): string | undefined {
  return familyOf(parseVectorFile('synic-a.json', JSON.stringify(content)));
}

const guest = { actor: 'guest', via: 'ring' };

test.each([
  ['ring', { dataSize: 4096, ops: [{ op: 'write' }] }],
  ['xferpages', { dataSize: 4096, ops: [{ op: 'read' }, { op: 'writeBatch' }] }],
  ['synic', { ops: [{ op: 'signal' }, { op: 'advance', by: 1 }] }],
  ['intercept', { messages: [{ message: '00' }] }],
  ['control', { steps: [{ actor: 'guest', via: 'HvPostMessage' }] }],
  ['netvsc', { steps: [{ via: 'HvPostMessage' }, { via: 'rndis' }] }],
  [
    'netvsc',
    { steps: [{ ...guest, packet: `0600020007000100${'00'.repeat(8)}01${'00'.repeat(39)}` }] },
  ],
  [
    'storvsc',
    { steps: [{ ...guest, packet: `060002000a000100${'00'.repeat(8)}07${'00'.repeat(63)}` }] },
  ],
  [
    'vpci',
    { steps: [{ ...guest, packet: `0600020003000100${'00'.repeat(8)}13004942${'00'.repeat(4)}` }] },
  ],
  [undefined, { steps: [] }],
  [undefined, { ops: [] }],
  [undefined, {}],
])('a file is of family %s for its content, whatever its name', (wanted, content) => {
  expect(family(content)).toBe(wanted);
});

test('what is no JSON object is refused with one line', () => {
  expect(() => parseVectorFile('x', '{')).toThrow('vectors: x: not JSON');
  expect(() => parseVectorFile('x', '[]')).toThrow('vectors: x: not a JSON object');
  expect(() => parseVectorFile('x', '{}').content.number('dataSize')).toThrow(
    'vectors: x: dataSize is missing; it is an integer',
  );
});
