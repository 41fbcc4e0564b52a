import { describe, expect, test } from 'vitest';
import { replayNetvsc } from './netvsc.ts';
import { editable, recordedVectors } from './recorded.ts';
import { parseVectorFile, type VectorFile } from './vector-file.ts';

type Step = Record<string, unknown>;

const FILES = recordedVectors('netvsc');

/** Differences after a change of some step. */
function changed(file: VectorFile, change: (steps: Step[]) => void): number {
  const content = editable(file) as unknown as { steps: Step[] };
  change(content.steps);
  return replayNetvsc(parseVectorFile(file.name, JSON.stringify(content))).differences;
}

function flip(text: unknown, at: number): string {
  const digits = `${text}`;
  const other = (Number.parseInt(digits[at], 16) ^ 1).toString(16);
  return digits.slice(0, at) + other + digits.slice(at + 1);
}

describe.each(FILES.map((file): [string, VectorFile] => [file.name, file]))('%s', (_name, file) => {
  test('nothing differs', () => {
    const { steps, differences, first } = replayNetvsc(file);
    expect([differences, first]).toEqual([0, []]);
    expect(steps).toBe(file.content.list('steps').length);
  });

  test('a digit of any guest packet, message or section shows', () => {
    const steps = file.content.list('steps');
    for (const [i, step] of steps.entries()) {
      const name = ['packet', 'payload', 'bytes', 'rndisHeader'].find((one) => step.has(one));
      if (name === undefined || step.raw('actor') !== 'guest') continue;
      const seen = changed(file, (all) => {
        all[i][name] = flip(all[i][name], name === 'payload' ? 33 : 16);
      });
      expect([i, seen > 0]).toEqual([i, true]);
    }
  });

  test('a packet that is left out or that nobody sent shows', () => {
    const isPacket = (step: Step) => step.actor === 'guest' && step.via === 'ring';
    const first = (steps: Step[]) => steps.findIndex(isPacket);
    expect(
      changed(file, (steps) => steps.splice(first(steps), 1, { actor: 'guest', via: 'none' })),
    ).toBeGreaterThan(0);
    expect(changed(file, (steps) => steps.push({ ...steps[first(steps)] }))).toBeGreaterThan(0);
  });
});
