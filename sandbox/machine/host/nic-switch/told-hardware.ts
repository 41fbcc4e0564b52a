import type { NicSwitchCapabilities } from './capabilities.ts';
import type { PfHardware } from './pf-hardware.ts';
import type { ReceiveFilter } from './receive-filters.ts';
import { CONFIGURATION_BYTES } from './spec.ts';

/** The worked example of the documentation: 128 queue pairs, 64 ports, at most 4 pairs a port. */
export const DOCUMENTED: NicSwitchCapabilities = {
  sriov: true,
  maxVfs: 63,
  maxVPorts: 64,
  maxQueuePairs: 128,
  maxQueuePairsPerVPort: 4,
  maxMacAddresses: 64,
  singleVPortPool: false,
  asymmetricQueuePairs: false,
};

/**
 * A physical function with no device behind it, for tests of the object model: it remembers what it was
 * told, in order, and refuses what `refuses` names.
 */
export class ToldHardware implements PfHardware {
  readonly capabilities: NicSwitchCapabilities;
  readonly calls: string[] = [];
  readonly allocated: number[] = [];
  refuses = new Set<string>();
  /** Called in the middle of the driver's work for a move: what a frame would find then. */
  duringMove: () => void = () => {};
  #spaces = new Map<number, Uint8Array>();
  #blocks = new Map<string, Uint8Array>();

  constructor(capabilities: Partial<NicSwitchCapabilities> = {}) {
    this.capabilities = { ...DOCUMENTED, ...capabilities };
  }

  enableVfs(count: number): boolean {
    return this.#told('enableVfs', count);
  }

  requesterIdOf(vf: number): number {
    return 0x0180 + 2 * vf;
  }

  allocateVf(vf: number): void {
    this.allocated.push(vf);
  }

  createVPort(vport: number, vf: number | undefined, queuePairs: number): boolean {
    return this.#told('createVPort', vport, vf ?? 'PF', queuePairs);
  }

  deleteVPort(vport: number): void {
    this.#told('deleteVPort', vport);
  }

  activateVPort(vport: number): void {
    this.#told('activateVPort', vport);
  }

  setFilter(filter: ReceiveFilter): boolean {
    return this.#told('setFilter', filter.id, filter.vport);
  }

  moveFilter(filter: ReceiveFilter, vport: number): boolean {
    this.duringMove();
    return this.#told('moveFilter', filter.id, filter.vport, vport);
  }

  clearFilter(filter: ReceiveFilter): void {
    this.#told('clearFilter', filter.id);
  }

  resetVf(vf: number): void {
    this.#told('resetVf', vf);
    this.#spaces.delete(vf);
  }

  readVfConfiguration(vf: number, offset: number, size: number): number | undefined {
    if (!this.#told('readVfConfiguration', vf, offset, size)) return undefined;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.#space(vf)[offset + i];
    return value;
  }

  writeVfConfiguration(vf: number, offset: number, size: number, value: number): boolean {
    for (let i = 0; i < size; i++) this.#space(vf)[offset + i] = value >>> (8 * i);
    return this.#told('writeVfConfiguration', vf, offset, size);
  }

  readConfigBlock(vf: number, block: number, length: number): Uint8Array | undefined {
    if (!this.#told('readConfigBlock', vf, block, length)) return undefined;
    const bytes = new Uint8Array(length);
    bytes.set((this.#blocks.get(`${vf}/${block}`) ?? bytes).subarray(0, length));
    return bytes;
  }

  writeConfigBlock(vf: number, block: number, bytes: Uint8Array): boolean {
    this.#blocks.set(`${vf}/${block}`, bytes);
    return this.#told('writeConfigBlock', vf, block, bytes.length);
  }

  #space(vf: number): Uint8Array {
    let space = this.#spaces.get(vf);
    if (space === undefined) {
      space = new Uint8Array(CONFIGURATION_BYTES);
      this.#spaces.set(vf, space);
    }
    return space;
  }

  #told(name: string, ...values: (number | string)[]): boolean {
    this.calls.push([name, ...values].join(' '));
    return !this.refuses.has(name);
  }
}
