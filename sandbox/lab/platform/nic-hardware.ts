import type { SriovNic } from '../../machine/devices/sriov-nic/nic.ts';
import { requesterIdOfVf } from '../../machine/devices/sriov-nic/spec.ts';
import type { NicSwitchCapabilities } from '../../machine/host/nic-switch/capabilities.ts';
import type { PfHardware } from '../../machine/host/nic-switch/pf-hardware.ts';
import type { ReceiveFilter } from '../../machine/host/nic-switch/receive-filters.ts';
import { NDIS_DEFAULT_VPORT_ID } from '../../machine/host/nic-switch/spec.ts';

/**
 * The physical function's driver as the NIC of this lab lets it be: filters and resets reach the NIC; a
 * virtual function gets its queues from the machine when it is assigned, and has no configuration space to
 * read or blocks to exchange, which such requests are told.
 */
export class NicHardware implements PfHardware {
  readonly capabilities: NicSwitchCapabilities;
  readonly #nic: SriovNic;
  /** Function of the NIC behind each port. */
  #functions = new Map<number, number>([[NDIS_DEFAULT_VPORT_ID, 0]]);

  constructor(nic: SriovNic, capabilities: NicSwitchCapabilities) {
    this.#nic = nic;
    this.capabilities = capabilities;
  }

  enableVfs(count: number): boolean {
    return count <= this.capabilities.maxVfs;
  }

  requesterIdOf(vf: number): number {
    return requesterIdOfVf(this.#nic.functions[0].requesterId, vf);
  }

  createVPort(vport: number, vf: number | undefined): boolean {
    this.#functions.set(vport, vf === undefined ? 0 : vf + 1);
    return true;
  }

  deleteVPort(vport: number): void {
    this.#functions.delete(vport);
  }

  activateVPort(): void {}

  setFilter(filter: ReceiveFilter): boolean {
    return this.#point(filter, filter.vport);
  }

  moveFilter(filter: ReceiveFilter, vport: number): boolean {
    return this.#point(filter, vport);
  }

  clearFilter(filter: ReceiveFilter): void {
    this.#point(filter, NDIS_DEFAULT_VPORT_ID);
  }

  resetVf(vf: number): void {
    this.#nic.functions[vf + 1]?.stop();
  }

  readVfConfiguration(): undefined {
    return undefined;
  }

  writeVfConfiguration(): boolean {
    return false;
  }

  readConfigBlock(): undefined {
    return undefined;
  }

  writeConfigBlock(): boolean {
    return false;
  }

  /** One entry of the NIC's table: what has none goes to the physical function anyway. */
  #point({ mac, vlan }: ReceiveFilter, vport: number): boolean {
    if (vlan !== undefined) return false;
    this.#nic.setFilter(mac, this.#functions.get(vport) ?? 0);
    return true;
  }
}
