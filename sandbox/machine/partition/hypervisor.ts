import { hexOf } from '../engine/hex.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
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
  EXIT_HYPERCALL,
  EXIT_PORT_IO,
  EXIT_ROOT_HYPERCALL,
  EXIT_SIGNAL,
  HYPERCALL,
  HYPERVISOR,
  INTERCEPT,
} from './ledger.ts';
import { Partition } from './partition.ts';
import { type PortInfo, Ports } from './ports.ts';
import { REGISTER_INTERCEPT_SUSPEND, REGISTER_RIP, VpRegisters } from './registers.ts';
import type { Synic } from './synic.ts';
import { MessageBuffer } from './synic-messages.ts';
import { SINT_INTERCEPT, SINTS } from './synic-spec.ts';
import type { InterceptHandler, PortAccess, VirtualProcessor } from './virtual-processor.ts';

/** Who in the root completes a partition's port accesses: its worker process. */
export interface PortService {
  /** Whether the partition has an intercept on this port. */
  claims(port: number): boolean;
}

/** Who takes an interrupt. */
export interface InterruptTarget {
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
  #ports: Ports;
  #ioExits = 0;

  constructor(memory: HostMemory) {
    this.#memory = memory;
    this.#ports = new Ports(memory);
  }

  /**
   * Exits that device accesses and doorbells of guests have caused, by the hypervisor's own count. Guest
   * code can reach the ledger of the processor it runs on, but not this.
   */
  static ioExitsOf(hypervisor: Hypervisor): number {
    return hypervisor.#ioExits;
  }

  /** A new child partition. */
  createPartition(memory?: GuestMemory): Partition {
    const partition = new Partition(this.#partitions.length, memory);
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

  /**
   * HvSignalEvent: sets event flag `flag` of a connection's port, with an interrupt if it was clear.
   * @returns a status
   */
  signalEvent(caller: VirtualProcessor, connectionId: number, flag: number): number {
    const { ledger, costs } = caller.lp;
    if (caller.kind === 'root') this.#chargeRoot(caller, costs.vmexit);
    else {
      ledger.exits[EXIT_SIGNAL]++;
      this.#ioExits++;
      ledger.hypercalls++;
      caller.charge(HYPERVISOR, HYPERCALL, costs.doorbellKick);
    }
    const partition = this.#partitions[caller.partitionId];
    if (partition === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    return this.#ports.signal(partition, connectionId, flag, caller.local);
  }

  /** HvSignalEventDirect: the root sets an event flag of a child, without a port. */
  signalEventDirect(
    caller: VirtualProcessor,
    partitionId: number,
    vpIndex: number,
    sint: number,
    flag: number,
  ): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const partition = this.#partitions[partitionId];
    if (partition === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    const synic = partition.processors[vpIndex]?.synic;
    if (synic === undefined) return HV_STATUS_INVALID_VP_INDEX;
    if (!(sint >= 0 && sint < SINTS)) return HV_STATUS_INVALID_PARAMETER;
    synic.signal(sint, flag, caller.local);
    return HV_STATUS_SUCCESS;
  }

  /**
   * HvPostMessage: a message of at most 240 bytes for the owner of a connection's port. It is not an I/O
   * exit: it signals no ring.
   */
  postMessage(
    caller: VirtualProcessor,
    connectionId: number,
    type: number,
    payload: Uint8Array,
  ): number {
    this.#chargeCall(caller, caller.lp.costs.vmexit + messageCycles(caller.lp.costs));
    const partition = this.#partitions[caller.partitionId];
    if (partition === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    return this.#ports.post(partition, connectionId, type, payload, caller.local);
  }

  /** HvCreatePort by the root: a port of partition `owner` that `connectionPartition` may connect to. */
  createPort(
    caller: VirtualProcessor,
    owner: number,
    portId: number,
    connectionPartition: number,
    info: PortInfo,
  ): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const partition = this.#partitions[owner];
    if (partition === undefined || this.#partitions[connectionPartition] === undefined)
      return HV_STATUS_INVALID_PARTITION_ID;
    return this.#ports.create(partition, portId, connectionPartition, info);
  }

  /** HvConnectPort by the root: gives `partition` a connection to a port of `owner`. */
  connectPort(
    caller: VirtualProcessor,
    partition: number,
    connectionId: number,
    owner: number,
    portId: number,
  ): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const from = this.#partitions[partition];
    const to = this.#partitions[owner];
    if (from === undefined || to === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    return this.#ports.connect(from, connectionId, to, portId);
  }

  /** HvDeletePort by the root. */
  deletePort(caller: VirtualProcessor, owner: number, portId: number): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const partition = this.#partitions[owner];
    return partition === undefined
      ? HV_STATUS_INVALID_PARTITION_ID
      : this.#ports.delete(partition, portId);
  }

  /** HvDisconnectPort by the root. */
  disconnectPort(caller: VirtualProcessor, partition: number, connectionId: number): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const from = this.#partitions[partition];
    return from === undefined
      ? HV_STATUS_INVALID_PARTITION_ID
      : this.#ports.disconnect(from, connectionId);
  }

  /** HvAssertVirtualInterrupt by the root: an interrupt without a SynIC, such as that of an emulated pin. */
  assertInterrupt(caller: VirtualProcessor, target: InterruptTarget): void {
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    target.processor.interrupt(target.vector, caller.local);
  }

  #chargeRoot(caller: VirtualProcessor, cycles: number): void {
    caller.lp.ledger.exits[EXIT_ROOT_HYPERCALL]++;
    caller.charge(HYPERVISOR, HYPERCALL, cycles);
  }

  #chargeCall(caller: VirtualProcessor, cycles: number): void {
    if (caller.kind === 'root') {
      this.#chargeRoot(caller, cycles);
      return;
    }
    const { ledger } = caller.lp;
    ledger.exits[EXIT_HYPERCALL]++;
    ledger.hypercalls++;
    caller.charge(HYPERVISOR, HYPERCALL, cycles);
  }

  /** A child asks for what only the root may do. */
  #refuse(caller: VirtualProcessor): number {
    this.#chargeCall(caller, caller.lp.costs.vmexit);
    return HV_STATUS_ACCESS_DENIED;
  }
}

/** An access in words: `OUT port ec08, 4 bytes: 80000000`. */
function describe(access: PortAccess, before = ''): string {
  const bytes = `${access.size} byte${access.size === 1 ? '' : 's'}`;
  const port = `port ${access.port.toString(16)}, ${bytes}`;
  const value = (access.value >>> 0).toString(16);
  return before + (access.write ? `OUT ${port}: ${value}` : `IN ${port}`);
}
