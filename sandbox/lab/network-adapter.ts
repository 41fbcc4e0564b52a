import type { Phy } from '../machine/devices/dec21140/phy.ts';
import type { BoardDescription } from '../machine/devices/dec21140/serial-rom-image.ts';
import type { NetDevice } from '../machine/guest/net-device.ts';
import type { TulipDriver } from '../machine/guest/tulip/driver.ts';
import type { VfDriver } from '../machine/guest/vf-driver.ts';
import type { NetVsp } from '../machine/host/netvsp/provider.ts';
import type { SwitchPort } from '../machine/host/virtual-switch.ts';
import type { WorkerProcess } from '../machine/host/worker-process.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import type { Channel } from '../machine/vmbus/channel.ts';
import type { AdapterIov } from './paths/virtual-function.ts';
import type { PathName } from './report.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import type { VMSwitch } from './vm-switch.ts';

/** The drivers a guest may bring; a lesson or a test replaces one to try another way. */
export interface GuestDrivers {
  tulip?: typeof TulipDriver;
  vf?: typeof VfDriver;
}

/** A network adapter's settings, as its page in Hyper-V Manager has them. */
export interface AdapterSettings {
  switch: VMSwitch;
  /** A legacy network adapter: the emulated DEC 21140. */
  legacy?: boolean;
  /** 0 leaves SR-IOV off for this adapter; 1 to 100 ask for a virtual function. */
  iovWeight?: number;
  /** Queues (channels or queue pairs) that its traffic may use. */
  queues?: number;
  macAddress?: MacAddress;
  /**
   * Bytes of the buffers that a synthetic adapter shares. The Linux driver asks for 16 MiB and 1 MiB; many
   * machines on one host of this model make do with 512 frames and 1 MiB for each queue.
   */
  receiveBuffer?: number;
  sendBuffer?: number;
  /** Gives the driver transmit buffers for frames that the host or the NIC cuts into segments. */
  largeFrames?: boolean;
  /** Has a virtual function's NIC coalesce what it receives. */
  nicCoalesces?: boolean;
  /** 0 leaves the adapter without a queue of the NIC of its own; 1 to 100, the usual, ask for one. */
  vmqWeight?: number;
  /** Whether its flows are spread over its queues and the root's processors; they are when left out. */
  vrssEnabled?: boolean;
  /** Transceivers of a legacy adapter by address; one at address 1 unless said otherwise. */
  phys?: ReadonlyMap<number, Phy>;
  /** What a legacy adapter's serial ROM says of its board. */
  board?: BoardDescription;
  drivers?: GuestDrivers;
  /** How a VMBus adapter's service is made otherwise than Hyper-V's; for teaching. */
  variant?: SyntheticVariant;
}

/** The settings that put an adapter on a path, given a switch that allows it. */
export function settingsFor(path: PathName): Pick<AdapterSettings, 'legacy' | 'iovWeight'> {
  return { legacy: path === 'emulated', iovWeight: path === 'sriov' ? 100 : 0 };
}

/** An adapter goes, and comes back: at the guest's will, or at the host's. Run the machine after each. */
export interface AdapterLifecycle {
  /** The guest unloads its driver, which closes the channels. */
  disable(): void;
  /** The guest opens the channels and loads the driver again. */
  enable(): void;
  /** The host takes the offers of the channels back. */
  remove(): void;
  /** The host offers them again: the guest opens them and loads its driver. */
  offer(): void;
}

/** An adapter that was added: what the guest's stack sees, and the parts behind it. */
export interface NetworkAdapter {
  device: NetDevice;
  macAddress: MacAddress;
  /** How its frames travel now. */
  readonly path: PathName;
  /** Its port of the virtual switch; none while a virtual function passes the switch by. */
  readonly port?: SwitchPort;
  worker?: WorkerProcess;
  provider?: NetVsp;
  /** Its channels as they are open now, the primary one first. */
  channels?: readonly Channel[];
  /** How a synthetic adapter goes and comes back. */
  lifecycle?: AdapterLifecycle;
  /** Where its driver has put what it shares, once it has: guest addresses, and bytes of a section. */
  readonly buffers?: { send: number; receive: number; receiveSectionSize: number };
  /** Function of the NIC that it has now. */
  readonly functionIndex?: number;
  readonly requesterId?: number;
  /** How its virtual function comes and goes; of an adapter that was added with one. */
  iov?: AdapterIov;
}
