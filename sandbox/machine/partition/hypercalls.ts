import type { HostMemory } from '../memory/host-memory.ts';
import { INPUT_SET_VP_REGISTERS, REGISTER_ASSOC } from './register-structures.ts';
import { REGISTER_RAX, REGISTER_RIP } from './registers.ts';

/** Call codes that this machine knows (TLFS). */
export const HV_SET_VP_REGISTERS = 0x51;

export * from './hypercall-status.ts';

/** Input of SetVpRegisters: a header, then one entry for each register (hv_register_assoc). */
const HEADER = INPUT_SET_VP_REGISTERS.at.elements;
const ENTRY = REGISTER_ASSOC.size;
const VALUE = REGISTER_ASSOC.at.value;

/**
 * The input page of HvSetVpRegisters in the caller's memory, which for a root partition is host memory.
 * Header: partition id u64, VP index u32, target VTL u8. Entry: name u32, 12 bytes reserved, value of 16
 * bytes. What is not written here stays zero.
 */
export class SetVpRegistersInput {
  /** Host address, a multiple of 8. */
  readonly address: number;
  /** Registers in the list: the repeat count of the call. */
  count = 0;
  #words: Uint32Array;
  #base: number;

  constructor(host: HostMemory, address: number) {
    this.address = address;
    this.#words = host.u32;
    this.#base = address >>> 2;
  }

  get partitionId(): number {
    return this.#words[this.#base] + this.#words[this.#base + 1] * 4294967296;
  }

  get vpIndex(): number {
    return this.#words[this.#base + 2];
  }

  /** Bytes in use. */
  get length(): number {
    return HEADER + ENTRY * this.count;
  }

  /** Starts a new list for a processor. */
  begin(partitionId: number, vpIndex: number): void {
    this.#words[this.#base] = partitionId;
    this.#words[this.#base + 1] = 0;
    this.#words[this.#base + 2] = vpIndex;
    this.count = 0;
  }

  /** Adds a register with its 64-bit value as two u32 words. */
  add(name: number, low: number, high: number): void {
    const at = this.#base + (HEADER + ENTRY * this.count++) / 4;
    this.#words[at] = name;
    this.#words[at + VALUE / 4] = low;
    this.#words[at + VALUE / 4 + 1] = high;
  }

  /** The registers of the list that a person would name, for the trace. */
  get names(): string {
    const names: string[] = [];
    for (let i = 0; i < this.count; i++) {
      if (this.name(i) === REGISTER_RAX) names.push('RAX');
      if (this.name(i) === REGISTER_RIP) names.push('RIP');
    }
    return names.join(', ');
  }

  name(i: number): number {
    return this.#words[this.#base + (HEADER + ENTRY * i) / 4];
  }

  low(i: number): number {
    return this.#words[this.#base + (HEADER + ENTRY * i + VALUE) / 4];
  }

  high(i: number): number {
    return this.#words[this.#base + (HEADER + ENTRY * i + VALUE) / 4 + 1];
  }
}
