import { gzipSync } from 'node:zlib';
import type { Boot } from '../../sandbox/linux/computer.ts';
import { LinuxMachine } from '../../sandbox/linux/linux-machine.ts';
import { PROMPT } from '../../sandbox/linux/manifest.ts';

/** Where v86 puts the initial root. The kernel has copied it from there long before the shell starts. */
const INITIAL_ROOT = 64 << 20;
const LONGEST_BOOT = 300_000;

/** A computer stopped while its shell waits. */
export interface Snapshot {
  /** State of v86, packed by gzip. */
  packed: Buffer;
  unpackedBytes: number;
  /** The adapter's configuration space, as hex. */
  configuration: string;
  seconds: number;
}

/** Boots without a screen until the shell waits for its first command, and saves all. */
export async function makeSnapshot(
  wasm: string,
  memoryMiB: number,
  boot: Boot,
  macAddress: string,
): Promise<Snapshot> {
  const start = performance.now();
  const machine = await LinuxMachine.make({ wasm, memoryMiB, boot, macAddress });
  machine.run();
  await machine.console.until(PROMPT, LONGEST_BOOT);
  await machine.stop();
  machine.memory.fill(0, INITIAL_ROOT);
  const { state, configuration } = await machine.save();
  await machine.destroy();
  return {
    packed: gzipSync(new Uint8Array(state), { level: 9 }),
    unpackedBytes: state.byteLength,
    configuration,
    seconds: (performance.now() - start) / 1000,
  };
}
