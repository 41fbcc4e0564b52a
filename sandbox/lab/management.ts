import { type AdapterState, examineAdapter } from '../machine/host/management/adapter-support.ts';
import type { AdapterFacts, PlatformFacts } from '../machine/host/management/facts.ts';
import { examineHost, type HostSupport } from '../machine/host/management/host-support.ts';
import { type Refusal, refusals, requestFailed } from '../machine/host/management/refusals.ts';
import {
  type NicSwitchCapabilities,
  queuePairsFor,
} from '../machine/host/nic-switch/capabilities.ts';
import { NicSwitch } from '../machine/host/nic-switch/nic-switch.ts';
import { type AttachedVf, prepareVf } from '../machine/host/nic-switch/sequence.ts';
import { NDIS_DEFAULT_SWITCH_ID, statusName } from '../machine/host/nic-switch/spec.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import type { HyperVHost } from './host.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { HostCapabilities } from './platform/capabilities.ts';
import { buildAdapter, buildPlatform } from './platform/platform.ts';
import type { VMSwitch } from './vm-switch.ts';

/** The driver that asks for virtual functions: that of the extensible switch. */
export const VMSWITCH = 'vmswitch';
const ADDRESSES = 128;
/** Queue pairs at most for one adapter. */
const QUEUE_PAIRS_PER_VPORT = 16;

/** What a network adapter asks for. */
export interface IovRequest {
  vmName: string;
  macAddress: MacAddress;
  vmSwitch: VMSwitch;
  /** 0 to 100. */
  iovWeight: number;
  queuePairsRequested: number;
}

/** Whether a network adapter gets a virtual function; if not, everything that keeps it from one. */
export type IovDecision = {
  iovWeight: number;
  queuePairsRequested: number;
} & (
  | { granted: true; vf: AttachedVf; refusals: readonly [] }
  | { granted: false; refusals: readonly Refusal[] }
);

/** What the driver of a host's NIC reports that the NIC's switch can do. */
export function switchCapabilities(of: HostCapabilities): NicSwitchCapabilities {
  return {
    sriov: true,
    maxVfs: of.virtualFunctions,
    maxVPorts: of.virtualPorts,
    maxQueuePairs: of.queuePairs,
    maxQueuePairsPerVPort: QUEUE_PAIRS_PER_VPORT,
    maxMacAddresses: ADDRESSES,
    singleVPortPool: of.singleVPortPool,
    asymmetricQueuePairs: true,
  };
}

/** A host's management system: looks at the machine, and asks for virtual functions. */
export class HostManagement {
  readonly capabilities: HostCapabilities;
  readonly platform: PlatformFacts;
  readonly adapterFacts: AdapterFacts;
  /** What was decided about each network adapter. */
  readonly decisions = new WeakMap<NetworkAdapter, IovDecision>();
  readonly #host: HyperVHost;
  #nicSwitch: NicSwitch | undefined;

  constructor(host: HyperVHost, capabilities: HostCapabilities) {
    this.#host = host;
    this.capabilities = capabilities;
    this.platform = buildPlatform(capabilities, host.pci, host);
    this.adapterFacts = buildAdapter(capabilities, host.pci);
  }

  /** What the host supports, looked up now. */
  get hostSupport(): HostSupport {
    return examineHost(this.platform);
  }

  get adapterState(): AdapterState {
    return examineAdapter(this.adapterFacts, this.hostSupport);
  }

  /** Whether a switch on the adapter could be created for SR-IOV and would work. */
  get switchSupported(): boolean {
    const { sriovSupport, enabled } = this.adapterState;
    return sriovSupport === 'Supported' && enabled;
  }

  /** What keeps any switch on this adapter from SR-IOV: host and adapter, lowest first. */
  get supportRefusals(): Refusal[] {
    return refusals({
      host: this.hostSupport,
      adapter: this.adapterState,
      switchEnabled: true,
      nicSwitch: undefined,
      iovWeight: 100,
      queuePairs: 1,
    });
  }

  /** The switch inside the NIC: created for the first virtual switch that was itself created for SR-IOV. */
  nicSwitchFor(vmSwitch: VMSwitch): NicSwitch | undefined {
    if (!vmSwitch.enableIov || !this.switchSupported) return undefined;
    this.#nicSwitch ??= this.#createSwitch();
    return this.#nicSwitch;
  }

  /** Everything that keeps the adapter from a virtual function; empty when nothing does. */
  refusals(request: IovRequest): Refusal[] {
    const { vmSwitch, iovWeight, queuePairsRequested } = request;
    return refusals({
      host: this.hostSupport,
      adapter: this.adapterState,
      switchEnabled: vmSwitch.enableIov,
      nicSwitch: this.nicSwitchFor(vmSwitch),
      iovWeight,
      queuePairs: queuePairsFor(queuePairsRequested),
    });
  }

  /**
   * Refuses, or asks the physical function's driver for a virtual function with a port. Frames keep coming
   * the software way until the guest asks for the other one.
   */
  decide(request: IovRequest): IovDecision {
    const { iovWeight, queuePairsRequested } = request;
    if (iovWeight === 0) return this.#unasked(request);
    const against = this.refusals(request);
    const nicSwitch = this.nicSwitchFor(request.vmSwitch);
    if (against.length > 0 || nicSwitch === undefined)
      return { granted: false, iovWeight, queuePairsRequested, refusals: against };
    return this.#bringUp(nicSwitch, request);
  }

  /** Nobody has to look at the machine for one that asks for nothing, before somebody wants to know. */
  #unasked(request: IovRequest): IovDecision {
    const { iovWeight, queuePairsRequested } = request;
    const look = () => this.refusals(request);
    return {
      granted: false,
      iovWeight,
      queuePairsRequested,
      get refusals() {
        return look();
      },
    };
  }

  #createSwitch(): NicSwitch {
    const { virtualFunctions, virtualPorts } = this.capabilities;
    const nicSwitch = new NicSwitch(this.#host.pfDriver);
    nicSwitch.createSwitch({
      switchId: NDIS_DEFAULT_SWITCH_ID,
      vfs: virtualFunctions,
      vports: virtualPorts,
      defaultQueuePairs: 1,
      queuePairsPerVPort: 1,
    });
    return nicSwitch;
  }

  #bringUp(nicSwitch: NicSwitch, request: IovRequest): IovDecision {
    const { vmName, macAddress, iovWeight, queuePairsRequested } = request;
    const queuePairs = queuePairsFor(queuePairsRequested);
    const vf = prepareVf(nicSwitch, { vmName, macAddress, queuePairs }, VMSWITCH);
    if (typeof vf !== 'number')
      return { granted: true, iovWeight, queuePairsRequested, vf, refusals: [] };
    const against = [requestFailed(statusName(vf))];
    return { granted: false, iovWeight, queuePairsRequested, refusals: against };
  }
}

/**
 * Decides whether a network adapter gets a virtual function, as its switch is connected; with it go the
 * requests that give it one. The path of its frames follows from the answer.
 */
export function decideIov(host: HyperVHost, request: IovRequest): IovDecision {
  return host.management.decide(request);
}
