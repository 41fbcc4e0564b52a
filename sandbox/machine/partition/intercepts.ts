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
import { EXIT_PORT_IO, EXIT_ROOT_HYPERCALL, HYPERCALL, HYPERVISOR, INTERCEPT } from './ledger.ts';
import type { Partition } from './partition.ts';
import { REGISTER_INTERCEPT_SUSPEND, REGISTER_RIP, VpRegisters } from './registers.ts';
import type { Synic } from './synic.ts';
import { MessageBuffer } from './synic-messages.ts';
import { SINT_INTERCEPT } from './synic-spec.ts';
import type { InterceptHandler, PortAccess, VirtualProcessor } from './virtual-processor.ts';

/** Who in the root completes a partition's port accesses: its worker process. */
export interface PortService {
  /** Whether the partition has an intercept on this port. */
  claims(port: number): boolean;
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

/** Turns a guest's port accesses into messages for the root, and lets the guest go on when it is told. */
export class Intercepts implements InterceptHandler {
  /** Port accesses that no intercept claims; they read ones. */
  unclaimed = 0;
  #memory: HostMemory;
  /** By id; the hypervisor's. */
  #partitions: readonly (Partition | undefined)[];
  #states = new Map<VirtualProcessor, InterceptState>();
  #ioExits = 0;

  constructor(memory: HostMemory, partitions: readonly (Partition | undefined)[]) {
    this.#memory = memory;
    this.#partitions = partitions;
  }

  /** Exits that device accesses have caused. Guest code can reach this object, but not the count. */
  static ioExitsOf(intercepts: Intercepts): number {
    return intercepts.#ioExits;
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
    const detail = processor.tracing ? describe(access, 'exit: ') : undefined;
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
    if (processor.tracing) this.#traceMessage(processor, address, cycles);
    else processor.charge(HYPERVISOR, INTERCEPT, cycles);
    state.synic.post(SINT_INTERCEPT, state.message, processor.local);
  }

  #traceMessage(processor: VirtualProcessor, address: number, cycles: number): void {
    const detail = `message to SINT ${SINT_INTERCEPT}: ${describe(processor.access)}`;
    const length = MESSAGE_HEADER_SIZE + IO_PORT_PAYLOAD_SIZE;
    const bytes = hexOf(this.#memory.bytes, address, length, length);
    processor.charge(HYPERVISOR, INTERCEPT, cycles, detail, bytes);
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
    if (caller.tracing) this.#traceHypercall(caller, input, costs.vmexit);
    else caller.charge(HYPERVISOR, HYPERCALL, costs.vmexit);
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

  #traceHypercall(caller: VirtualProcessor, input: SetVpRegistersInput, cycles: number): void {
    const bytes = hexOf(this.#memory.bytes, input.address, input.length, input.length);
    const detail = `HvSetVpRegisters: write back ${input.names}; clear intercept-suspend`;
    caller.charge(HYPERVISOR, HYPERCALL, cycles, detail, bytes);
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
}

/** An access in words: `OUT port ec08, 4 bytes: 80000000`. */
function describe(access: PortAccess, before = ''): string {
  const bytes = `${access.size} byte${access.size === 1 ? '' : 's'}`;
  const port = `port ${access.port.toString(16)}, ${bytes}`;
  const value = (access.value >>> 0).toString(16);
  return before + (access.write ? `OUT ${port}: ${value}` : `IN ${port}`);
}
