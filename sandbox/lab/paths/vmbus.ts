import type { NetVsc } from '../../machine/guest/netvsc/driver.ts';
import { NetVsp } from '../../machine/host/netvsp/provider.ts';
import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { type MacAddress, macBytes } from '../../machine/net/frame.ts';
import { CLASS_NETWORK } from '../../machine/vmbus/guids.ts';
import { DEFAULT_SEND_BUFFER, receiveSectionSize } from '../../machine/vmbus/nvsp.ts';
import type { DeviceChannels } from '../device-channels.ts';
import type { AdapterLifecycle, AdapterSettings, NetworkAdapter } from '../network-adapter.ts';
import { SHARED_RECEIVE_BYTES, shareReceiveQueue, sharesReceive } from '../shared-receive.ts';
import { channelKind, newNetVsc, providerOptions } from '../synthetic-variant.ts';
import type { VirtualMachine } from '../virtual-machine.ts';

/** Sections of the receive buffer for each channel, and those that a provider keeps for its answers. */
const RECEIVE_SECTIONS = 512;
const CONTROL_SECTIONS = 16;
/** Pages of one direction's ring: the default of the Linux driver. */
const RING_PAGES = 128;

/** A synthetic adapter: provider and port of the switch in the root, and the guest's driver. */
export function addSyntheticAdapter(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
): NetworkAdapter {
  const { host } = machine;
  const { core, external } = settings.switch;
  const { maxFrame } = host.options;
  const { queues = 1, variant } = settings;
  const bus = openDevice(machine, settings, mac);
  const { channels } = bus;
  const facts = { macAddress: mac, maxFrame, linkSpeed: host.linkSpeed, channels: queues };
  const parts = providerOptions(variant, host.memory, maxFrame);
  const provider = new NetVsp(host.hypervisor, host.memory, core, external, facts, parts);
  provider.place = `vsp ${machine.index}`;
  core.connectAdapter(provider, mac);
  provider.addChannel(channels[0]);
  setReceiveQueue(machine, settings, mac);
  if (sharesReceive(variant)) shareReceiveQueue(host, settings.switch, machine, mac, provider);
  const device = newNetVsc(variant, machine, host, channels, {
    maxFrame,
    channels: queues,
    largeFrames: settings.largeFrames,
    ...bufferSizes(settings, maxFrame),
  });
  provider.onSubchannels = (count) => bus.offerSubChannels(count);
  bus.openedInGuest = (channel) => device.offered(channel);
  bus.service = {
    opened: (channel) => void provider.addChannel(channel),
    closed: (channel) => provider.removeChannel(channel),
    tornDown: (handle) => provider.tornDown(handle),
  };
  device.open();
  return {
    device,
    macAddress: mac,
    path: 'vmbus',
    port: provider,
    provider,
    channels,
    lifecycle: lifecycleOf(bus, device),
    get buffers() {
      return device.buffers;
    },
  };
}

/** An adapter's place on the bus, with its first channel open. */
function openDevice(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
): DeviceChannels {
  const { variant, vrssEnabled } = settings;
  const { monitorLatency } = variant ?? {};
  return machine.vmbus.openDevice({
    offer: {
      classId: CLASS_NETWORK,
      instanceId: instanceOf(mac),
      monitorLatency: monitorLatency === undefined ? undefined : monitorLatency * 10,
    },
    ringPages: RING_PAGES,
    targetVp: (index) => index % machine.processors.length,
    root: (index) => machine.rootProcessor(vrssEnabled === false ? 0 : index),
    kind: channelKind(variant),
    lowLatency: variant?.lowLatency,
  });
}

/** The driver is loaded anew once its first channel is open; it asks for the others as the first time. */
function lifecycleOf(bus: DeviceChannels, driver: NetVsc): AdapterLifecycle {
  const load = (good: boolean) => {
    if (!good) return;
    driver.attach(bus.channels[0]);
    driver.open();
  };
  return {
    disable: () => driver.halt(),
    enable: () => bus.open(load),
    remove: () => bus.rescind(),
    offer: () => bus.offer(load),
  };
}

/**
 * Where the NIC puts the adapter's frames: into one queue for everybody, into one for this machine, whose
 * interrupts one processor of the root takes, or spread by flow over the queues of all of them.
 */
function setReceiveQueue(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
): void {
  const { nic, root } = machine.host;
  const { vmqWeight = 100, vrssEnabled = true, queues = 1 } = settings;
  if (vmqWeight === 0) nic.setFilter(mac, 0, 0);
  else if (queues > 1 && vrssEnabled) nic.setFilter(mac, 0);
  else nic.setFilter(mac, 0, machine.index % root.length);
}

/** Instance of a network device: the model's own numbers, with the MAC address in the last field. */
function instanceOf(mac: MacAddress): string {
  const digits = Array.from(macBytes(mac), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `00000000-0000-0000-0000-${digits}`;
}

/** Bytes of the buffers that a synthetic adapter shares. */
function bufferSizes(settings: AdapterSettings, maxFrame: number) {
  const { queues = 1, variant } = settings;
  const size = receiveSectionSize(maxFrame);
  const most = Math.floor(LARGE_PAGE_SIZE / size);
  const sections = queues * Math.min(RECEIVE_SECTIONS + CONTROL_SECTIONS, most);
  const usual = sharesReceive(variant) ? SHARED_RECEIVE_BYTES : sections * size;
  // A page is less than a section: every frame is a list of pages.
  const withoutSections = variant?.copyThroughHypervisor === true ? PAGE_SIZE : undefined;
  return {
    receiveBytes: settings.receiveBuffer ?? usual,
    sendBytes: withoutSections ?? settings.sendBuffer ?? queues * DEFAULT_SEND_BUFFER,
  };
}
