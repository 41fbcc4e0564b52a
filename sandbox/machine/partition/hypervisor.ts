import { hexOf } from '../engine/hex.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { messageCycles } from './costs.ts';
import {
  HV_STATUS_ACCESS_DENIED,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_PARTITION_ID,
  HV_STATUS_INVALID_VP_INDEX,
  HV_STATUS_SUCCESS,
  type SetVpRegistersInput,
} from './hypercalls.ts';
import {
  encodeIoPortIntercept,
  type InterceptedAccess,
  IO_PORT_PAYLOAD_SIZE,
  instructionLength,
  MESSAGE_HEADER_SIZE,
  MESSAGE_SIZE,
} from './intercept-message.ts';
import {
  EXIT_PORT_IO,
  EXIT_ROOT_HYPERCALL,
  EXIT_SIGNAL,
  HYPERCALL,
  HYPERVISOR,
  INTERCEPT,
} from './ledger.ts';
import { Partition } from './partition.ts';
import { REGISTER_INTERCEPT_SUSPEND, REGISTER_RIP, VpRegisters } from './registers.ts';
import { MessageBuffer, SINT_INTERCEPT, type Synic } from './synic.ts';
import type { InterceptHandler, PortAccess, VirtualProcessor } from './virtual-processor.ts';

/** Who in the root completes a partition's port accesses: its worker process. */
export interface PortService {
  /** Whether the partition has an intercept on this port. */
  claims(port: number): boolean;
}

/** Who takes signals on a vector: the event flags of a partition's SynIC. */
export interface SignalTarget {
  processor: VirtualProcessor;
  vector: number;
}

/** What the hypervisor keeps for a processor with intercepts. */
class InterceptState implements InterceptedAccess {
  readonly service: PortService;
  /** The SynIC of the root's processor that gets the messages. */
  readonly synic: Synic;
  /** The processor's only buffer for intercept messages. */
  readonly message: MessageBuffer;
  readonly partitionId: number;
  readonly vpIndex: number;
  /** The register of that name, bit 0: the processor waits for its parent. */
  suspended = false;
  port = 0;
  size = 4;
  write = false;

  constructor(processor: VirtualProcessor, service: PortService, synic: Synic, buffer: number) {
    this.partitionId = processor.partitionId;
    this.vpIndex = processor.index;
    this.service = service;
    this.synic = synic;
    this.message = new MessageBuffer(buffer);
  }
}

/**
 * The hypervisor's part in I/O: it turns a guest's port access into a message for the root, and one
 * partition's signal into another's interrupt. It emulates no device and touches no frame.
 */
export class Hypervisor implements InterceptHandler {
  /** Port accesses that no intercept claims; they read ones. */
  unclaimed = 0;
  readonly root = new Partition(1);
  #memory: HostMemory;
  /** By id; there is no partition 0. */
  #partitions: (Partition | undefined)[] = [undefined, this.root];
  #states = new Map<VirtualProcessor, InterceptState>();
  #ioExits = 0;

  constructor(memory: HostMemory) {
    this.#memory = memory;
  }

  /**
   * Exits that device accesses and doorbells of guests have caused, by the hypervisor's own count. Guest
   * code can reach the ledger of the processor it runs on, but not this.
   */
  static ioExitsOf(hypervisor: Hypervisor): number {
    return hypervisor.#ioExits;
  }

