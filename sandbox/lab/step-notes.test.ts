import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { architecture } from './architecture/architecture.ts';
import { followFrame } from './follow.ts';
import { PATHS } from './options.ts';
import { MACHINE_NAMES } from './step-notes.ts';

test('every part that a step can be of is a class of the machine', () => {
  const files = globSync('sandbox/machine/**/*.ts').filter((path) => !path.endsWith('.test.ts'));
  const text = files.map((path) => readFileSync(path, 'utf8')).join('\n');
  for (const name of MACHINE_NAMES)
    expect(text, name).toMatch(new RegExp(`^export (abstract )?(class|function) ${name}\\b`, 'm'));
});

test.each(PATHS)(
  '%s: every step has its part, and every name of bytes lies in them',
  async (path) => {
    const { steps } = await followFrame({ path });
    for (const { who, what, machine, bytes = '', fields = [] } of steps) {
      expect(machine, `${who}: ${what}`).toBeDefined();
      for (const { offset, length } of fields)
        expect(2 * (offset + length)).toBeLessThanOrEqual(bytes.length);
    }
    expect(steps.filter(({ bytes, fields }) => bytes !== undefined && !fields)).toEqual([]);
  },
);

test('a frame, a message and a hypercall are named for what they are', async () => {
  const { steps } = await followFrame({ path: 'emulated', frame: 600 });
  const named = (detail: RegExp) =>
    Object.fromEntries(
      (steps.find((step) => detail.test(step.detail ?? ''))?.fields ?? []).map((field) => [
        field.name,
        field.value,
      ]),
    );
  expect(named(/^600 bytes, 24 more/)).toMatchObject({
    type: 'IPv4',
    'length of the packet': '586',
    protocol: 'UDP',
    'port from': expect.stringMatching(/^\d+$/),
  });
  expect(named(/^message to SINT 0: OUT port ec08/)).toMatchObject({
    'message type': '0x80010000',
    port: '0xec08',
  });
  const registers = (detail: RegExp) =>
    steps
      .find((step) => detail.test(step.detail ?? ''))
      ?.fields?.flatMap(({ name, value }) => (name === 'register' ? [value] : []));
  expect(named(/^HvSetVpRegisters/)).toMatchObject({ partition: '2', 'virtual processor': '0' });
  expect(registers(/^HvSetVpRegisters: write back RIP/)).toEqual(['RIP', 'intercept-suspend']);
  expect(registers(/^HvSetVpRegisters: write back RAX, RIP/)).toEqual([
    'RAX',
    'RIP',
    'intercept-suspend',
  ]);
});

test('the steps of the architecture have their parts too', async () => {
  const { steps } = await architecture({ path: 'vmbus' });
  expect(steps.filter(({ machine }) => machine === undefined)).toEqual([]);
});
