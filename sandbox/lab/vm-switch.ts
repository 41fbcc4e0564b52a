import type { ExternalPort } from '../machine/host/external-port.ts';
import { type DropReason, PortPolicy, type PortSettings } from '../machine/host/port-policy.ts';
import type { VirtualSwitch } from '../machine/host/virtual-switch.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { UsageError } from './usage.ts';

/**
 * A virtual switch as its settings page has it. Single-root I/O virtualization is chosen at creation; the
 * policy of each adapter's port can be changed at any time.
 */
export class VMSwitch {
  readonly enableIov: boolean;
  /** Receive segment coalescing in the switch: Set-VMSwitch -EnableSoftwareRsc. */
  readonly softwareRsc: boolean;
  readonly core: VirtualSwitch;
  readonly external: ExternalPort;

  constructor(
    core: VirtualSwitch,
    external: ExternalPort,
    enableIov: boolean,
    softwareRsc: boolean,
  ) {
    this.softwareRsc = softwareRsc;
    this.core = core;
    this.external = external;
    this.enableIov = enableIov;
  }

  /**
   * Sets the policy of an adapter's port; what is left out stays. `maximumBandwidth` in bits a second.
   * @throws UsageError for a setting that cannot be, or for an adapter whose frames pass this switch by:
   * a virtual function's frames meet the NIC's switch, which knows of macAddressSpoofing alone
   */
  setPortPolicy(adapter: NetworkAdapter, settings: Partial<PortSettings>): void {
    const { macAddressSpoofing, ...others } = settings;
    if (adapter.path === 'sriov' && Object.keys(others).length === 0) {
      adapter.iov?.allowSpoofing(macAddressSpoofing === true);
      return;
    }
    const policy = adapter.port === undefined ? undefined : this.core.policyOf(adapter.port);
    if (policy === undefined || adapter.path === 'sriov')
      throw new UsageError(
        adapter.path === 'sriov'
          ? 'setPortPolicy: the frames of this adapter go through its virtual function, and pass the virtual switch by'
          : 'setPortPolicy: this adapter is not connected to this switch',
      );
    policy.settings = completeSettings({ ...policy.settings, ...settings });
  }

  /** What the port's policy has dropped so far, by reason. */
  droppedAt(adapter: NetworkAdapter): Readonly<Record<DropReason, number>> {
    const policy = adapter.port === undefined ? undefined : this.core.policyOf(adapter.port);
    return { ...(policy ?? new PortPolicy()).dropped };
  }
}

/** @throws UsageError that names the setting, what was given and what is accepted */
function completeSettings(settings: PortSettings): PortSettings {
  const { vlan, maximumBandwidth, macAddressSpoofing, isolated } = settings;
  if (!Number.isInteger(vlan) || vlan < 0 || vlan > 4094)
    throw new UsageError(`vlan: ${vlan} is not 0 (none) or a VLAN from 1 to 4094`);
  if (maximumBandwidth !== 0 && !(maximumBandwidth >= 1e6 && maximumBandwidth <= 1e12))
    throw new UsageError(
      `maximumBandwidth: ${maximumBandwidth} is not 0 (none) or 1e6 to 1e12 bits a second`,
    );
  return {
    vlan,
    maximumBandwidth,
    macAddressSpoofing: macAddressSpoofing === true,
    isolated: isolated === true,
  };
}
