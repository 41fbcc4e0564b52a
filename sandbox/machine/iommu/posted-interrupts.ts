import type { HostMemory } from '../memory/host-memory.ts';
import { POSTED } from '../partition/pending-interrupts.ts';
import { FIRST_VECTOR } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import * as spec from './interrupt-spec.ts';

/** The vector that tells a processor to look into its descriptor. The number is this model's. */
export const NOTIFICATION_VECTOR = 0xf2;

/**
 * A virtual processor's posted-interrupt descriptor, 64 bytes in host memory, and the part of the processor
 * that takes requests out of it when a notification arrives. Software suppresses notifications while the
 * virtual processor does not run, and drains the descriptor before it runs again.
 */
export class PostedInterrupts {
  /** Host-physical address of the descriptor. */
  readonly address: number;
  readonly processor: VirtualProcessor;
  /** Notifications that have arrived. */
  notifications = 0;
  #host: HostMemory;

  /** @param address of 64 bytes, on a multiple of 64 @param destination APIC id of the processor */
  constructor(host: HostMemory, address: number, processor: VirtualProcessor, destination: number) {
    this.#host = host;
    this.address = address;
    this.processor = processor;
    for (let at = 0; at < spec.DESCRIPTOR_BYTES; at += 4) host.write32(address + at, 0);
    this.#control = NOTIFICATION_VECTOR << spec.NOTIFICATION_VECTOR_SHIFT;
    host.write32(address + spec.DESCRIPTOR_DESTINATION, destination);
  }

  get outstanding(): boolean {
    return (this.#control & spec.OUTSTANDING) !== 0;
  }

  get suppressed(): boolean {
    return (this.#control & spec.SUPPRESS) !== 0;
  }

  set suppressed(on: boolean) {
    this.#control = on ? this.#control | spec.SUPPRESS : this.#control & ~spec.SUPPRESS;
  }

  /** Whether a request for `vector` (0 to 255) waits. */
  requested(vector: number): boolean {
    const word = this.#host.read32(this.address + (vector >>> 5) * 4);
    return (word & (1 << (vector & 31))) !== 0;
  }

  /** The notification arrives at the processor at `at`. */
  notify(at: number): void {
    this.notifications++;
    this.drain(at);
  }

  /** Moves every request to the processor and clears the outstanding flag, in this order reversed. */
  drain(at: number): void {
    this.#control &= ~spec.OUTSTANDING;
    for (let word = 0; word < spec.REQUEST_WORDS; word++) {
      const from = this.address + word * 4;
      let bits = this.#host.read32(from);
      if (bits === 0) continue;
      this.#host.write32(from, 0);
      for (; bits !== 0; bits &= bits - 1) {
        const vector = word * 32 + 31 - Math.clz32(bits & -bits) - FIRST_VECTOR;
        if (vector >= 0 && vector < 32) this.processor.interrupt(vector, at, POSTED);
      }
    }
  }

  get #control(): number {
    return this.#host.read32(this.address + spec.DESCRIPTOR_CONTROL);
  }

  set #control(value: number) {
    this.#host.write32(this.address + spec.DESCRIPTOR_CONTROL, value);
  }
}
