import type { HostMemory } from '../memory/host-memory.ts';
import { messageCopyCycles } from '../partition/costs.ts';
import {
  InterceptReader,
  MESSAGE_IO_PORT_INTERCEPT,
  MESSAGE_NONE,
  MESSAGE_SIZE,
} from '../partition/intercept-message.ts';
import { EXIT_ROOT_EOM, HYPERVISOR, INTERCEPT } from '../partition/ledger.ts';
import type { Partition } from '../partition/partition.ts';
import { Synic } from '../partition/synic.ts';
import {
  ENABLE,
  FIRST_VECTOR,
  MSR_EOM,
  MSR_SCONTROL,
  MSR_SIEFP,
  MSR_SIMP,
  MSR_SINT0,
  SINT_INTERCEPT,
} from '../partition/synic-spec.ts';
import type { InterruptService, VirtualProcessor } from '../partition/virtual-processor.ts';

/** Vector on which the root takes intercept messages: that of SINT 0. */
export const INTERCEPT_VECTOR = 0;

/** The user-mode side of a partition: one thread for each of its processors. */
export interface MessageThreads {
  /** Makes the thread of processor `vpIndex` ready; its message lies in host memory at `slot`. */
  wake(processor: VirtualProcessor, vpIndex: number, slot: number): void;
}

/** A partition that the service knows: who handles its messages, and a slot for each processor. */
interface Client {
  threads: MessageThreads;
  slots: number;
  processors: number;
}

/**
 * The root kernel's part in intercepts. Its handler takes the message out of slot 0 of the SIM page,
 * finds the partition by the message's sender, copies the message to where that partition's worker
 * process can read it, frees the slot, and wakes the thread that waits for this processor.
 *
 * How Windows hands messages to its worker processes is not published; this follows the Linux root
 * driver and the order of steps that the TLFS demands of a guest.
 */
export class InterceptService implements InterruptService {
  /** Messages that no partition of this service sent, or of another kind. */
  strays = 0;
  #host: HostMemory;
  /** By partition id. */
  #clients: (Client | undefined)[] = [];
  #message: InterceptReader;

  constructor(host: HostMemory) {
    this.#host = host;
    this.#message = new InterceptReader(host);
  }

  /** Gives a processor of the root its SynIC, with SINT 0 open. */
  enable(processor: VirtualProcessor): Synic {
    const synic = new Synic(this.#host, processor);
    processor.install(INTERCEPT_VECTOR, this);
    synic.writeMsr(MSR_SIMP, synic.messagePage + ENABLE, 0);
    synic.writeMsr(MSR_SIEFP, synic.eventPage + ENABLE, 0);
    synic.writeMsr(MSR_SINT0 + SINT_INTERCEPT, FIRST_VECTOR + INTERCEPT_VECTOR, 0);
    synic.writeMsr(MSR_SCONTROL, ENABLE, 0);
    return synic;
  }

  /** From now on `threads` handles the intercepts of `partition`. */
  add(partition: Partition, threads: MessageThreads): void {
    const processors = partition.processors.length;
    const slots = this.#host.allocate(processors * MESSAGE_SIZE);
    this.#clients[partition.id] = { threads, slots, processors };
  }

  interrupt(processor: VirtualProcessor): undefined {
    const { synic } = processor;
    if (synic === undefined) return undefined;
    const slot = synic.slot(SINT_INTERCEPT);
    const message = this.#message;
    message.at = slot;
    if (message.type === MESSAGE_NONE) return undefined;
    const { vpIndex, sender } = message;
    const client = this.#clients[sender];
    const known = client !== undefined && vpIndex < client.processors;
    const mine = known && message.type === MESSAGE_IO_PORT_INTERCEPT ? client : undefined;
    const detail = processor.tracing ? describe(message) : undefined;
    const cycles = messageCopyCycles(processor.lp.costs);
    processor.charge(processor.kernel, INTERCEPT, cycles, detail);
    const target = mine === undefined ? 0 : mine.slots + vpIndex * MESSAGE_SIZE;
    if (mine !== undefined) this.#host.copy(target, slot, MESSAGE_SIZE);
    else this.strays++;
    this.#free(processor, synic, slot);
    mine?.threads.wake(processor, vpIndex, target);
    return undefined;
  }

  /** Type 0 first, then the flag: a message that came in between would wait for ever otherwise. */
  #free(processor: VirtualProcessor, synic: Synic, slot: number): void {
    this.#host.u32[slot >>> 2] = MESSAGE_NONE;
    if (!this.#message.pending) return;
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_ROOT_EOM]++;
    const detail = processor.tracing ? 'EOM: more messages wait for slot 0' : undefined;
    processor.charge(HYPERVISOR, INTERCEPT, costs.exitInHypervisor, detail);
    synic.writeMsr(MSR_EOM, 0, processor.local);
  }
}

function describe({ sender, vpIndex }: InterceptReader): string {
  return `slot 0: partition ${sender}, VP ${vpIndex}`;
}
