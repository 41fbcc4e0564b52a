import type { OidLog } from './oid-log.ts';
import type { ConfigBlockParameters, ConfigSpaceParameters } from './parameters.ts';
import type { PfHardware } from './pf-hardware.ts';
import {
  CONFIG_BLOCK_BYTES,
  CONFIG_BLOCKS,
  CONFIGURATION_BYTES,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';

/** A 64-bit mask of blocks as two words. */
export interface BlockMask {
  low: number;
  high: number;
}

/**
 * What goes on about one virtual function once it is allocated: accesses to its configuration space, which
 * the physical function's driver does for the guest, and the backchannel, in which a guest's driver reads
 * and writes blocks and the physical function's driver can say no more than that a block has changed.
 */
export class VirtualFunctionRequests {
  /**
   * Called with a function whose blocks are invalid when none of them was before. What is invalidated
   * until the guest has taken the mask is added to it: two changes may be told as one.
   */
  invalidated: (vf: number) => void = () => {};
  readonly #hardware: PfHardware;
  readonly #allocated: (vf: number) => boolean;
  readonly #log: OidLog;
  #masks = new Map<number, BlockMask>();

  constructor(hardware: PfHardware, allocated: (vf: number) => boolean, log: OidLog) {
    this.#hardware = hardware;
    this.#allocated = allocated;
    this.#log = log;
  }

  readConfigSpace(parameters: ConfigSpaceParameters): number {
    const { vfId, offset, length } = parameters;
    const status = this.#space(parameters, () => {
      const value = this.#hardware.readVfConfiguration(vfId, offset, length);
      if (value !== undefined) parameters.value = value;
      return value !== undefined;
    });
    return this.#log.add('OID_SRIOV_READ_VF_CONFIG_SPACE', status, place(parameters));
  }

  writeConfigSpace(parameters: ConfigSpaceParameters): number {
    const { vfId, offset, length, value = 0 } = parameters;
    const status = this.#space(parameters, () =>
      this.#hardware.writeVfConfiguration(vfId, offset, length, value),
    );
    return this.#log.add('OID_SRIOV_WRITE_VF_CONFIG_SPACE', status, place(parameters));
  }

  readConfigBlock(parameters: ConfigBlockParameters): number {
    const { vfId, blockId, length } = parameters;
    const status = this.#block(parameters, () => {
      const data = this.#hardware.readConfigBlock(vfId, blockId, length);
      if (data !== undefined) parameters.data = data;
      return data !== undefined;
    });
    return this.#log.add('OID_SRIOV_READ_VF_CONFIG_BLOCK', status, blockOf(parameters));
  }

  writeConfigBlock(parameters: ConfigBlockParameters): number {
    const { vfId, blockId, length, data } = parameters;
    const short = data === undefined || data.length < length;
    const status = this.#block(
      parameters,
      () => this.#hardware.writeConfigBlock(vfId, blockId, (data as Uint8Array).slice(0, length)),
      short,
    );
    return this.#log.add('OID_SRIOV_WRITE_VF_CONFIG_BLOCK', status, blockOf(parameters));
  }

  /** The physical function's driver says that blocks have changed: NdisMInvalidateConfigBlock. */
  invalidate(vf: number, mask: BlockMask): void {
    if (!this.#allocated(vf) || (mask.low | mask.high) === 0) return;
    const waiting = this.#masks.get(vf);
    const low = ((waiting?.low ?? 0) | mask.low) >>> 0;
    const high = ((waiting?.high ?? 0) | mask.high) >>> 0;
    this.#masks.set(vf, { low, high });
    if (waiting === undefined) this.invalidated(vf);
  }

  /** The mask on its way to the guest's driver, as OID_SRIOV_VF_INVALIDATE_CONFIG_BLOCK. Empty after. */
  takeInvalidation(vf: number): BlockMask {
    const mask = this.#masks.get(vf);
    if (mask === undefined) return { low: 0, high: 0 };
    this.#masks.delete(vf);
    const bits = `${hex(mask.high)}${hex(mask.low)}`;
    this.#log.add('OID_SRIOV_VF_INVALIDATE_CONFIG_BLOCK', NDIS_STATUS_SUCCESS, `VF ${vf}: ${bits}`);
    return mask;
  }

  /** The function is given back: nothing waits for it any more. */
  forget(vf: number): void {
    this.#masks.delete(vf);
  }

  #space(parameters: ConfigSpaceParameters, driver: () => boolean): number {
    const { vfId, offset, length } = parameters;
    if (!this.#allocated(vfId)) return NDIS_STATUS_INVALID_PARAMETER;
    if (length !== 1 && length !== 2 && length !== 4) return NDIS_STATUS_INVALID_LENGTH;
    const inside = Number.isInteger(offset) && offset >= 0 && offset < CONFIGURATION_BYTES;
    if (!inside || offset % length !== 0) return NDIS_STATUS_INVALID_PARAMETER;
    return driver() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
  }

  #block(parameters: ConfigBlockParameters, driver: () => boolean, short = false): number {
    const { vfId, blockId, length } = parameters;
    const known = Number.isInteger(blockId) && blockId >= 0 && blockId < CONFIG_BLOCKS;
    if (!this.#allocated(vfId) || !known) return NDIS_STATUS_INVALID_PARAMETER;
    const fits = Number.isInteger(length) && length >= 1 && length <= CONFIG_BLOCK_BYTES;
    if (!fits || short) return NDIS_STATUS_INVALID_LENGTH;
    return driver() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
  }
}

function place({ vfId, offset, length }: ConfigSpaceParameters): string {
  return `VF ${vfId}, offset ${offset.toString(16)}h, ${bytes(length)}`;
}

function blockOf({ vfId, blockId, length }: ConfigBlockParameters): string {
  return `VF ${vfId}, block ${blockId}, ${bytes(length)}`;
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