  /** A new child partition. */
  createPartition(): Partition {
    const partition = new Partition(this.#partitions.length);
    this.#partitions.push(partition);
    return partition;
  }

  /**
   * Installs a partition's port intercepts. Which processor of the root gets the messages is the
   * hypervisor's choice, and not published: here it is that of `synic`.
   */
  installIntercepts(partition: Partition, service: PortService, synic: Synic): void {
    const buffers = this.#memory.allocate(partition.processors.length * MESSAGE_SIZE);
    for (const [i, processor] of partition.processors.entries()) {
      const buffer = buffers + i * MESSAGE_SIZE;
      this.#states.set(processor, new InterceptState(processor, service, synic, buffer));
      processor.interceptHandler = this;
    }
  }

  /** Whether `processor` is suspended until its parent has completed an intercept. */
  suspended(processor: VirtualProcessor): boolean {
    return this.#states.get(processor)?.suspended === true;
  }

  /** Exit, intercept message, and on to the root. The processor stays suspended until `resume`. */
  intercept(processor: VirtualProcessor): void {
    const { ledger, costs } = processor.lp;
    const { access } = processor;
    ledger.exits[EXIT_PORT_IO]++;
    this.#ioExits++;
    ledger.deviceAccesses++;
    const detail = processor.tracing ? `exit: ${describe(access)}` : undefined;
    processor.charge(HYPERVISOR, INTERCEPT, costs.vmexit, detail);
    const state = this.#states.get(processor);
    if (state?.service.claims(access.port) === true) this.#sendMessage(processor, state);
    else this.#completeUnclaimed(processor);
  }

  /** Suspends the processor and sends the message, with the registers as before the instruction. */
  #sendMessage(processor: VirtualProcessor, state: InterceptState): void {
    const { costs } = processor.lp;
    const { access } = processor;
    state.suspended = true;
    state.port = access.port;
    state.size = access.size;
    state.write = access.write;
    const { address } = state.message;
    encodeIoPortIntercept(this.#memory, address, state, processor.registers);
    const cycles = messageCycles(costs);
    if (processor.tracing) {
      const detail = `message to SINT ${SINT_INTERCEPT}: ${describe(access)}`;
      const length = MESSAGE_HEADER_SIZE + IO_PORT_PAYLOAD_SIZE;
      const bytes = hexOf(this.#memory.bytes, address, length, length);
      processor.charge(HYPERVISOR, INTERCEPT, cycles, detail, bytes);
    } else processor.charge(HYPERVISOR, INTERCEPT, cycles);
    state.synic.post(SINT_INTERCEPT, state.message, processor.local);
  }

  /** A port without an intercept: an `IN` reads ones, and no one else hears of it. */
  #completeUnclaimed(processor: VirtualProcessor): void {
    const { access, registers } = processor;
    this.unclaimed++;
    if (!access.write) registers.setAccumulator(access.size, 0xffffffff);
    const low = registers.low(REGISTER_RIP) + instructionLength(access.size);
    registers.set(REGISTER_RIP, low, registers.high(REGISTER_RIP) + (low > 0xffffffff ? 1 : 0));
    this.#resume(processor, processor.local);
  }

  /**
   * HvSetVpRegisters by the root for a processor of a child. Clearing intercept-suspend lets it go on.
   * @returns a status; what stood before a bad entry is done
   */
  setVpRegisters(caller: VirtualProcessor, input: SetVpRegistersInput): number {
    const { ledger, costs } = caller.lp;
    ledger.exits[EXIT_ROOT_HYPERCALL]++;
    if (caller.tracing) {
      const bytes = hexOf(this.#memory.bytes, input.address, input.length, input.length);
      const detail = `HvSetVpRegisters: write back ${input.names}; clear intercept-suspend`;
      caller.charge(HYPERVISOR, HYPERCALL, costs.vmexit, detail, bytes);
    } else caller.charge(HYPERVISOR, HYPERCALL, costs.vmexit);
    if (caller.kind !== 'root') return HV_STATUS_ACCESS_DENIED;
    const partition = this.#partitions[input.partitionId];
    if (partition === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    const processor = partition.processors[input.vpIndex];
    if (processor === undefined) return HV_STATUS_INVALID_VP_INDEX;
    for (let i = 0; i < input.count; i++) {
      const name = input.name(i);
      if (name === REGISTER_INTERCEPT_SUSPEND) this.#setSuspend(processor, input.low(i), caller);
      else if (VpRegisters.has(name)) processor.registers.set(name, input.low(i), input.high(i));
      else return HV_STATUS_INVALID_PARAMETER;
    }
    return HV_STATUS_SUCCESS;
  }

  #setSuspend(processor: VirtualProcessor, value: number, caller: VirtualProcessor): void {
    const state = this.#states.get(processor);
    if (state?.suspended !== true || (value & 1) !== 0) return;
    state.suspended = false;
    this.#resume(processor, caller.local);
  }

  /** The guest goes on behind the instruction, with what RAX then holds. */
  #resume(processor: VirtualProcessor, at: number): void {
    const { access, registers } = processor;
    processor.resume(access.write ? 0 : registers.accumulator(access.size), at);
  }

  /** HvSignalEvent by a guest: one exit, and an interrupt for the target if none is pending there. */
  signalFromGuest(processor: VirtualProcessor, target: SignalTarget): void {
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_SIGNAL]++;
    this.#ioExits++;
    ledger.hypercalls++;
    processor.charge(HYPERVISOR, HYPERCALL, costs.doorbellKick);
    target.processor.interrupt(target.vector, processor.local);
  }

  /** The same by the root, or the assertion of a virtual interrupt. */
  signalFromRoot(processor: VirtualProcessor, target: SignalTarget): void {
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_ROOT_HYPERCALL]++;
    processor.charge(HYPERVISOR, HYPERCALL, costs.vmexit);
    target.processor.interrupt(target.vector, processor.local);
  }
}

/** An access in words: `OUT port ec08, 4 bytes: 80000000`. */
function describe(access: PortAccess): string {
  const bytes = `${access.size} byte${access.size === 1 ? '' : 's'}`;
  const port = `port ${access.port.toString(16)}, ${bytes}`;
  return access.write ? `OUT ${port}: ${(access.value >>> 0).toString(16)}` : `IN ${port}`;
}
