import { emulationCycles, messageCycles } from './costs.ts';
import {
  HV_STATUS_ACCESS_DENIED,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_PARTITION_ID,
  HV_STATUS_INVALID_VP_INDEX,
  HV_STATUS_SUCCESS,
} from './hypercall-status.ts';
import { EMULATION, EXIT_MMIO, HYPERVISOR, INTERCEPT, ROOT_KERNEL } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

/** Software of the root behind a range of a child's addresses whose accesses are intercepted. */
export interface MemoryService {
  /** @returns `size` bytes (1, 2 or 4) at `offset` of the range, unsigned */
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

/** Who knows the interrupts of a device that is assigned to a child. */
export interface DeviceInterrupts {
  /**
   * Points an interrupt at other processors of its partition.
   * @returns false when the device has no interrupt of this address and data
   */
  retarget(entry: InterruptEntry, vector: number, processors: readonly number[]): boolean;
}

/** An interrupt as its device sends it. */
export interface InterruptEntry {
  address: number;
  data: number;
}

/** What HvRetargetDeviceInterrupt asks for. */
export interface RetargetRequest extends InterruptEntry {
  /** Undefined for the caller's own. */
  partition: number | undefined;
  deviceId: number;
  vector: number;
  /** By index; undefined for all of the partition. */
  processors: readonly number[] | undefined;
}

interface InterceptedRange {
  base: number;
  size: number;
  service: MemoryService;
}

/** Vectors below this one are the processor's exceptions. */
const FIRST_INTERRUPT_VECTOR = 0x10;
const MEMORY_ACCESS_BYTES: readonly number[] = [1, 2, 4];

/**
 * What the hypervisor knows about devices that are assigned to children: ranges of addresses that it
 * intercepts for the root, and whose interrupts a device has.
 *
 * An access to such a range is completed in one step: what the root does for it is charged to the root, on
 * the processor of the child that waits for it. The message is not built, as that of a port access is.
 */
export class AssignedDevices {
  /** Accesses to an address that is neither memory nor such a range; they read ones. */
  unclaimed = 0;
  /** By id; the hypervisor's. */
  #partitions: readonly (Partition | undefined)[];
  #ranges = new Map<number, InterceptedRange[]>();
  #devices = new Map<number, Map<number, DeviceInterrupts>>();
  #ioExits = 0;

  constructor(partitions: readonly (Partition | undefined)[]) {
    this.#partitions = partitions;
  }

  /** Exits that accesses have caused. Guest code can reach this object, but not the count. */
  static ioExitsOf(devices: AssignedDevices): number {
    return devices.#ioExits;
  }

  /** How many virtual processors a partition has. */
  processorsOf(partition: number): number {
    return this.#partitions[partition]?.processors.length ?? 0;
  }

  /** The root has accesses to `size` bytes of a child's addresses intercepted. @returns a status */
  intercept(
    caller: VirtualProcessor,
    partition: number,
    range: { base: number; size: number },
    service: MemoryService,
  ): number {
    if (caller.kind !== 'root') return HV_STATUS_ACCESS_DENIED;
    if (this.#partitions[partition] === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    const ranges = this.#ranges.get(partition) ?? [];
    const { base, size } = range;
    const memory = this.#partitions[partition].memory?.size ?? 0;
    const taken = ranges.some(
      (other) => base < other.base + other.size && other.base < base + size,
    );
    if (taken || !(base >= memory) || !(size > 0) || base + size > Number.MAX_SAFE_INTEGER)
      return HV_STATUS_INVALID_PARAMETER;
    ranges.push({ base, size, service });
    this.#ranges.set(partition, ranges);
    return HV_STATUS_SUCCESS;
  }

  /** Ends what `intercept` began for `service`. */
  release(caller: VirtualProcessor, partition: number, service: MemoryService): number {
    if (caller.kind !== 'root') return HV_STATUS_ACCESS_DENIED;
    const ranges = this.#ranges.get(partition) ?? [];
    this.#ranges.set(
      partition,
      ranges.filter((range) => range.service !== service),
    );
    return HV_STATUS_SUCCESS;
  }

  /**
   * A child's access to an address outside its memory: an exit.
   * @returns what was read, unsigned; ones where nothing is; 0 for a write
   */
  access(
    caller: VirtualProcessor,
    address: number,
    size: number,
    write: boolean,
    value = 0,
  ): number {
    const { ledger, costs } = caller.lp;
    ledger.exits[EXIT_MMIO]++;
    ledger.deviceAccesses++;
    this.#ioExits++;
    const detail = caller.tracing ? describe(address, size, write, value) : undefined;
    caller.charge(HYPERVISOR, INTERCEPT, costs.vmexit + messageCycles(costs), detail);
    const range = this.#ranges
      .get(caller.partitionId)
      ?.find(({ base, size: length }) => address >= base && address + size <= base + length);
    if (range === undefined || !MEMORY_ACCESS_BYTES.includes(size)) {
      this.unclaimed++;
      return write ? 0 : ones(size);
    }
    caller.charge(ROOT_KERNEL, EMULATION, emulationCycles(costs));
    const offset = address - range.base;
    if (!write) return range.service.read(offset, size);
    range.service.write(offset, size, value >>> 0);
    return 0;
  }

  /** The root says who knows the interrupts of a device of a child. @returns a status */
  addDevice(
    caller: VirtualProcessor,
    partition: number,
    deviceId: number,
    interrupts: DeviceInterrupts,
  ): number {
    if (caller.kind !== 'root') return HV_STATUS_ACCESS_DENIED;
    if (this.#partitions[partition] === undefined) return HV_STATUS_INVALID_PARTITION_ID;
    const devices = this.#devices.get(partition) ?? new Map<number, DeviceInterrupts>();
    if (devices.has(deviceId)) return HV_STATUS_INVALID_PARAMETER;
    devices.set(deviceId, interrupts);
    this.#devices.set(partition, devices);
    return HV_STATUS_SUCCESS;
  }

  removeDevice(caller: VirtualProcessor, partition: number, deviceId: number): number {
    if (caller.kind !== 'root') return HV_STATUS_ACCESS_DENIED;
    this.#devices.get(partition)?.delete(deviceId);
    return HV_STATUS_SUCCESS;
  }

  /** HvRetargetDeviceInterrupt by a child for a device of its own. @returns a status */
  retarget(caller: VirtualProcessor, request: RetargetRequest): number {
    const { partition = caller.partitionId, deviceId, vector } = request;
    if (partition !== caller.partitionId) return HV_STATUS_ACCESS_DENIED;
    const own = this.#partitions[partition];
    const device = this.#devices.get(partition)?.get(deviceId);
    if (own === undefined || device === undefined) return HV_STATUS_INVALID_PARAMETER;
    if (!(vector >= FIRST_INTERRUPT_VECTOR && vector <= 0xff)) return HV_STATUS_INVALID_PARAMETER;
    const processors = request.processors ?? own.processors.map((_, i) => i);
    if (processors.length === 0) return HV_STATUS_INVALID_PARAMETER;
    if (processors.some((i) => own.processors[i] === undefined)) return HV_STATUS_INVALID_VP_INDEX;
    const known = device.retarget(request, vector, processors);
    return known ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_PARAMETER;
  }
}

function ones(size: number): number {
  return size >= 4 ? 0xffffffff : (1 << (8 * size)) - 1;
}

function describe(address: number, size: number, write: boolean, value: number): string {
  const what = `${address.toString(16)}, ${size} byte${size === 1 ? '' : 's'}`;
  return write ? `exit: write ${what}: ${(value >>> 0).toString(16)}` : `exit: read ${what}`;
}
