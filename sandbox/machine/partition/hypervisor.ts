import type { GuestMemory } from '../memory/guest-memory.ts';
import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { AssignedDevices, type RetargetRequest } from './assigned-devices.ts';
import { messageCycles } from './costs.ts';
import {
  HV_STATUS_ACCESS_DENIED,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_PARTITION_ID,
  HV_STATUS_INVALID_VP_INDEX,
  HV_STATUS_SUCCESS,
  type SetVpRegistersInput,
} from './hypercalls.ts';
import { Intercepts, type PortService } from './intercepts.ts';
import {
  EXIT_HYPERCALL,
  EXIT_MSR,
  EXIT_ROOT_EOM,
  EXIT_ROOT_HYPERCALL,
  EXIT_SIGNAL,
  HYPERCALL,
  HYPERVISOR,
  INTERCEPT,
} from './ledger.ts';
import { MonitorPage } from './monitor.ts';
import { Partition } from './partition.ts';
import { type PortInfo, Ports } from './ports.ts';
import type { Synic } from './synic.ts';
import { SINTS } from './synic-spec.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

/** Who takes an interrupt. */
export interface InterruptTarget {
  processor: VirtualProcessor;
  vector: number;
}

/**
 * The hypervisor's part in I/O: it turns a guest's port access into a message for the root, and one
 * partition's signal into another's interrupt. It emulates no device and touches no frame.
 */
export class Hypervisor {
  readonly root = new Partition(1);
  /** By id; there is no partition 0. */
  #partitions: (Partition | undefined)[] = [undefined, this.root];
  /** Devices that are assigned to children. */
  readonly assigned = new AssignedDevices(this.#partitions);
  #memory: HostMemory;
  #intercepts: Intercepts;
  #ports: Ports;
  #ioExits = 0;

  constructor(memory: HostMemory) {
    this.#memory = memory;
    this.#intercepts = new Intercepts(memory, this.#partitions);
    this.#ports = new Ports(memory);
  }

  /**
   * Exits that device accesses and doorbells of guests have caused, by the hypervisor's own count. Guest
   * code can reach the ledger of the processor it runs on, but not this.
   */
  static ioExitsOf(hypervisor: Hypervisor): number {
    const { assigned } = hypervisor;
    const intercepts = Intercepts.ioExitsOf(hypervisor.#intercepts);
    return hypervisor.#ioExits + intercepts + AssignedDevices.ioExitsOf(assigned);
  }

  /** Port accesses that no intercept claimed; they read ones. */
  get unclaimed(): number {
    return this.#intercepts.unclaimed;
  }

  /** A new child partition. */
  createPartition(memory?: GuestMemory): Partition {
    const partition = new Partition(this.#partitions.length, memory);
    this.#partitions.push(partition);
    return partition;
  }

  /** See `Intercepts.install`. */
  installIntercepts(partition: Partition, service: PortService, synic: Synic): void {
    this.#intercepts.installIntercepts(partition, service, synic);
  }

  /** Whether `processor` is suspended until its parent has completed an intercept. */
  suspended(processor: VirtualProcessor): boolean {
    return this.#intercepts.suspended(processor);
  }

  /** HvSetVpRegisters by the root for a processor of a child. */
  setVpRegisters(caller: VirtualProcessor, input: SetVpRegistersInput): number {
    return this.#intercepts.setVpRegisters(caller, input);
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

  /**
   * The root connects a child to a page of monitored notifications in the child's memory, instead of the
   * one before. The hypervisor makes the signals of its triggers, as if the child had.
   */
  connectMonitor(caller: VirtualProcessor, partitionId: number, gpa: number): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const partition = this.#partitions[partitionId];
    if (partition?.memory === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    const { memory } = partition;
    if (gpa % PAGE_SIZE !== 0 || !(gpa >= 0 && gpa < memory.size))
      return HV_STATUS_INVALID_PARAMETER;
    partition.monitor?.close();
    partition.monitor = new MonitorPage(caller.lp.engine, memory, gpa, (connection, flag, at) =>
      this.#ports.signal(partition, connection, flag, at),
    );
    return HV_STATUS_SUCCESS;
  }

  /** Ends what `connectMonitor` began. */
  disconnectMonitor(caller: VirtualProcessor, partitionId: number): number {
    if (caller.kind !== 'root') return this.#refuse(caller);
    this.#chargeRoot(caller, caller.lp.costs.vmexit);
    const partition = this.#partitions[partitionId];
    if (partition === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    partition.monitor?.close();
    partition.monitor = undefined;
    return HV_STATUS_SUCCESS;
  }

  /** A guest's access to a synthetic MSR: an exit. @returns false where the processor raises #GP */
  writeMsr(caller: VirtualProcessor, msr: number, value: number): boolean {
    this.#chargeMsr(caller);
    return caller.synic?.writeMsr(msr, value, caller.local) === true;
  }

  /** The same for a read: -1 where the processor raises #GP. */
  readMsr(caller: VirtualProcessor, msr: number): number {
    this.#chargeMsr(caller);
    return caller.synic?.readMsr(msr) ?? -1;
  }

  /** HvRetargetDeviceInterrupt: a guest points an interrupt of a device of its own at other processors. */
  retargetInterrupt(caller: VirtualProcessor, request: RetargetRequest): number {
    this.#chargeCall(caller, caller.lp.costs.vmexit);
    return this.assigned.retarget(caller, request);
  }

  /** A hypercall that fails before it is known what it is about. */
  reject(caller: VirtualProcessor, status: number): number {
    this.#chargeCall(caller, caller.lp.costs.vmexit);
    return status;
  }

  /** Reads the input of a hypercall. @returns false when it is not in the caller's memory */
  readCallerMemory(caller: VirtualProcessor, address: number, into: Uint8Array): boolean {
    const { length } = into;
    const memory = this.#partitions[caller.partitionId]?.memory;
    if (memory !== undefined) return memory.readInto(address, into, 0, length) === length;
    const { bytes } = this.#memory;
    if (caller.kind !== 'root' || address < 0 || address + length > bytes.length) return false;
    into.set(bytes.subarray(address, address + length));
    return true;
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

  #chargeMsr(caller: VirtualProcessor): void {
    const { ledger, costs } = caller.lp;
    ledger.exits[caller.kind === 'root' ? EXIT_ROOT_EOM : EXIT_MSR]++;
    caller.charge(HYPERVISOR, INTERCEPT, costs.exitInHypervisor);
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
