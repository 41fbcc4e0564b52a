import { describe, expect, test } from 'vitest';
import { editable, recordedVectors } from './recorded.ts';
import { parseVectorFile, type VectorFile } from './vector-file.ts';
import { replayVpci } from './vpci.ts';

type Step = Record<string, unknown>;

const FILES = recordedVectors('vpci');

function changed(file: VectorFile, change: (steps: Step[]) => void) {
  const content = editable(file) as unknown as { steps: Step[] };
  change(content.steps);
  return replayVpci(parseVectorFile(file.name, JSON.stringify(content)));
}

function flip(text: unknown, at: number): string {
  const digits = `${text}`;
  const other = (Number.parseInt(digits[at], 16) ^ 1).toString(16);
  return digits.slice(0, at) + other + digits.slice(at + 1);
}

test('there is a file of the oldest version and one of the newest', () => {
  expect(FILES.map(({ name }) => name)).toEqual(['vpci-11.json.gz', 'vpci-14.json.gz']);
});

describe.each(FILES.map((file): [string, VectorFile] => [file.name, file]))('%s', (_name, file) => {
  test('nothing differs', () => {
    const { steps, differences, first } = replayVpci(file);
    expect([differences, first]).toEqual([0, []]);
    expect(steps).toBe(file.content.list('steps').length);
  });

  test('a digit of any guest packet shows', () => {
    for (const [i, step] of file.content.list('steps').entries()) {
      if (step.raw('actor') !== 'guest') continue;
      // The type of the packet, its flags, the type of its message.
      for (const digit of [1, 13, 33]) {
        const { differences } = changed(file, (steps) => {
          steps[i].packet = flip(steps[i].packet, digit);
        });
        expect([i, digit, differences > 0]).toEqual([i, digit, true]);
      }
    }
  });

  test('another place in the ring shows', () => {
    const isGuest = (step: Step) => step.actor === 'guest';
    const { differences } = changed(file, (steps) => {
      const last = steps.findLast(isGuest) as Step;
      last.ringOffset = Number(last.ringOffset) + 8;
    });
    expect(differences).toBe(1);
  });

  test('a packet that is left out or that nobody sent shows', () => {
    const first = (steps: Step[]) => steps.findIndex((step) => step.actor === 'guest');
    expect(changed(file, (steps) => steps.splice(first(steps), 1)).differences).toBeGreaterThan(0);
    const twice = changed(file, (steps) => {
      steps.splice(1, 0, { ...steps[0] });
    });
    expect(twice.differences).toBeGreaterThan(0);
  });
});

/** Every place of `from` in the packets of a file becomes `to`. */
function replaced(file: VectorFile, from: string, to: string): number {
  let found = 0;
  const { differences } = changed(file, (steps) => {
    for (const step of steps) {
      found += `${step.packet}`.split(from).length - 1;
      step.packet = `${step.packet}`.replaceAll(from, to);
    }
  });
  return found === 0 ? -1 : differences;
}

test.each([
  ['another function', 'vpci-11', 'b3151610', '8680ca10'],
  ['another serial number', 'vpci-11', '0200000007000000', '02000000fe000000'],
  ['another window', 'vpci-14', '000000f800000000', '0000c0e700000000'],
  ['another vector', 'vpci-14', '0000000021000000', '00000000e1000000'],
])('a file with %s passes too', (_what, name, from, to) => {
  const file = FILES.find((one) => one.name.startsWith(name)) as VectorFile;
  expect(replaced(file, from, to)).toBe(0);
});

test('a file with another slot passes too', () => {
  const file = FILES.find((one) => one.name.startsWith('vpci-11')) as VectorFile;
  const types = ['10004942', '14004942', '0b004942', '0f004942', '11004942'];
  const { differences } = changed(file, (steps) => {
    for (const step of steps) {
      let packet = `${step.packet}`;
      for (const type of types) packet = packet.replace(`${type}02000000`, `${type}45000000`);
      step.packet = packet.replace('0200000007000000', '4500000007000000');
    }
  });
  expect(differences).toBe(0);
});
