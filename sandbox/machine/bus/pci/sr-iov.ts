import {
  ARI_HIERARCHY,
  SRIOV_BAR,
  SRIOV_CONTROL,
  SRIOV_FIRST_OFFSET,
  SRIOV_NUM_VFS,
  SRIOV_PAGE_SIZE,
  SRIOV_STRIDE,
  type SrIovOptions,
  VF_ENABLE,
  VF_MEMORY_ENABLE,
} from './capabilities/sr-iov.ts';
import type { ConfigurationSpace } from './configuration-space.ts';
import type { Claim } from './pci-function.ts';
import { virtualFunctionId } from './requester-id.ts';
import { VirtualFunction, type VirtualFunctionParts } from './virtual-function.ts';

/** What software waits for (SR-IOV 1.1, sections 3.3.3.1): picoseconds. */
export const WAIT_AFTER_ENABLE = 1e11;
export const WAIT_AFTER_DISABLE = 1e12;

/** The memory of one base address register of all virtual functions. */
export interface Aperture {
  bar: number;
  /** 0 while software has given none. */
  base: number;
  /** Bytes of one virtual function: what `base` must be a multiple of. */
  each: number;
  /** Bytes reserved: for TotalVFs functions, whatever NumVFs is. */
  size: number;
}

/** What the capability needs of the device around it. */
export interface SrIovWiring {
  /** Requester id of the physical function now. */
  requesterId: () => number;
  virtualFunction: (n: number) => VirtualFunctionParts;
  /** Picoseconds. Without it nothing waits. */
  clock?: () => number;
}

/**
 * The SR-IOV capability at work: which virtual functions there are, under which requester ids, and where
 * their memory is. The registers are the truth; `update` is to be called after each write to them.
 *
 * While VF Enable is set, NumVFs, the page size and ARI Capable Hierarchy cannot be written. VF Enable
 * with more than TotalVFs is refused: the bit reads 0 again. What a device does with requests before its
 * time is not specified: here a function does not answer in its first 100 ms, and VF Enable is not taken
 * in the second after it was cleared. Both are counted in `early`.
 */
export class SrIov {
  readonly functions: readonly VirtualFunction[];
  readonly totalVfs: number;
  /** Virtual functions that are there: NumVFs when VF Enable was set, 0 without it. */
  active = 0;
  /** Requests that came before the device was ready for them. */
  early = 0;
  /** Called on the edges of VF Enable, after the functions were reset. */
  onEnabled: (count: number) => void = () => {};
  onDisabled: () => void = () => {};
  #space: ConfigurationSpace;
  #offset: number;
  #options: SrIovOptions;
  #wiring: SrIovWiring;
  #enabled = false;
  #ready = 0;
  #settled = 0;

  /** @param offset of the capability in `space`, where `defineSrIov` has laid it out */
  constructor(
    space: ConfigurationSpace,
    offset: number,
    options: SrIovOptions,
    wiring: SrIovWiring,
  ) {
    this.#space = space;
    this.#offset = offset;
    this.#options = options;
    this.#wiring = wiring;
    this.totalVfs = options.totalVfs;
    this.functions = Array.from(
      { length: options.totalVfs },
      (_, n) => new VirtualFunction(n, this, wiring.virtualFunction(n)),
    );
  }

  get numVfs(): number {
    return this.#read(SRIOV_NUM_VFS, 2);
  }

