import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { InterruptRemapping } from './interrupt-remapping.ts';
import type { Iommu } from './iommu.ts';
import * as spec from './spec.ts';

/** Bytes of the register file, and the largest mask of a page-selective invalidation: 2^18 pages, 1 GiB. */
const FILE_BYTES = 0x200;
const LARGEST_MASK = 18;

/**
 * The unit's registers as a hypervisor sees them, 32 bits at a time: how it finds the tables, turns
 * remapping on, takes faults and invalidates. The methods of `Iommu` that write tables invalidate by
 * themselves; who writes tables by hand invalidates here. VT-d 10.4.
 */
export class IommuRegisters {
  #file = new Uint32Array(FILE_BYTES / 4);
  #iommu: Iommu;
  #remapping: InterruptRemapping;

  constructor(iommu: Iommu, remapping: InterruptRemapping) {
    this.#iommu = iommu;
    this.#remapping = remapping;
    this.#set(spec.REG_ROOT_TABLE, iommu.rootTable);
    const size = 30 - Math.clz32(remapping.entries);
    const extended = remapping.extended ? spec.INTERRUPT_TABLE_EXTENDED : 0;
    this.#set(spec.REG_INTERRUPT_TABLE, remapping.table + size + extended);
  }

  /** The word at `offset`; reserved ones read 0. */
  read32(offset: number): number {
    const { recording } = this.#iommu;
    const record = offset - spec.REG_FAULT_RECORDS;
    if (record >= 0 && record < recording.size * 16) return recording.words[record >>> 2];
    switch (offset) {
      case spec.REG_VERSION:
        return 0x10;
      case spec.REG_CAPABILITY:
      case spec.REG_CAPABILITY + 4:
        return this.#capability(offset);
      case spec.REG_EXTENDED_CAPABILITY:
        // Interrupt remapping, extended interrupt mode, pass-through; invalidation registers at 0x100.
        return (1 << 3) | (1 << 4) | (1 << 6) | ((spec.REG_INVALIDATE_ADDRESS / 16) << 8);
      case spec.REG_GLOBAL_STATUS:
        return this.#status;
      case spec.REG_FAULT_STATUS: {
        const first = Math.max(recording.firstPending, 0) << 8;
        const overflow = recording.overflow ? spec.STATUS_OVERFLOW : 0;
        return first | overflow | (recording.pending ? spec.STATUS_PENDING : 0);
      }
      default:
        return this.#file[offset >>> 2] ?? 0;
    }
  }

  /** Writes the word at `offset`. What is read-only or reserved stays as it is. */
  write32(offset: number, value: number): void {
    const { recording } = this.#iommu;
    const record = offset - spec.REG_FAULT_RECORDS;
    switch (offset) {
      case spec.REG_GLOBAL_COMMAND:
        return this.#command(value >>> 0);
      case spec.REG_FAULT_STATUS:
        if ((value & spec.STATUS_OVERFLOW) !== 0) recording.overflow = false;
        return;
      case spec.REG_ROOT_TABLE:
      case spec.REG_ROOT_TABLE + 4:
      case spec.REG_INTERRUPT_TABLE:
      case spec.REG_INTERRUPT_TABLE + 4:
      case spec.REG_CONTEXT_COMMAND:
      case spec.REG_INVALIDATE_ADDRESS:
      case spec.REG_INVALIDATE_ADDRESS + 4:
        this.#file[offset >>> 2] = value;
        return;
      case spec.REG_CONTEXT_COMMAND + 4:
        this.#file[offset >>> 2] = (value & ~spec.INVALIDATE_NOW) >>> 0;
        if (value >>> 31 === 1) this.#invalidateContexts((value >>> 29) & 3);
        return;
      case spec.REG_IOTLB_INVALIDATE + 4:
        this.#file[offset >>> 2] = (value & ~spec.INVALIDATE_NOW) >>> 0;
        if (value >>> 31 === 1) this.#invalidatePages((value >>> 28) & 3, value & 0xffff);
        return;
      default:
        if (record >= 0 && record < recording.size * 16 && record % 16 === 12 && value >>> 31 === 1)
          recording.clear(record >>> 4);
    }
  }

