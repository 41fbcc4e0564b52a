import type { BarKind, ConfigurationSpace } from '../configuration-space.ts';
import { defineExtendedCapability } from './header.ts';

/** Single Root I/O Virtualization 1.1, section 3.3. Offsets from the capability. */
export const SRIOV_ID = 0x0010;
export const SRIOV_CAPABILITIES = 0x04;
export const SRIOV_CONTROL = 0x08;
export const SRIOV_STATUS = 0x0a;
export const SRIOV_INITIAL_VFS = 0x0c;
export const SRIOV_TOTAL_VFS = 0x0e;
export const SRIOV_NUM_VFS = 0x10;
export const SRIOV_DEPENDENCY = 0x12;
export const SRIOV_FIRST_OFFSET = 0x14;
export const SRIOV_STRIDE = 0x16;
export const SRIOV_DEVICE_ID = 0x1a;
export const SRIOV_SUPPORTED_PAGES = 0x1c;
export const SRIOV_PAGE_SIZE = 0x20;
export const SRIOV_BAR = 0x24;
export const SRIOV_MIGRATION = 0x3c;

/** Control. */
export const VF_ENABLE = 1 << 0;
export const VF_MEMORY_ENABLE = 1 << 3;
export const ARI_HIERARCHY = 1 << 4;

/** A base address register of every virtual function, in the physical one's capability. */
export interface VirtualBar {
  index: number;
  kind: BarKind;
  /** Bytes of one virtual function: a power of two. */
  size: number;
}

/** What a part has behind its capability. */
export interface SrIovOptions {
  totalVfs: number;
  /** From the physical function to VF 0, and from one VF to the next, in requester ids. */
  firstOffset: number;
  stride: number;
  /** First offset while the hierarchy is not capable of ARI; the same one when left out. */
  firstOffsetWithoutAri?: number;
  vfDeviceId: number;
  /** Bit n: pages of 2^(n + 12) bytes. */
  supportedPages: number;
  bars: readonly VirtualBar[];
}

/** The capability as it is after a reset. What changes with the bits in it is done by class SrIov. */
export function defineSrIov(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: SrIovOptions,
): void {
  defineExtendedCapability(space, offset, SRIOV_ID, 1, next);
  space.define(offset + SRIOV_CONTROL, 2, 0, VF_ENABLE | VF_MEMORY_ENABLE | ARI_HIERARCHY);
  space.define(offset + SRIOV_INITIAL_VFS, 2, options.totalVfs);
  space.define(offset + SRIOV_TOTAL_VFS, 2, options.totalVfs);
  space.define(offset + SRIOV_NUM_VFS, 2, 0, 0xffff);
  const first = options.firstOffsetWithoutAri ?? options.firstOffset;
  space.define(offset + SRIOV_FIRST_OFFSET, 2, first);
  space.define(offset + SRIOV_STRIDE, 2, options.stride);
  space.define(offset + SRIOV_DEVICE_ID, 2, options.vfDeviceId);
  space.define(offset + SRIOV_SUPPORTED_PAGES, 4, options.supportedPages);
  space.define(offset + SRIOV_PAGE_SIZE, 4, 1, options.supportedPages);
  for (const { index, kind, size } of options.bars)
    space.defineBarAt(offset + SRIOV_BAR + 4 * index, kind, size);
}
