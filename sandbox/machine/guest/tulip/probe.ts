import {
  COMMAND_BUS_MASTER,
  PCI_COMMAND,
  PCI_INTERRUPT_LINE,
  PCI_LATENCY_TIMER,
  PCI_REVISION,
  PCI_SUBSYSTEM_VENDOR,
} from '../../bus/pci/configuration-space.ts';
import {
  CSR6_OPERATION,
  CSR8_MISSED_FRAMES,
  CSR12_GENERAL_PURPOSE,
} from '../../devices/dec21140/spec.ts';
import type { MacAddress } from '../../net/frame.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import {
  ABILITIES,
  CONTROL_NEGOTIATE,
  MiiManagement,
  PHY_ADVERTISE,
  PHY_CONTROL,
  PHY_STATUS,
  SELECTOR,
  STATUS_ABILITIES_SHIFT,
} from './mii.ts';
import type { GuestStep } from './ports.ts';
import { PIN_DIRECTIONS } from './registers.ts';
import { type MediaLeaf, parseSerialRom, type SerialRomContents } from './serial-rom-contents.ts';

/** Vendor 1011, device 0009. */
const DEC_21140 = 0x00091011;
/** Latency timer that the recorded driver gives a chip whose own is too small, in PCI clocks. */
const LATENCY_CLOCKS = 64;
const PHYS = 32;

/** What a transceiver's registers said, and what the adapter advertises through it. */
export interface PhyState {
  address: number;
  control: number;
  status: number;
  advertised: number;
}

/** Everything that the probe learned of the adapter. */
export interface TulipIdentity extends SerialRomContents {
  vendor: number;
  device: number;
  revision: number;
  /** Subsystem ids of configuration space; the serial ROM has its own in `serialRom`. */
  subsystemVendor: number;
  subsystem: number;
  portBase: number;
  interruptLine: number;
  macAddress: MacAddress;
  media: MediaLeaf;
  /** The transceiver in use, and how many answered. */
  phy: PhyState;
  phys: number;
  serialRom: Uint16Array;
}

/** Learns what adapter this is and makes it ready to be opened: the steps of the recorded driver. */
export class TulipProbe extends MiiManagement {
  /** What the probe learned; undefined before it, and when it failed. */
  identity: TulipIdentity | undefined;
  /** Port accesses that the last probe took. */
  probeAccesses = 0;
  /** Why the driver gave up, as a sentence; empty while all is well. */
  problem = '';

  /** @returns whether the adapter can be used; `problem` says why not */
  protected *probe(): GuestStep<boolean> {
    const before = this.accesses;
    this.identity = yield* this.identify();
    this.probeAccesses = this.accesses - before;
    return this.identity !== undefined;
  }

  /** The steps of the probe. Undefined when one of them could not go on. */
  protected *identify(): GuestStep<TulipIdentity | undefined> {
    if (!(yield* this.findAdapter(DEC_21140)))
      return this.fail('no DEC 21140 with an I/O window answers in configuration space');
    const header = yield* this.readHeader();
    if ((yield* this.in(CSR6_OPERATION)) === 0xffffffff)
      return this.fail('the adapter does not answer at its ports');
    yield* this.enableAdapter();
    yield* this.in(CSR8_MISSED_FRAMES);
    const serialRom = yield* this.readSerialRom();
    const contents = parseSerialRom(serialRom);
    if (typeof contents === 'string') return this.fail(contents);
    const { media } = contents;
    yield* this.startTransceiver(media);
    const found = yield* this.findPhys(media);
    yield* this.out(CSR12_GENERAL_PURPOSE, PIN_DIRECTIONS | media.directions);
    if (found.length === 0) return this.fail('no PHY answers on MII management');
    const { portBase } = this;
    return { ...contents, ...header, portBase, serialRom, phy: found[0], phys: found.length };
  }

  /** Ids and interrupt line from the header of configuration space. */
  protected *readHeader() {
    const revision = yield* this.readConfiguration(PCI_REVISION, 1);
    const subsystems = yield* this.readConfiguration(PCI_SUBSYSTEM_VENDOR, 4);
    const interruptLine = yield* this.readConfiguration(PCI_INTERRUPT_LINE, 1);
    const subsystemVendor = subsystems & 0xffff;
    const subsystem = subsystems >>> 16;
    const [vendor, device] = [DEC_21140 & 0xffff, DEC_21140 >>> 16];
    return { vendor, device, revision, subsystemVendor, subsystem, interruptLine };
  }

  /** Lets the chip read and write memory by itself, and keep the bus long enough. */
  protected *enableAdapter(): GuestCode {
    const command = yield* this.readConfiguration(PCI_COMMAND, 2);
    yield* this.writeConfiguration(PCI_COMMAND, 2, command | COMMAND_BUS_MASTER);
    const latency = yield* this.readConfiguration(PCI_LATENCY_TIMER, 1);
    if (latency < LATENCY_CLOCKS)
      yield* this.writeConfiguration(PCI_LATENCY_TIMER, 1, LATENCY_CLOCKS);
  }

  /**
   * The leaf's sequences on the pins: directions, reset, and after a look at the PHY, which gives it
   * time, what makes it ready.
   */
  protected *startTransceiver(media: MediaLeaf): GuestCode {
    yield* this.out(CSR12_GENERAL_PURPOSE, PIN_DIRECTIONS | media.directions);
    for (const pins of media.reset) yield* this.out(CSR12_GENERAL_PURPOSE, pins);
    yield* this.in(CSR12_GENERAL_PURPOSE);
    yield* this.readPhy(media.phy, PHY_CONTROL);
    for (const pins of media.initialise) yield* this.out(CSR12_GENERAL_PURPOSE, pins);
    yield* this.in(CSR12_GENERAL_PURPOSE);
  }

  /** Asks every address for its status, 0 last, and has each PHY that answers negotiate. */
  protected *findPhys(media: MediaLeaf): GuestStep<PhyState[]> {
    const found: PhyState[] = [];
    for (let n = 1; n <= PHYS; n++) {
      const address = n % PHYS;
      const status = yield* this.readPhy(address, PHY_STATUS);
      if (status !== 0xffff && status !== 0)
        found.push(yield* this.introduce(address, status, media));
    }
    return found;
  }

  /** Has a PHY advertise what adapter and PHY both can, if it does not already, and negotiate. */
  protected *introduce(address: number, status: number, media: MediaLeaf): GuestStep<PhyState> {
    const control = yield* this.readPhy(address, PHY_CONTROL);
    const advertises = yield* this.readPhy(address, PHY_ADVERTISE);
    const able = (status >>> STATUS_ABILITIES_SHIFT) & ABILITIES & media.advertise;
    const advertised = able | SELECTOR;
    if (advertises !== advertised) yield* this.writePhy(address, PHY_ADVERTISE, advertised);
    yield* this.writePhy(address, PHY_CONTROL, CONTROL_NEGOTIATE);
    return { address, control, status, advertised };
  }

  /** Gives up, and says why. */
  protected fail(reason: string): undefined {
    this.problem = reason;
    return undefined;
  }
}
