import type { GuestMemory } from '../../machine/memory/guest-memory.ts';
import { PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import {
  MESSAGE_FLAGS,
  MESSAGE_HEADER_SIZE,
  MESSAGE_PENDING,
  MESSAGE_SIZE,
} from '../../machine/partition/intercept-message.ts';
import { MAX_PAYLOAD } from '../../machine/partition/ports.ts';
import type { Synic } from '../../machine/partition/synic.ts';
import {
  EVENT_FLAG_BYTES,
  EVENT_FLAGS,
  MSR_EOM,
  MSR_SIEFP,
  MSR_SIMP,
} from '../../machine/partition/synic-spec.ts';

/** A message as the guest finds it. */
export interface FoundMessage {
  type: number;
  sender: bigint;
  payload: Uint8Array;
  pending: boolean;
}

/** The guest's side of a SynIC, through its own memory: takes messages out, and event flags. */
export class GuestOfSynic {
  readonly #memory: GuestMemory;
  readonly #synic: Synic;

  constructor(memory: GuestMemory, synic: Synic) {
    this.#memory = memory;
    this.#synic = synic;
  }

  /** The page number that SIMP or SIEFP holds. */
  pageOf(msr: number): number {
    return Math.floor(this.#synic.readMsr(msr) / PAGE_SIZE);
  }

  page(msr: number): Uint8Array {
    const bytes = new Uint8Array(PAGE_SIZE);
    this.#memory.readInto(this.pageOf(msr) * PAGE_SIZE, bytes, 0, PAGE_SIZE);
    return bytes;
  }

  /** Takes the message out of a slot: type 0, then, if the pending flag was set, EOM. */
  consume(sint: number, at: number): FoundMessage | undefined {
    const memory = this.#memory;
    const slot = this.pageOf(MSR_SIMP) * PAGE_SIZE + sint * MESSAGE_SIZE;
    const type = memory.read32(slot);
    if (type === 0) return undefined;
    const length = Math.min(memory.read8(slot + 4), MAX_PAYLOAD);
    const payload = new Uint8Array(length);
    memory.readInto(slot + MESSAGE_HEADER_SIZE, payload, 0, length);
    const sender = BigInt(memory.read32(slot + 8)) + (BigInt(memory.read32(slot + 12)) << 32n);
    memory.write32(slot, 0);
    const pending = (memory.read8(slot + MESSAGE_FLAGS) & MESSAGE_PENDING) !== 0;
    if (pending) this.#synic.writeMsr(MSR_EOM, 0, at);
    return { type, sender, payload, pending };
  }

  /** Reads and clears the event flags of a SINT. */
  takeFlags(sint: number): number[] {
    const start = this.pageOf(MSR_SIEFP) * PAGE_SIZE + sint * EVENT_FLAG_BYTES;
    const flags: number[] = [];
    for (let flag = 0; flag < EVENT_FLAGS; flag++)
      if ((this.#memory.read8(start + (flag >>> 3)) & (1 << (flag & 7))) !== 0) flags.push(flag);
    for (let i = 0; i < EVENT_FLAG_BYTES; i += 4) this.#memory.write32(start + i, 0);
    return flags;
  }
}