  /** Whether the virtual functions answer in memory space. */
  get memoryEnabled(): boolean {
    return (this.#read(SRIOV_CONTROL, 2) & VF_MEMORY_ENABLE) !== 0;
  }

  /** Bytes of a page: the lowest bit that is set, 4 KiB when none is. */
  get pageSize(): number {
    const bits = this.#read(SRIOV_PAGE_SIZE, 4);
    return bits === 0 ? 4096 : 4096 * ((bits & -bits) >>> 0);
  }

  /** Requester id of virtual function `n`, there or not. */
  idOf(n: number): number {
    const first = this.#read(SRIOV_FIRST_OFFSET, 2);
    return virtualFunctionId(this.#wiring.requesterId(), first, this.#read(SRIOV_STRIDE, 2), n);
  }

  /** The virtual function that answers to `rid`. */
  functionAt(rid: number): VirtualFunction | undefined {
    for (let n = 0; n < this.active; n++) {
      if (this.idOf(n) !== rid) continue;
      if (this.#now >= this.#ready) return this.functions[n];
      this.early++;
      return undefined;
    }
    return undefined;
  }

  /** Memory of the virtual functions, as far as their base address registers say. */
  get apertures(): Aperture[] {
    return this.#options.bars.map(({ index, size }) => {
      const each = Math.max(size, this.pageSize);
      const base = this.#space.barAt(this.#offset + SRIOV_BAR + 4 * index);
      return { bar: index, base, each, size: each * this.totalVfs };
    });
  }

  /** The virtual function that `address` belongs to: it is at base + n * size. */
  claim(address: number): Claim | undefined {
    if (this.active === 0 || !this.memoryEnabled) return undefined;
    for (const { bar, base, each } of this.apertures) {
      const n = Math.floor((address - base) / each);
      if (base !== 0 && n >= 0 && n < this.active)
        return { target: this.functions[n], bar, offset: (address - base) % each };
    }
    return undefined;
  }

  /** Acts on what has been written. */
  update(): void {
    const enable = (this.#read(SRIOV_CONTROL, 2) & VF_ENABLE) !== 0;
    if (enable && !this.#enabled) this.#enable();
    else if (!enable && this.#enabled) this.#disable();
    this.#fitToHierarchy();
    this.#fitToPages();
  }

  #enable(): void {
    const early = this.#now < this.#settled;
    if (early) this.early++;
    if (early || this.numVfs > this.totalVfs) {
      this.#space.clear(this.#offset + SRIOV_CONTROL, 2, VF_ENABLE);
      return;
    }
    this.#enabled = true;
    this.active = this.numVfs;
    this.#ready = this.#now + WAIT_AFTER_ENABLE;
    this.#lock(true);
    this.#renew();
    this.onEnabled(this.active);
  }

  #disable(): void {
    this.#enabled = false;
    this.active = 0;
    this.#settled = this.#now + WAIT_AFTER_DISABLE;
    this.#lock(false);
    this.#renew();
    this.onDisabled();
  }

  #renew(): void {
    for (const each of this.functions) each.renew();
  }

  #lock(locked: boolean): void {
    const control = VF_ENABLE | VF_MEMORY_ENABLE | (locked ? 0 : ARI_HIERARCHY);
    const pages = locked ? 0 : this.#options.supportedPages;
    this.#space.setWritable(this.#offset + SRIOV_CONTROL, 2, control);
    this.#space.setWritable(this.#offset + SRIOV_NUM_VFS, 2, locked ? 0 : 0xffff);
    this.#space.setWritable(this.#offset + SRIOV_PAGE_SIZE, 4, pages);
  }

  #fitToHierarchy(): void {
    const { firstOffset, firstOffsetWithoutAri = firstOffset } = this.#options;
    const ari = (this.#read(SRIOV_CONTROL, 2) & ARI_HIERARCHY) !== 0;
    const first = ari ? firstOffset : firstOffsetWithoutAri;
    this.#space.put(this.#offset + SRIOV_FIRST_OFFSET, 2, first);
  }

  /** A function's share of an aperture is at least a page, so that no two share one. */
  #fitToPages(): void {
    const page = this.pageSize;
    for (const { index, size } of this.#options.bars) {
      const each = Math.max(size, page);
      const at = this.#offset + SRIOV_BAR + 4 * index;
      this.#space.setWritable(at, 4, -each);
      this.#space.clear(at, 4, (each - 1) & ~15);
    }
  }

  /** Without a clock every wait is over. */
  get #now(): number {
    return this.#wiring.clock?.() ?? Number.POSITIVE_INFINITY;
  }

  #read(register: number, size: number): number {
    return this.#space.read(this.#offset + register, size);
  }
}
