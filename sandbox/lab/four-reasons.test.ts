import { describe, expect, test } from 'vitest';
import { FOUR_REASONS, fourReasons, fourReasonsBars, fourReasonsTable } from './four-reasons.ts';
import type { PathReport } from './report.ts';
import { UsageError } from './usage.ts';

function cycles(report: PathReport | undefined, who: string, what?: string): number {
  const rows = report?.ledger.filter((row) => row.who === who) ?? [];
  const wanted = rows.filter((row) => what === undefined || row.what === what);
  return wanted.reduce((sum, row) => sum + row.cycles, 0) / (report?.deliveredFrames ?? 1);
}

describe('the four reasons, under load', () => {
  const { all, without } = fourReasons({ frames: 300 });
  const runs = Object.values(without);

  test('every run delivers the same payloads, and none is cheaper', () => {
    expect(runs).toHaveLength(4);
    for (const run of runs) {
      expect(run.deliveredSha256).toBe(all.deliveredSha256);
      expect([run.deliveredFrames, run.faults, run.lossRate]).toEqual([300, 0, 0]);
      expect(run.cyclesPerFrame).toBeGreaterThan(all.cyclesPerFrame);
    }
  });

  test('as it is: kernel mode only, and hardly an exit', () => {
    expect(all.cores.rootUser).toBe(0);
    expect(all.perFrame.contextSwitches).toBe(0);
    expect(all.perFrame.ioExits).toBeLessThan(0.1);
  });

  test('hypervisor in the path: a hypercall for each packet, however busy the root is', () => {
    expect(without.noHypervisor?.perFrame.hypercalls).toBe(1);
    expect(cycles(without.noHypervisor, 'hypervisor', 'copy')).toBeGreaterThan(0);
    expect(without.noHypervisor?.cores.rootUser).toBe(0);
  });

  test('no shared memory: the hypervisor moves each frame twice, the guest no longer copies', () => {
    expect(without.sharedMemory?.perFrame).toMatchObject({ copies: 2, copiedBytes: 2 * 1514 });
    expect(cycles(without.sharedMemory, 'guest-kernel', 'copy')).toBe(0);
    expect(cycles(without.sharedMemory, 'hypervisor', 'copy')).toBeGreaterThan(1514);
  });

  test('registers: each access is an exit and two thread switches, in the worker process', () => {
    expect(without.noEmulation?.perFrame).toMatchObject({
      deviceAccesses: 5,
      ioExits: 5,
      contextSwitches: 10,
      hypercalls: 0,
    });
    expect(cycles(without.noEmulation, 'root-user', 'emulation')).toBeGreaterThan(5000);
  });

  test('user mode: root user time, system calls, and thread switches by the batch', () => {
    expect(cycles(without.kernelMode, 'root-user')).toBeGreaterThan(500);
    expect(cycles(without.kernelMode, 'root-kernel', 'system call')).toBeGreaterThan(0);
    expect(without.kernelMode?.perFrame.contextSwitches).toBeGreaterThan(0);
    expect(without.kernelMode?.perFrame.contextSwitches).toBeLessThan(0.5);
  });

  test('bars and table have a line for each run', () => {
    const report = { all, without };
    expect(fourReasonsBars(report).bars).toHaveLength(5);
    expect(fourReasonsTable(report).rows).toHaveLength(5);
    const [, bar] = fourReasonsBars(report).bars;
    expect(bar.name).toBe(FOUR_REASONS.noHypervisor.missing);
    const sum = bar.segments.reduce((total, { value }) => total + value, 0);
    expect(sum).toBeCloseTo(without.noHypervisor?.cyclesPerFrame ?? 0, 3);
  });
});

test('one frame at a time the thread of a process is switched to and away for each', () => {
  const { without } = fourReasons({ load: 'paced', frames: 50, without: ['kernelMode'] });
  expect(without.kernelMode?.perFrame.contextSwitches).toBe(2);
  expect(Object.keys(without)).toEqual(['kernelMode']);
});

test('accesses are the price: one is cheaper than five', () => {
  const run = (accesses: number) =>
    fourReasons({ frames: 60, accesses, without: ['noEmulation'] }).without.noEmulation;
  expect(run(1)?.perFrame.ioExits).toBe(1);
  expect(run(1)?.cyclesPerFrame).toBeLessThan((run(5)?.cyclesPerFrame ?? 0) / 2);
});

test('options that cannot be are named', () => {
  expect(() => fourReasons({ accesses: 0 })).toThrow(UsageError);
  expect(() => fourReasons({ without: ['speed' as never] })).toThrow(/noHypervisor/);
});
