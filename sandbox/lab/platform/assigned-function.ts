import { PCI_REVISION, PCI_SUBSYSTEM_VENDOR } from '../../machine/bus/pci/configuration-space.ts';
import type { MemoryWindow } from '../../machine/bus/pci/pci-function.ts';
import type { NicFunction } from '../../machine/devices/sriov-nic/function.ts';
import type { NicSwitch } from '../../machine/host/nic-switch/nic-switch.ts';
import type { AttachedVf } from '../../machine/host/nic-switch/sequence.ts';
import { NDIS_STATUS_SUCCESS } from '../../machine/host/nic-switch/spec.ts';
import type { PfDriver } from '../../machine/host/pf-hardware.ts';
import type { AssignedFunction, FunctionIds } from '../../machine/host/vpci/assigned-function.ts';
import type { PostedTarget, RemappedTarget } from '../../machine/iommu/interrupt-entry.ts';
import type { InterruptEntry } from '../../machine/partition/assigned-devices.ts';
import type { VirtualProcessor } from '../../machine/partition/virtual-processor.ts';
import type { HyperVHost } from '../host.ts';

/** Who a virtual function is given to. */
export interface FunctionOwner {
  readonly host: HyperVHost;
  readonly processors: readonly VirtualProcessor[];
  /** Registers among the guest's addresses, by the address that they begin at. */
  readonly windows: Map<number, MemoryWindow | NicFunction>;
}

/**
 * A virtual function as the provider of a virtual PCI bus has it: configuration space and blocks by requests
 * to the physical function's driver, memory by mapping it into the guest, interrupts by entries of the
 * remapping table that only this function may use.
 */
export class AssignedVf implements AssignedFunction {
  readonly ids: FunctionIds;
  readonly vectors: number;
  readonly #vf: AttachedVf;
  readonly #owner: FunctionOwner;
  readonly #requests: NicSwitch;
  readonly #probed: readonly number[];
  /** Its registers, as the bus had them when it was given away. */
  readonly #function: NicFunction;
  #windows = new Map<number, number>();
  /** Index in the remapping table, by the message that leads there. */
  #entries = new Map<string, number>();

  constructor(owner: FunctionOwner, requests: NicSwitch, driver: PfDriver, vf: AttachedVf) {
    this.#owner = owner;
    this.#requests = requests;
    this.#vf = vf;
    this.#probed = driver.probedBars;
    this.#function = owner.host.nic.functions[vf.vfId + 1];
    this.#function.decoding = false;
    owner.host.nic.setBusMaster(vf.vfId + 1, false);
    this.vectors = this.#function.msix?.vectors ?? 0;
    const word = (at: number) => this.configurationRead(at, 4);
    const identity = word(PCI_REVISION);
    this.ids = {
      ...driver.vfIds,
      revision: identity & 0xff,
      programmingInterface: (identity >>> 8) & 0xff,
      subClass: (identity >>> 16) & 0xff,
      baseClass: identity >>> 24,
      subsystem: word(PCI_SUBSYSTEM_VENDOR),
    };
  }

  configurationRead(offset: number, size: number): number {
    const request = { vfId: this.#vf.vfId, offset, length: size, value: 0 };
    const status = this.#requests.functions.readConfigSpace(request);
    return status === NDIS_STATUS_SUCCESS ? request.value : 0xffffffff;
  }

  configurationWrite(offset: number, size: number, value: number): void {
    const request = { vfId: this.#vf.vfId, offset, length: size, value };
    this.#requests.functions.writeConfigSpace(request);
  }

  probedBars(): readonly number[] {
    return this.#probed;
  }

  /** Messages in a row, as one capability of MSI would need, are not made. */
  createInterrupt(
    count: number,
    vector: number,
    processors: readonly number[],
  ): InterruptEntry | undefined {
    if (count !== 1) return undefined;
    const { remapping } = this.#owner.host;
    const index = remapping.allocate(this.#target(vector, processors));
    if (index < 0) return undefined;
    const entry = remapping.messageFor(index);
    this.#entries.set(keyOf(entry), index);
    return entry;
  }

  retarget(entry: InterruptEntry, vector: number, processors: readonly number[]): boolean {
    const index = this.#entries.get(keyOf(entry));
    if (index === undefined) return false;
    this.#owner.host.remapping.modify(index, this.#target(vector, processors));
    return true;
  }

  releaseInterrupt(entry: InterruptEntry): void {
    const index = this.#entries.get(keyOf(entry));
    this.#entries.delete(keyOf(entry));
    if (index !== undefined) this.#owner.host.remapping.release(index);
  }

  assignMemory(bar: number, guestAddress: number | undefined): void {
    const { host, windows } = this.#owner;
    const before = this.#windows.get(bar);
    if (before !== undefined) windows.delete(before);
    this.#windows.delete(bar);
    if (bar === 0) this.#function.decoding = guestAddress !== undefined;
    if (guestAddress === undefined) return;
    const { vfs } = host.pci.nic;
    const window = bar === 0 ? this.#function : vfs[this.#vf.vfId].window(bar);
    if (window === undefined) return;
    this.#windows.set(bar, guestAddress);
    windows.set(guestAddress, window);
  }

  readBlock(block: number, length: number): Uint8Array | undefined {
    const request = { vfId: this.#vf.vfId, blockId: block, length, data: undefined };
    const { functions } = this.#requests;
    const status = functions.readConfigBlock(request);
    return status === NDIS_STATUS_SUCCESS ? request.data : undefined;
  }

  writeBlock(block: number, bytes: Uint8Array): boolean {
    const request = { vfId: this.#vf.vfId, blockId: block, length: bytes.length, data: bytes };
    return this.#requests.functions.writeConfigBlock(request) === NDIS_STATUS_SUCCESS;
  }

  reset(): void {
    this.#requests.resetVf({ vfId: this.#vf.vfId });
  }

  #target(vector: number, processors: readonly number[]): RemappedTarget | PostedTarget {
    const { host } = this.#owner;
    const processor = this.#owner.processors[processors[0]];
    const source = { type: 'id', requesterId: this.#vf.requesterId } as const;
    if (host.options.postedInterrupts)
      return { source, vector, descriptor: host.remapping.postedOf(processor).address };
    return { source, vector, destination: host.remapping.apicIdOf(processor) };
  }
}

function keyOf({ address, data }: InterruptEntry): string {
  return `${address}/${data}`;
}
