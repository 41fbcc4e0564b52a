import { describe, expect, test } from 'vitest';
import { followFrame } from './follow.ts';
import { PATHS } from './options.ts';
import { UsageError } from './usage.ts';

describe.each(PATHS)('one frame followed: %s', (path) => {
  test('starts at 0 with the application; steps are in order and end after they start', async () => {
    const { steps, frame } = await followFrame({ path });
    expect(frame).toBe(1514);
    expect(steps[0]).toMatchObject({ start: 0, who: 'guest-user' });
    for (const [i, { start, end }] of steps.entries()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(steps[Math.max(0, i - 1)].start);
    }
  });

  test('has one step on the wire, as long as the frame takes there', async () => {
    const { steps } = await followFrame({ path, frame: 600, line: '10G' });
    const wire = steps.filter(({ who }) => who === 'wire');
    expect(wire).toHaveLength(1);
    expect(wire[0].end - wire[0].start).toBeCloseTo(((600 + 24) * 8) / 10, 3);
    expect(wire[0].bytes).toMatch(/^([0-9a-f]{2})+$/);
    expect(wire[0].bytes).toContain('0800450002');
  });

  test('is the same every time', async () => {
    expect(await followFrame({ path })).toEqual(await followFrame({ path }));
  });
});

describe('who touches a frame', () => {
  test('emulated: five exits, and for each a message with its bytes and the root at work', async () => {
    const { steps } = await followFrame({ path: 'emulated' });
    const exits = steps.filter(({ detail }) => /^exit: (IN|OUT) /.test(detail ?? ''));
    const messages = steps.filter(({ detail }) => /^message to SINT 0/.test(detail ?? ''));
    for (const found of [exits, messages])
      expect(found.map(({ who, what }) => `${who}: ${what}`)).toEqual(
        new Array(5).fill('hypervisor: intercept'),
      );
    for (const { bytes } of messages) expect(bytes).toMatch(/^00000180800000000200000000000000/);
    expect(steps.some(({ who, what }) => who === 'root-user' && what === 'copy')).toBe(true);
  });

  test('emulated: the poll demand, step by step, each step with who did it', async () => {
    const { steps } = await followFrame({ path: 'emulated' });
    const told = steps.filter(({ detail }) => detail !== undefined).slice(0, 8);
    expect(told.map(({ who, what, detail }) => [who, what, detail])).toEqual([
      ['hypervisor', 'intercept', 'exit: OUT port ec08, 4 bytes: 0'],
      ['hypervisor', 'intercept', 'message to SINT 0: OUT port ec08, 4 bytes: 0'],
      ['hypervisor', 'interrupt', 'inject'],
      ['root-kernel', 'intercept', 'slot 0: partition 2, VP 0'],
      ['hypervisor', 'interrupt', 'end of interrupt'],
      ['root-kernel', 'context switch', "wake the worker's thread"],
      ['root-user', 'emulation', 'decode: OUT of 4 to port ec08, RAX 0'],
      ['root-user', 'emulation', 'CSR1 <- 0'],
    ]);
    const resume = steps.find(({ detail }) => detail?.startsWith('HvSetVpRegisters') === true);
    expect(resume).toMatchObject({
      who: 'hypervisor',
      what: 'hypercall',
      detail: 'HvSetVpRegisters: write back RIP; clear intercept-suspend',
    });
    expect(resume?.bytes).toHaveLength(2 * (16 + 2 * 32));
  });

  test('vmbus: a ring, a hypercall and the root kernel, but no user mode of the root', async () => {
    const { steps } = await followFrame({ path: 'vmbus' });
    const seen = new Set(steps.map(({ who, what }) => `${who}: ${what}`));
    for (const step of ['guest-kernel: ring', 'hypervisor: hypercall', 'root-kernel: switch'])
      expect(seen).toContain(step);
    expect(steps.some(({ who }) => who === 'root-user')).toBe(false);
  });

  test('sriov: nobody in the root', async () => {
    const { steps } = await followFrame({ path: 'sriov' });
    expect(steps.filter(({ who }) => who.startsWith('root'))).toEqual([]);
    expect(steps.some(({ who, what }) => who === 'device' && what === 'DMA')).toBe(true);
  });

  test('native: nobody but guest, device and wire', async () => {
    const { steps } = await followFrame({ path: 'native' });
    const actors = new Set(steps.map(({ who }) => who));
    expect([...actors].sort()).toEqual(['device', 'guest-kernel', 'guest-user', 'wire']);
  });
});

test('a frame that the path cannot carry, or no path, is refused', async () => {
  await expect(followFrame({ path: 'emulated', frame: 2000 })).rejects.toThrow(/60 to 1514/);
  await expect(followFrame({ path: 'sriov', frame: 5 })).rejects.toThrow(UsageError);
  await expect(followFrame({ path: 'x' as 'vmbus' })).rejects.toThrow(/paths: 'x'/);
});
