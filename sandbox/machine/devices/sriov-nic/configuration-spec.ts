import type { Link } from '../../bus/pci/capabilities/express.ts';
import type { SrIovOptions } from '../../bus/pci/capabilities/sr-iov.ts';

/** Where the physical function has its capabilities (82576 facts, section 1.1). */
export const PF_POWER_MANAGEMENT = 0x40;
export const PF_MSI = 0x50;
export const PF_MSIX = 0x70;
export const PF_EXPRESS = 0xa0;
export const PF_AER = 0x100;
export const PF_ARI = 0x150;
export const PF_SRIOV = 0x160;

/** And a virtual one (section 1.2). */
export const VF_MSIX = 0x70;
export const VF_EXPRESS = 0xa0;
export const VF_AER = 0x100;
export const VF_ARI = 0x150;

/** Base address registers: registers, flash, I/O ports; MSI-X with its table at 0 and bits at 0x2000. */
export const REGISTER_BAR = 0;
export const FLASH_BAR = 1;
export const IO_BAR = 2;
export const MSIX_BAR = 3;
export const REGISTER_BYTES = 0x20000;
export const FLASH_BYTES = 0x20000;
export const IO_BYTES = 32;
export const MSIX_BYTES = 0x4000;
export const MSIX_PENDING_OFFSET = 0x2000;
/** Of one virtual function, in BAR 0 and in BAR 3 of the SR-IOV capability. */
export const VF_BAR_BYTES = 0x4000;

/** A part of the family: its ids and how much it has. */
export interface NicPart {
  vendor: number;
  device: number;
  vfDevice: number;
  revision: number;
  subsystemVendor: number;
  subsystem: number;
  totalVfs: number;
  /** Vectors of the physical function; a virtual one has 3. */
  vectors: number;
  /** What the link can do, and does. */
  link: Link;
  /** Bytes of one virtual function in each of its two base address registers: a power of two. */
  vfBarBytes: number;
  /** Requester ids from the physical function to VF 0, and from one VF to the next. */
  firstOffset: number;
  stride: number;
  /** First VF offset while ARI Capable Hierarchy is 0; the same as with it when left out. */
  firstOffsetWithoutAri?: number;
}

/** Where a physical function stands on its card, and how many there are: one for each network port. */
export interface CardPlace {
  number: number;
  functions: number;
}

export const VF_VECTORS = 3;

/** The 82576 as it was recorded; PCI Express 5 GT/s, 8 lanes, instead of the recorded 2.5 GT/s, one. */
export const INTEL_82576: NicPart = {
  vendor: 0x8086,
  device: 0x10c9,
  vfDevice: 0x10ca,
  revision: 1,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
  totalVfs: 8,
  vectors: 10,
  vfBarBytes: VF_BAR_BYTES,
  firstOffset: 0x80,
  stride: 2,
  link: { speed: 2, width: 8 },
};

/**
 * The extension: ids and counts of an 82599 (section 9) in the 82576's layout. The 82599 itself offers 64
 * functions, of which its driver keeps one pool for the physical function: here TotalVFs is 63.
 */
export const EXTENDED_PART: NicPart = {
  ...INTEL_82576,
  device: 0x10fb,
  vfDevice: 0x10ed,
  totalVfs: 63,
  vectors: 64,
  link: { speed: 3, width: 8 },
};

/** The part for a number of virtual functions: the recorded one as far as it goes. */
export function partFor(vfs: number): NicPart {
  return vfs <= INTEL_82576.totalVfs ? INTEL_82576 : EXTENDED_PART;
}

/** Reset values of the error registers, of both kinds of function. */
export const ERROR_REGISTERS = { mask: 0x02400000, severity: 0x00462030, correctableMask: 0xe000 };

/** What the SR-IOV capability of `part` says: pages of 4, 8, 64, 256 KiB, 1 and 4 MiB. */
export function sriovOptions(part: NicPart): SrIovOptions {
  return {
    totalVfs: part.totalVfs,
    firstOffset: part.firstOffset,
    stride: part.stride,
    firstOffsetWithoutAri: part.firstOffsetWithoutAri,
    vfDeviceId: part.vfDevice,
    supportedPages: 0x553,
    bars: [
      { index: REGISTER_BAR, kind: 'prefetchable64', size: part.vfBarBytes },
      { index: MSIX_BAR, kind: 'prefetchable64', size: part.vfBarBytes },
    ],
  };
}
