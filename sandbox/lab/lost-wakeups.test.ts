/** No order of events leaves a packet in a ring whose reader sleeps. */
import { describe, expect, test } from 'vitest';
import { MICROSECOND } from '../machine/engine/engine.ts';
import { Random } from '../machine/engine/random.ts';
import { SAFE_COPIES } from '../machine/host/copy-policy.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { completeConfig } from './options.ts';
import type { CompareConfig } from './report.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { Testbed } from './testbed.ts';

const FRAMES = 40;
const CONTROL_SECTIONS = 16;

/** Work of another kind that takes `processors` away for up to 12,000 cycles, `count` times. */
function disturb(bed: Testbed, random: Random, count: number): void {
  const { engine } = bed.host;
  const processors = [...bed.host.root, ...bed.machines.flatMap((vm) => vm.processors)];
  const work = { run: (by: VirtualProcessor, cycles: number) => by.charge(by.kernel, 0, cycles) };
  const handle = (which: number, cycles: number) =>
    processors[which].post(work, cycles, engine.now);
  for (let i = 0; i < count; i++) {
    const at = bed.start + random.below(300) * MICROSECOND + random.below(MICROSECOND);
    engine
      .timer({ handle }, random.below(processors.length))
      .schedule(at, random.below(12_000) + 1);
  }
}

function workload(random: Random): Partial<CompareConfig> {
  const direction = (['rx', 'rx', 'tx', 'rr'] as const)[random.below(4)];
  const vms = 1 + random.below(4);
  return {
    direction,
    vms,
    queues: 1 + random.below(2),
    rootCores: 1 + random.below(2),
    load: direction === 'rr' || random.below(3) === 0 ? 'max' : 20_000 + random.below(400_000),
    frames: FRAMES * vms,
    seed: random.below(1000),
  };
}

/** What is left undone on a machine where nothing happens any more. */
function leftOver(bed: Testbed): string[] {
  const left: string[] = [];
  for (const { channels = [], provider } of bed.adapters) {
    for (const channel of channels)
      for (const [name, ring] of [
        ['guest to root', channel.openGuestToRoot()],
        ['root to guest', channel.openRootToGuest()],
      ] as const) {
        if (ring.hasPackets) left.push(`${name}: packets`);
        if (ring.masked) left.push(`${name}: masked`);
      }
    const receive = provider?.state.receive;
    if (receive === undefined) continue;
    let free = 0;
    while (receive.take() >= 0) free++;
    if (free !== receive.count - CONTROL_SECTIONS)
      left.push(`${receive.count - CONTROL_SECTIONS - free} sections with the guest`);
  }
  return left;
}

describe('seeded workloads, with processors taken away at random', () => {
  test.each<[string, SyntheticVariant]>([
    ['in the kernel', {}],
    ['in a process', { userMode: true }],
    ['messages judged where they lie', { copies: { ...SAFE_COPIES, ringMessages: false } }],
  ])('%s: every frame arrives, rings are empty, masks off, sections back', (_name, variant) => {
    for (let round = 0; round < 60; round++) {
      const random = new Random(round);
      const options = workload(random);
      const config = completeConfig({ paths: ['vmbus'], ...options });
      const bed = new Testbed('vmbus', config, { variant, digest: false });
      disturb(bed, random, random.below(60));
      bed.run();
      const { delivered } = bed.measurement;
      expect({ round, ...options, delivered, left: leftOver(bed) }).toEqual({
        round,
        ...options,
        delivered: options.frames,
        left: [],
      });
    }
  });
});
