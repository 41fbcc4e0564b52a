import type { MacAddress } from '../../net/frame.ts';
import type { NicSwitchCapabilities } from './capabilities.ts';
import type { ReceiveFilter } from './receive-filters.ts';

/**
 * What the driver of a physical function does for the requests that NDIS lets through. Identifiers are in
 * range and in use when it is called; a driver checks nothing again. A method that answers false, or
 * undefined, could not do what was asked, and has left everything as it was.
 */
export interface PfHardware {
  readonly capabilities: NicSwitchCapabilities;
  /** Sets NumVFs and VF Enable: NdisMEnableVirtualization. 0 switches the functions off. */
  enableVfs(count: number): boolean;
  /** Requester id of a virtual function: NdisMGetVirtualFunctionLocation and NDIS_MAKE_RID. */
  requesterIdOf(vf: number): number;
  /** A virtual function is allocated, for an adapter with this address. */
  allocateVf(vf: number, mac: MacAddress): void;
  /** Gives a port `queuePairs` queue pairs. `vf` is undefined for a port of the physical function. */
  createVPort(vport: number, vf: number | undefined, queuePairs: number): boolean;
  deleteVPort(vport: number): void;
  /** A port of the physical function begins to receive. */
  activateVPort(vport: number): void;
  setFilter(filter: ReceiveFilter): boolean;
  /** In one step: no frame may find neither port, or both. */
  moveFilter(filter: ReceiveFilter, vport: number): boolean;
  clearFilter(filter: ReceiveFilter): void;
  /** A function level reset of this one function. */
  resetVf(vf: number): void;
  /** `size` bytes, 1, 2 or 4; undefined where the function has no such space. */
  readVfConfiguration(vf: number, offset: number, size: number): number | undefined;
  writeVfConfiguration(vf: number, offset: number, size: number, value: number): boolean;
  /** A block of the backchannel; what it means only the two drivers know. */
  readConfigBlock(vf: number, block: number, length: number): Uint8Array | undefined;
  writeConfigBlock(vf: number, block: number, bytes: Uint8Array): boolean;
}
