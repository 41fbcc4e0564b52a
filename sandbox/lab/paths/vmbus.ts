import type { NetVsc } from '../../machine/guest/netvsc/driver.ts';
import { NetVsp } from '../../machine/host/netvsp/provider.ts';
import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { type MacAddress, macBytes, macKey } from '../../machine/net/frame.ts';
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

/** What an adapter shares when a virtual function carries most of its frames: pages of a ring, sections. */
const SMALL_RING_PAGES = 17;
const SMALL_SECTIONS = 64 + CONTROL_SECTIONS;
const SMALL_SEND_BUFFER = 128 * 1024;

/**
 * A synthetic adapter: provider and port of the switch in the root, and the guest's driver.
 * @param small it has a virtual function beside it, and makes do with little memory
 */
export function addSyntheticAdapter(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
  small = false,
): NetworkAdapter {
  const { host } = machine;
  const { core, external } = settings.switch;
  const { maxFrame } = host.options;
  const { queues = 1, variant } = settings;
  const bus = openDevice(machine, settings, mac, small ? SMALL_RING_PAGES : RING_PAGES);
  const { channels } = bus;
  const facts = { macAddress: mac, maxFrame, linkSpeed: host.linkSpeed, channels: queues };
  const parts = providerOptions(variant, host.memory, maxFrame);
  parts.coalesces = settings.switch.softwareRsc;
  const provider = new NetVsp(host.hypervisor, host.memory, core, external, facts, parts);
  provider.place = `vsp ${machine.index}`;
  core.connectAdapter(provider, mac);
  provider.addChannel(channels[0]);
  setReceiveQueue(machine, settings, mac);
  if (sharesReceive(variant)) shareReceiveQueue(host, settings.switch, machine, mac, provider);
  const device = newNetVsc(variant, machine, host, channels, {
    maxFrame,
    channels: queues,
    largeFrames: !small && settings.largeFrames,
    ...bufferSizes(settings, maxFrame, small),
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
  ringPages: number,
): DeviceChannels {
  const { variant, vrssEnabled } = settings;
  const { monitorLatency } = variant ?? {};
  return machine.vmbus.openDevice({
    offer: {
      classId: CLASS_NETWORK,
      instanceId: instanceOf(mac),
      monitorLatency: monitorLatency === undefined ? undefined : monitorLatency * 10,
    },
    ringPages,
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
  const { nic, root, pfDriver } = machine.host;
  const { vmqWeight = 100, vrssEnabled = true, queues = 1 } = settings;
  let queue: number | undefined = machine.index % root.length;
  if (vmqWeight === 0) queue = 0;
  else if (queues > 1 && vrssEnabled) queue = undefined;
  nic.setFilter(mac, 0, queue);
  if (queue !== undefined) pfDriver.defaultQueues.set(macKey(mac.high, mac.low), queue);
}

/** Instance of a network device: the model's own numbers, with the MAC address in the last field. */
function instanceOf(mac: MacAddress): string {
  const digits = Array.from(macBytes(mac), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `00000000-0000-0000-0000-${digits}`;
}

/** Bytes of the buffers that a synthetic adapter shares. */
function bufferSizes(settings: AdapterSettings, maxFrame: number, small: boolean) {
  const { queues = 1, variant } = settings;
  const size = receiveSectionSize(maxFrame);
  const most = Math.floor(LARGE_PAGE_SIZE / size);
  const each = small ? SMALL_SECTIONS : RECEIVE_SECTIONS + CONTROL_SECTIONS;
  const sections = queues * Math.min(each, most);
  const send = small ? SMALL_SEND_BUFFER : DEFAULT_SEND_BUFFER;
  const usual = sharesReceive(variant) ? SHARED_RECEIVE_BYTES : sections * size;
  // A page is less than a section: every frame is a list of pages.
  const withoutSections = variant?.copyThroughHypervisor === true ? PAGE_SIZE : undefined;
  return {
    receiveBytes: settings.receiveBuffer ?? usual,
    sendBytes: withoutSections ?? settings.sendBuffer ?? queues * send,
  };
}
