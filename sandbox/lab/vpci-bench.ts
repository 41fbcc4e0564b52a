import type { AssignedFunction, FunctionIds } from '../machine/host/vpci/assigned-function.ts';
import type { InterruptEntry } from '../machine/partition/assigned-devices.ts';
import { HyperVHost } from './host.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** A function that keeps what is done to it: configuration as words, blocks as bytes. */
export class RecordingFunction implements AssignedFunction {
  readonly ids: FunctionIds = {
    vendor: 0x8086,
    device: 0x10ca,
    revision: 1,
    programmingInterface: 0,
    subClass: 0,
    baseClass: 2,
    subsystem: 0xa03c8086,
  };
  readonly vectors: number;
  /** Two registers: 16 KiB of 64 bits at 0, the same at 3, as the 82576's functions have. */
  bars: readonly number[] = [0xffffc00c, 0xffffffff, 0, 0xffffc00c, 0xffffffff, 0];
  readonly space = new Map<number, number>();
  readonly blocks = new Map<number, Uint8Array>([[0, Uint8Array.of(1, 2, 3, 4)]]);
  readonly log: string[] = [];
  readonly entries = new Map<number, { vector: number; processors: readonly number[] }>();
  reads = 0;
  writes = 0;
  #next = 0;

  constructor(vectors = 3) {
    this.vectors = vectors;
  }

  configurationRead(offset: number, size: number): number {
    this.reads++;
    const mask = size === 4 ? 0xffffffff : (1 << (8 * size)) - 1;
    return ((this.space.get(offset) ?? 0) & mask) >>> 0;
  }

  configurationWrite(offset: number, _size: number, value: number): void {
    this.writes++;
    this.space.set(offset, value);
  }

  probedBars(): readonly number[] {
    return this.bars;
  }

  createInterrupt(count: number, vector: number, processors: readonly number[]): InterruptEntry {
    const data = this.#next;
    this.#next += count;
    this.entries.set(data, { vector, processors });
    this.log.push(`create ${count} at ${vector}`);
    return { address: 0xfee00000, data };
  }

  retarget({ data }: InterruptEntry, vector: number, processors: readonly number[]): boolean {
    if (!this.entries.has(data)) return false;
    this.entries.set(data, { vector, processors });
    return true;
  }

  releaseInterrupt({ data }: InterruptEntry): void {
    this.entries.delete(data);
    this.log.push('release');
  }

  assignMemory(bar: number, guestAddress: number | undefined): void {
    this.log.push(`bar ${bar} ${guestAddress === undefined ? 'away' : guestAddress.toString(16)}`);
  }

  readBlock(block: number, length: number): Uint8Array | undefined {
    return this.blocks.get(block)?.subarray(0, length);
  }

  writeBlock(block: number, bytes: Uint8Array): boolean {
    if (!this.blocks.has(block)) return false;
    this.blocks.set(block, bytes);
    return true;
  }

  reset(): void {
    this.log.push('reset');
  }
}

/** A host and some machines on it, without adapters. */
export function vpciMachines(count = 1, processors = 2): VirtualMachine[] {
  const memoryBytes = 8 * 1024 * 1024;
  const host = new HyperVHost({
    costs: costsOf(findProfile('sandybridge-2012')),
    lineGbps: 10,
    rootCores: 1,
    maxFrame: 1514,
    guestBytes: count * memoryBytes,
    postedInterrupts: false,
  });
  return Array.from({ length: count }, () => host.newVM({ processors, memoryBytes }));
}
