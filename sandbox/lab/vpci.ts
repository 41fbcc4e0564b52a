import { VpciBus } from '../machine/guest/vpci/bus.ts';
import { MmioSpace } from '../machine/guest/vpci/mmio-space.ts';
import type { AssignedFunction } from '../machine/host/vpci/assigned-function.ts';
import { VpciProvider } from '../machine/host/vpci/provider.ts';
import { CLASS_VPCI, guidBytes } from '../machine/vmbus/guids.ts';
import type { DeviceChannels } from './device-channels.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Pages of one direction's ring: 16 KiB and the control page, as the Linux driver has. */
const RING_PAGES = 5;

/** A function for a machine, as management gives it. */
export interface VirtualPciSettings {
  assigned: AssignedFunction;
  /** The number that VF_ASSOCIATION names for the synthetic adapter of the same address. */
  serial: number;
  /** In Windows' encoding. */
  slot?: number;
  /** Versions of the protocol that the root and the guest have; all when left out. */
  versions?: readonly number[];
  guestVersions?: readonly number[];
  /** Guest addresses for registers; of all buses of a machine the same. */
  space?: MmioSpace;
}

/** A virtual PCI bus of a machine: both ends, and its channel. */
export interface VirtualPciBus {
  provider: VpciProvider;
  bus: VpciBus;
  channels: DeviceChannels;
}

/**
 * Offers a machine a function over a channel of its VMBus. When this returns the channel is open on both
 * sides; the guest's driver sets the bus up once the machine runs (`bus.open`).
 */
export function offerVirtualPci(
  machine: VirtualMachine,
  settings: VirtualPciSettings,
): VirtualPciBus {
  const { serial, assigned, slot, versions, guestVersions } = settings;
  const instanceId = instanceOf(serial);
  const channels = machine.vmbus.openDevice({
    offer: { classId: CLASS_VPCI, instanceId },
    ringPages: RING_PAGES,
    targetVp: () => 0,
    root: () => machine.rootProcessor(0),
  });
  const [channel] = channels.channels;
  const { hypervisor } = machine.host;
  const instance = guidBytes(instanceId);
  const provider = new VpciProvider(hypervisor, channel, {
    assigned,
    slot,
    serial,
    instance,
    versions,
  });
  provider.place = `vpci ${machine.index}`;
  channels.service = { opened: () => {}, closed: () => provider.closed(), tornDown: () => {} };
  const bus = new VpciBus(channel, {
    hypervisor,
    memory: machine.memory,
    space: settings.space ?? new MmioSpace(),
    instance,
    versions: guestVersions,
  });
  return { provider, bus, channels };
}

/** Instance of a virtual PCI bus: the model's own numbers, with the serial in the domain's place. */
function instanceOf(serial: number): string {
  const digits = (serial & 0xffff).toString(16).padStart(4, '0');
  return `00000000-${digits}-0000-0000-${serial.toString(16).padStart(12, '0')}`;
}