  #capability(offset: number): number {
    const { recording } = this.#iommu;
    // 16-bit domain ids, 39 and 48 bits, and 48 the most; fault records at 0x120.
    if (offset === spec.REG_CAPABILITY)
      return 6 | (6 << 8) | (47 << 16) | ((spec.REG_FAULT_RECORDS / 16) << 24);
    // 2 MiB pages, page-selective invalidation, number of records, largest mask, posted interrupts.
    const posting = this.#remapping.posting ? 1 << 27 : 0;
    return (1 << 2) | (1 << 7) | ((recording.size - 1) << 8) | (LARGEST_MASK << 16) | posting;
  }

  get #status(): number {
    const { enabled, compatibility } = this.#remapping;
    const on = (value: boolean, bit: number) => (value ? bit : 0);
    const bits =
      on(this.#iommu.enabled, spec.COMMAND_TRANSLATION) |
      on(enabled, spec.COMMAND_INTERRUPT_REMAPPING) |
      on(compatibility, spec.COMMAND_COMPATIBILITY);
    return (bits | spec.COMMAND_ROOT_POINTER | spec.COMMAND_INTERRUPT_POINTER) >>> 0;
  }

  #command(value: number): void {
    const iommu = this.#iommu;
    const remapping = this.#remapping;
    if ((value & spec.COMMAND_ROOT_POINTER) !== 0)
      iommu.rootTable = this.#address(spec.REG_ROOT_TABLE);
    if ((value & spec.COMMAND_INTERRUPT_POINTER) !== 0) {
      const low = this.#file[spec.REG_INTERRUPT_TABLE >>> 2];
      remapping.table = this.#address(spec.REG_INTERRUPT_TABLE);
      remapping.entries = 2 << (low & spec.INTERRUPT_TABLE_SIZE_MASK);
      remapping.extended = (low & spec.INTERRUPT_TABLE_EXTENDED) !== 0;
    }
    const translation = (value & spec.COMMAND_TRANSLATION) !== 0;
    if (translation !== iommu.enabled) iommu.enabled = translation;
    remapping.enabled = (value & spec.COMMAND_INTERRUPT_REMAPPING) !== 0;
    remapping.compatibility = (value & spec.COMMAND_COMPATIBILITY) !== 0;
  }

  /** 1 all, 2 a domain, 3 a function. */
  #invalidateContexts(granularity: number): void {
    const low = this.#file[spec.REG_CONTEXT_COMMAND >>> 2];
    const { contexts } = this.#iommu;
    if (granularity === 1) contexts.invalidate();
    else if (granularity === 2) contexts.invalidateDomain(low & 0xffff);
    else if (granularity === 3) contexts.invalidateFunction(low >>> 16);
    this.#file[(spec.REG_CONTEXT_COMMAND >>> 2) + 1] |= granularity << 27;
  }

  /** 1 all, 2 a domain, 3 pages of a domain: 2^mask of them, from a multiple of as many. */
  #invalidatePages(granularity: number, domainId: number): void {
    const { iotlb } = this.#iommu;
    const low = this.#file[spec.REG_INVALIDATE_ADDRESS >>> 2];
    const mask = low & 0x3f;
    if (granularity === 1) iotlb.invalidate();
    else if (granularity === 2 || (granularity === 3 && mask > LARGEST_MASK))
      iotlb.invalidateDomain(domainId);
    else if (granularity === 3) {
      const bytes = PAGE_SIZE << mask;
      const address = this.#address(spec.REG_INVALIDATE_ADDRESS);
      iotlb.invalidatePages(domainId, Math.floor(address / bytes) * bytes, bytes);
    }
    this.#file[(spec.REG_IOTLB_INVALIDATE >>> 2) + 1] |= granularity << 25;
  }

  #address(register: number): number {
    const low = this.#file[register >>> 2];
    return this.#file[(register >>> 2) + 1] * 4294967296 + ((low & ~0xfff) >>> 0);
  }

  #set(register: number, value: number): void {
    this.#file[register >>> 2] = value % 4294967296;
    this.#file[(register >>> 2) + 1] = value / 4294967296;
  }
}
