import type { NicSwitch } from '../nic-switch/nic-switch.ts';
import { ADAPTER_SUPPORT, type AdapterState, type AdapterSupport } from './adapter-support.ts';
import { HOST_REASONS, type HostReason, type HostSupport } from './host-support.ts';

/** Where a refusal stands, from the bottom of the machine upwards. */
export const LAYERS = ['host', 'adapter', 'switch', 'network adapter'] as const;
export type Layer = (typeof LAYERS)[number];

/** Reasons that are neither the host's nor the adapter's value. */
export const OWN_REASONS = {
  AdapterDisabled: 'SR-IOV is switched off in the settings of the adapter (*SRIOV).',
  SwitchNotIov:
    'The virtual switch was created without SR-IOV, and that cannot be changed afterwards.',
  NotAsked: 'The network adapter does not ask for SR-IOV: its IovWeight is 0.',
  NoVirtualFunction: 'All virtual functions of the adapter are in use.',
  NoVirtualPort: 'All ports of the switch inside the adapter are in use.',
  NoQueuePairs: 'The adapter has fewer queue pairs left than were asked for.',
  RequestFailed: 'The driver of the physical function refused a request.',
} as const;
export type OwnReason = keyof typeof OWN_REASONS;
export type RefusalReason = HostReason | Exclude<AdapterSupport, 'Supported'> | OwnReason;

/** Why a network adapter stays on the synthetic path. */
export interface Refusal {
  layer: Layer;
  reason: RefusalReason;
  words: string;
}

/** What the decision about one network adapter depends on. */
export interface IovQuestion {
  host: HostSupport;
  adapter: AdapterState;
  /** Whether the virtual switch was created for SR-IOV. */
  switchEnabled: boolean;
  /** The switch inside the adapter; none where the virtual switch has not made one. */
  nicSwitch: NicSwitch | undefined;
  iovWeight: number;
  /** A power of two. */
  queuePairs: number;
}

/**
 * Everything that keeps the adapter from a virtual function, lowest layer first; empty when nothing does.
 * What follows from a reason below is not said again above: an adapter that lacks what its host lacks is
 * not at fault itself.
 */
export function refusals(question: IovQuestion): Refusal[] {
  const { host, adapter, switchEnabled, iovWeight } = question;
  const found = host.reasons.map((reason) => refusal('host', reason, HOST_REASONS[reason]));
  const { sriovSupport } = adapter;
  if (sriovSupport !== 'Supported' && !adapter.hostsFault)
    found.push(refusal('adapter', sriovSupport, ADAPTER_SUPPORT[sriovSupport]));
  if (!adapter.enabled) found.push(own('adapter', 'AdapterDisabled'));
  if (!switchEnabled) found.push(own('switch', 'SwitchNotIov'));
  const full = shortage(question);
  if (full !== undefined) found.push(own('switch', full));
  if (iovWeight === 0) found.push(own('network adapter', 'NotAsked'));
  return found;
}

/** Which of the switch's pools has run out, for an adapter that gets that far. */
function shortage({ nicSwitch, queuePairs }: IovQuestion): OwnReason | undefined {
  const { split, ports } = nicSwitch ?? {};
  if (nicSwitch === undefined || split === undefined || ports === undefined) return undefined;
  if (nicSwitch.vfsInUse >= split.vfs) return 'NoVirtualFunction';
  const short = ports.shortOf(nicSwitch.vfsInUse, queuePairs);
  if (short === undefined) return undefined;
  return short === 'vports' ? 'NoVirtualPort' : 'NoQueuePairs';
}

/** A request that failed at the driver, with its status by name. */
export function requestFailed(status: string): Refusal {
  return refusal('switch', 'RequestFailed', `${OWN_REASONS.RequestFailed} It answered ${status}.`);
}

function own(layer: Layer, reason: OwnReason): Refusal {
  return refusal(layer, reason, OWN_REASONS[reason]);
}

function refusal(layer: Layer, reason: RefusalReason, words: string): Refusal {
  return { layer, reason, words };
}
