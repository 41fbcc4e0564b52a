import type { MacAddress } from '../../net/frame.ts';
import { isPowerOfTwo, usableVfs } from './capabilities.ts';
import { OidLog } from './oid-log.ts';
import type {
  FilterParameters,
  MoveFilterParameters,
  Requester,
  SwitchParameters,
  VfParameters,
  VPortParameters,
} from './parameters.ts';
import type { PfHardware } from './pf-hardware.ts';
import { type ReceiveFilter, ReceiveFilters } from './receive-filters.ts';
import {
  NDIS_DEFAULT_SWITCH_ID,
  NDIS_DEFAULT_VPORT_ID,
  NDIS_INVALID_RID,
  NDIS_INVALID_VF_FUNCTION_ID,
  NDIS_PF_FUNCTION_ID,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';
import { VirtualFunctionRequests } from './vf-requests.ts';
import { VirtualPorts } from './virtual-ports.ts';

/** A virtual function whose resources are allocated. */
interface AllocatedVf {
  requesterId: number;
  requester: Requester;
  vmName: string;
}

/**
 * Windows' model of an SR-IOV adapter: one switch, its ports, its virtual functions, and the requests by
 * which the layers above ask the physical function's driver for them. A request is checked here, as NDIS
 * does, and the driver sees only what passed. Every request answers a status; none throws.
 *
 * Sources: hyperv-facts 3.1 to 3.5. Documented are the guards of FREE_VF and RESET_VF, who may free, and
 * that all functions are freed before the switch goes. Where the documentation lists the codes of a request
 * and not the case for each, this model answers INVALID_PARAMETER for what may not be, and RESOURCES for
 * what there is no more of: unverified.
 */
export class NicSwitch {
  readonly log = new OidLog();
  readonly filters = new ReceiveFilters();
  /** Configuration space and backchannel of the virtual functions. */
  readonly functions: VirtualFunctionRequests;
  readonly #hardware: PfHardware;
  #created: SwitchParameters | undefined;
  #ports: VirtualPorts | undefined;
  #vfs = new Map<number, AllocatedVf>();

  constructor(hardware: PfHardware) {
    this.#hardware = hardware;
    this.functions = new VirtualFunctionRequests(
      hardware,
      (vf) => this.#supported && this.#vfs.has(vf),
      this.log,
    );
  }

  /** How the switch was divided; undefined while there is none. */
  get split(): Readonly<SwitchParameters> | undefined {
    return this.#created;
  }

  /** The ports; undefined while there is no switch. */
  get ports(): VirtualPorts | undefined {
    return this.#ports;
  }

  get vfsInUse(): number {
    return this.#vfs.size;
  }

  /** A virtual function that is allocated. */
  vf(id: number): Readonly<AllocatedVf> | undefined {
    return this.#vfs.get(id);
  }

  /** The port that a frame from outside goes to: that of the filter it matches, or the default one. */
  portFor(mac: MacAddress, vlan?: number): number {
    const port = this.filters.match(mac, vlan)?.vport ?? NDIS_DEFAULT_VPORT_ID;
    return this.#ports?.get(port)?.active === true ? port : NDIS_DEFAULT_VPORT_ID;
  }

  /** Divides the adapter: functions, ports, queue pairs. */
  createSwitch(parameters: SwitchParameters): number {
    const { switchId, vfs, vports, defaultQueuePairs, queuePairsPerVPort } = parameters;
    const of = this.#hardware.capabilities;
    const good =
      switchId === NDIS_DEFAULT_SWITCH_ID &&
      this.#created === undefined &&
      within(vfs, 0, of.maxVfs) &&
      within(vports, 1, of.maxVPorts) &&
      within(defaultQueuePairs, 1, of.maxQueuePairs) &&
      isPowerOfTwo(queuePairsPerVPort) &&
      queuePairsPerVPort <= of.maxQueuePairsPerVPort &&
      usableVfs(of, { ...parameters, vfs }) >= vfs;
    const status = this.#checked(good, () => this.#hardware.enableVfs(vfs));
    if (status === NDIS_STATUS_SUCCESS) {
      this.#created = { ...parameters };
      this.#ports = new VirtualPorts(of, parameters);
    }
    const words = `VFs: ${vfs}, VPorts: ${vports}, queue pairs a VPort: ${queuePairsPerVPort}`;
    return this.log.add('OID_NIC_SWITCH_CREATE_SWITCH', status, words);
  }

  /** The switch goes, and the default port with it. Everything else must be gone before. */
  deleteSwitch(parameters: { switchId: number }): number {
    const bare = this.#vfs.size === 0 && this.#ports?.count === 1 && this.filters.count === 0;
    const good = this.#exists(parameters.switchId) && bare;
    const status = this.#checked(good, () => this.#hardware.enableVfs(0));
    if (status === NDIS_STATUS_SUCCESS) {
      this.#created = undefined;
      this.#ports = undefined;
    }
    return this.log.add('OID_NIC_SWITCH_DELETE_SWITCH', status, `switch ${parameters.switchId}`);
  }

  /** Resources for one more virtual function, which is attached to nothing yet. */
  allocateVf(parameters: VfParameters, requester: Requester): number {
    const name = 'OID_NIC_SWITCH_ALLOCATE_VF';
    const unset =
      parameters.vfId === NDIS_INVALID_VF_FUNCTION_ID &&
      parameters.requesterId === NDIS_INVALID_RID;
    const status = this.#checked(this.#exists(parameters.switchId) && unset);
    if (status !== NDIS_STATUS_SUCCESS) return this.log.add(name, status, parameters.vmName);
    const id = this.#freeVfId();
    if (id === undefined) return this.log.add(name, NDIS_STATUS_RESOURCES, parameters.vmName);
    const requesterId = this.#hardware.requesterIdOf(id);
    this.#hardware.allocateVf(id, parameters.macAddress);
    this.#vfs.set(id, { requesterId, requester, vmName: parameters.vmName });
    parameters.vfId = id;
    parameters.requesterId = requesterId;
    return this.log.add(name, status, `VF ${id} for ${parameters.vmName}`);
  }

  /** By the one that allocated it, and only once its port is gone. */
  freeVf(parameters: { vfId: number }, requester: Requester): number {
    const { vfId } = parameters;
    const vf = this.#vfs.get(vfId);
    const good = vf?.requester === requester && this.#ports?.ofVf(vfId) === undefined;
    const status = this.#checked(good);
    if (status === NDIS_STATUS_SUCCESS) {
      this.#vfs.delete(vfId);
      this.functions.forget(vfId);
    }
    return this.log.add('OID_NIC_SWITCH_FREE_VF', status, `VF ${vfId}`);
  }

  /** A function level reset of one function; no other notices. */
  resetVf(parameters: { vfId: number }): number {
    const { vfId } = parameters;
    const status = this.#checked(this.#vfs.has(vfId));
    if (status === NDIS_STATUS_SUCCESS) this.#hardware.resetVf(vfId);
    return this.log.add('OID_SRIOV_RESET_VF', status, `VF ${vfId}`);
  }

  /** A port other than the default one. The first and only port of a virtual function is active at once. */
  createVPort(parameters: VPortParameters, requester: Requester): number {
    const { attachedFunctionId, queuePairs } = parameters;
    const vf = attachedFunctionId === NDIS_PF_FUNCTION_ID ? undefined : attachedFunctionId;
    const status = this.#mayCreate(parameters, vf, requester);
    const words = `${vf === undefined ? 'PF' : `VF ${vf}`}, queue pairs: ${queuePairs}`;
    const name = 'OID_NIC_SWITCH_CREATE_VPORT';
    const ports = this.#ports;
    if (status !== NDIS_STATUS_SUCCESS || ports === undefined)
      return this.log.add(name, status, words);
    const port = ports.add({ vf, queuePairs, requester, active: vf !== undefined });
    if (!this.#hardware.createVPort(port.id, vf, queuePairs)) {
      ports.delete(port.id);
      return this.log.add(name, NDIS_STATUS_FAILURE, words);
    }
    parameters.vportId = port.id;
    return this.log.add(name, status, `VPort ${port.id}: ${words}`);
  }

  /** A port of the physical function begins to receive. */
  activateVPort(parameters: { vportId: number }): number {
    const port = this.#ports?.get(parameters.vportId);
    const status = this.#checked(port !== undefined);
    if (status === NDIS_STATUS_SUCCESS && port !== undefined && !port.active) {
      port.active = true;
      this.#hardware.activateVPort(port.id);
    }
    return this.log.add('OID_NIC_SWITCH_VPORT_PARAMETERS', status, `VPort ${parameters.vportId}`);
  }

  /** By the one that created it, once no filter is set on it. The default port cannot be deleted. */
  deleteVPort(parameters: { vportId: number }, requester: Requester): number {
    const { vportId } = parameters;
    const port = this.#ports?.get(vportId);
    const good =
      vportId !== NDIS_DEFAULT_VPORT_ID &&
      port?.requester === requester &&
      this.filters.on(vportId).length === 0;
    const status = this.#checked(good);
    if (status === NDIS_STATUS_SUCCESS) {
      this.#hardware.deleteVPort(vportId);
      this.#ports?.delete(vportId);
    }
    return this.log.add('OID_NIC_SWITCH_DELETE_VPORT', status, `VPort ${vportId}`);
  }

  setFilter(parameters: FilterParameters): number {
    const { vportId, mac, vlan } = parameters;
    const good =
      this.#ports?.get(vportId) !== undefined &&
      (vlan === undefined || within(vlan, 1, 4094)) &&
      !this.filters.taken(mac, vlan);
    let status = this.#checked(good);
    if (status === NDIS_STATUS_SUCCESS) status = this.#set(parameters);
    const words = `VPort ${vportId}${vlan === undefined ? '' : `, VLAN ${vlan}`}`;
    return this.log.add('OID_RECEIVE_FILTER_SET_FILTER', status, words);
  }

  clearFilter(parameters: { filterId: number }): number {
    const filter = this.filters.get(parameters.filterId);
    const status = this.#checked(filter !== undefined);
    if (status === NDIS_STATUS_SUCCESS && filter !== undefined) {
      this.#hardware.clearFilter(filter);
      this.filters.clear(filter.id);
    }
    return this.log.add('OID_RECEIVE_FILTER_CLEAR_FILTER', status, `filter ${parameters.filterId}`);
  }

  /** From one port to another in one step. */
  moveFilter(parameters: MoveFilterParameters): number {
    const { filterId, sourceVPortId, destVPortId } = parameters;
    const filter = this.filters.get(filterId);
    const good = filter?.vport === sourceVPortId && this.#ports?.get(destVPortId) !== undefined;
    const status = this.#checked(good, () =>
      this.#hardware.moveFilter(filter as ReceiveFilter, destVPortId),
    );
    if (status === NDIS_STATUS_SUCCESS) this.filters.move(filterId, destVPortId);
    const words = `filter ${filterId}: VPort ${sourceVPortId} to VPort ${destVPortId}`;
    return this.log.add('OID_RECEIVE_FILTER_MOVE_FILTER', status, words);
  }

  get #supported(): boolean {
    return this.#hardware.capabilities.sriov;
  }

  #exists(switchId: number): boolean {
    return this.#created?.switchId === switchId;
  }

  /** What NDIS answers, and behind it the driver: it is asked only for what is `good`. */
  #checked(good: boolean, driver: () => boolean = () => true): number {
    if (!this.#supported) return NDIS_STATUS_NOT_SUPPORTED;
    if (!good) return NDIS_STATUS_INVALID_PARAMETER;
    return driver() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
  }

  #freeVfId(): number | undefined {
    const { vfs = 0 } = this.#created ?? {};
    for (let id = 0; id < vfs; id++) if (!this.#vfs.has(id)) return id;
    return undefined;
  }

  #mayCreate(parameters: VPortParameters, vf: number | undefined, requester: Requester): number {
    const { switchId, queuePairs } = parameters;
    const of = this.#hardware.capabilities;
    const pairs =
      isPowerOfTwo(queuePairs) &&
      queuePairs <= of.maxQueuePairsPerVPort &&
      (of.asymmetricQueuePairs || queuePairs === this.#created?.queuePairsPerVPort);
    const owner = vf === undefined || this.#vfs.get(vf)?.requester === requester;
    const first = vf === undefined || this.#ports?.ofVf(vf) === undefined;
    const status = this.#checked(this.#exists(switchId) && pairs && owner && first);
    if (status !== NDIS_STATUS_SUCCESS) return status;
    const short = this.#ports?.shortOf(vf, queuePairs);
    return short === undefined ? status : NDIS_STATUS_RESOURCES;
  }

  #set(parameters: FilterParameters): number {
    const { vportId, mac, vlan } = parameters;
    const { maxMacAddresses } = this.#hardware.capabilities;
    const id = this.filters.set(mac, vlan, vportId);
    const filter = this.filters.get(id) as ReceiveFilter;
    const room = this.filters.addresses <= maxMacAddresses;
    if (!room || !this.#hardware.setFilter(filter)) {
      this.filters.clear(id);
      return room ? NDIS_STATUS_FAILURE : NDIS_STATUS_RESOURCES;
    }
    parameters.filterId = id;
    return NDIS_STATUS_SUCCESS;
  }
}

function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
