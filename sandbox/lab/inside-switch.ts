import type { Forwarding } from '../machine/devices/sriov-nic/nic-switch.ts';
import { MICROSECOND } from '../machine/engine/engine.ts';
import { READ, WRITE } from '../machine/memory/guest-memory.ts';
import {
  MAX_FRAME,
  type MacAddress,
  macBytes,
  VLAN_OFFSET,
  VLAN_PROTOCOL,
  VLAN_TAG_BYTES,
} from '../machine/net/frame.ts';
import { ROOT_KERNEL } from '../machine/partition/ledger.ts';
import { HyperVHost } from './host.ts';
import { type NetworkAdapter, settingsFor } from './network-adapter.ts';
import { applyFilters, type NicFilters } from './nic-filters.ts';
import { addLoneFunction } from './paths/sriov.ts';
import { costsOf, findProfile } from './profiles.ts';
import { OUTSIDE } from './switch-traffic.ts';
import { UsageError } from './usage.ts';
import type { VMSwitch } from './vm-switch.ts';

/** The wire, as a place where a frame arrives. */
export const THE_WIRE = 'the wire';
/** A destination: everybody. */
export const EVERYBODY = 'everybody';

/** A virtual machine on the host. */
export interface InsideMachine {
  name: string;
  /** Its adapter's address, such as '02:00:00:00:00:01'. */
  mac: string;
  /** Whether it has a virtual function, which it drives alone; without one its frames go through the root. */
  vf: boolean;
  /** VLAN of its port on the virtual switch; 0 when left out. Without meaning for a virtual function. */
  vlan?: number;
}

/** A frame that somebody sends. */
export interface InsideFrame {
  name: string;
  /** The name of a machine, or 'outside'. */
  from: string;
  /** The name of a machine, 'outside' or 'everybody'. */
  to: string;
  /** Whose address it gives as its own, when not its sender's: a machine's name, or any other for nobody's. */
  as?: string;
  /** VLAN tag that the sender puts in, 1 to 4094. */
  tag?: number;
}

/** What `insideSwitch` takes. */
export interface InsideSwitchOptions {
  /** One to seven machines. Virtual functions are numbered in this order, and so are their pools. */
  machines: readonly InsideMachine[];
  filters: NicFilters;
  frames: readonly InsideFrame[];
  profile?: string;
  /** Order in which the frames go, and how far they are apart. */
  seed?: number;
}

/** What became of a frame. */
export interface InsideResult {
  name: string;
  /** Machines that got it, and 'the wire', in order. */
  arrived: string[];
  /** Pools that the NIC's switch gave it to, each time that it passed. */
  pools: number[];
  /** Whether the NIC's switch stopped it, for what its sender may not send. */
  stopped: boolean;
  /** Cycles of the root that it took. */
  rootCycles: number;
}

const MEBIBYTE = 1 << 20;
const MAX_MACHINES = 7;
const MAX_FRAMES = 200;
const MAX_EVENTS = 5_000_000;
const LENGTH = 200;
/** The first local experimental Ethertype: no protocol of the model answers to it. */
const EXPERIMENTAL = 0x88b5;
const OUTSIDE_MAC = '02:02:5d:00:00:00';
const NOBODY_MAC = '02:03:5d:00:00:00';

/**
 * Machines with virtual functions and without on one NIC, whose filters are set, and frames one after another:
 * who got each. Everything is real: drivers, queues, both switches, VMBus and the line.
 * @throws UsageError for machines, filters or frames that cannot be
 */
export function insideSwitch(options: InsideSwitchOptions): InsideResult[] {
  return new InsideRun(options).run();
}

class InsideRun {
  #options: InsideSwitchOptions;
  #host: HyperVHost;
  #switch: VMSwitch;
  #adapters = new Map<string, NetworkAdapter>();
  #results: InsideResult[];
  /** The frame that is under way. */
  #current = -1;

  constructor(options: InsideSwitchOptions) {
    check(options);
    this.#options = options;
    const { machines, frames } = options;
    const profile = findProfile(options.profile ?? 'sandybridge-2012');
    this.#host = new HyperVHost({
      costs: costsOf(profile),
      lineGbps: 10,
      rootCores: 1,
      maxFrame: MAX_FRAME,
      guestBytes: machines.length * 8 * MEBIBYTE,
      postedInterrupts: profile.postedInterrupts,
    });
    this.#switch = this.#host.newVMSwitch();
    for (const machine of machines) this.#addMachine(machine);
    const { switching } = this.#host.nic;
    applyFilters(switching.registers, options.filters, this.#host.nic.functions.length - 1);
    switching.onForward = (forwarding) => this.#forwarded(forwarding);
    this.#host.connectPeer({ receive: (at) => this.#arrived(at, THE_WIRE) });
    this.#host.engine.run(Infinity, MAX_EVENTS);
    this.#results = frames.map(({ name }) => ({
      name,
      arrived: [],
      pools: [],
      stopped: false,
      rootCycles: 0,
    }));
  }

  run(): InsideResult[] {
    const { frames, seed = 0 } = this.#options;
    const { engine, ledger } = this.#host;
    for (const i of orderOf(frames.length, seed)) {
      this.#current = i;
      ledger.reset();
      this.#send(frames[i], i, 1 + ((seed * 7 + i) % 13));
      engine.run(Infinity, MAX_EVENTS);
      this.#results[i].rootCycles = ledger.cyclesOf(ROOT_KERNEL);
      this.#results[i].arrived.sort();
    }
    return this.#results;
  }

  #addMachine({ name, mac, vf, vlan }: InsideMachine): void {
    const guest = this.#host.newVM({ memoryBytes: 7 * MEBIBYTE });
    const macAddress = addressOf(mac);
    const settings = { switch: this.#switch, ...settingsFor('vmbus'), macAddress };
    const adapter = vf ? addLoneFunction(guest, macAddress) : guest.addNetworkAdapter(settings);
    if (!vf) this.#switch.setPortPolicy(adapter, { vlan: vlan ?? 0 });
    this.#adapters.set(name, adapter);
    adapter.device.stack = {
      received: (_processor, gpa, length) => {
        const at = adapter.device.memory.span(gpa, length, READ);
        if (at >= 0) this.#arrived(at, name);
      },
      room: () => {},
    };
  }

  #forwarded({ pools, stopped, address }: Forwarding): void {
    if (this.#indexAt(address) !== this.#current) return;
    const result = this.#results[this.#current];
    result.pools.push(...pools);
    result.stopped ||= stopped;
  }

  #arrived(address: number, where: string): void {
    const result = this.#results[this.#indexAt(address)];
    result?.arrived.push(where);
  }

  /** Which of the frames lies at host address `at`; -1 for none of them. */
  #indexAt(at: number): number {
    const { bytes } = this.#host.memory;
    let type = at + VLAN_OFFSET;
    if (((bytes[type] << 8) | bytes[type + 1]) === VLAN_PROTOCOL) type += VLAN_TAG_BYTES;
    return ((bytes[type] << 8) | bytes[type + 1]) === EXPERIMENTAL ? bytes[type + 2] : -1;
  }

  #macOf(name: string): string {
    if (name === EVERYBODY) return 'ff:ff:ff:ff:ff:ff';
    if (name === OUTSIDE) return OUTSIDE_MAC;
    return this.#options.machines.find((machine) => machine.name === name)?.mac ?? NOBODY_MAC;
  }

  #send(frame: InsideFrame, index: number, after: number): void {
    const { engine, lineIn, memory } = this.#host;
    const { from, to, as = from } = frame;
    const bytes = frameOf(this.#macOf(to), this.#macOf(as), index, frame.tag);
    const adapter = this.#adapters.get(from);
    const at = Math.ceil(engine.now) + after * MICROSECOND;
    if (adapter === undefined) {
      memory.bytes.set(bytes, lineIn.claim());
      lineIn.send(bytes.length, at);
      return;
    }
    const { device } = adapter;
    const run = () => {
      const gpa = device.claim(0);
      const to = gpa < 0 ? -1 : device.memory.span(gpa, bytes.length, WRITE);
      if (to < 0) return;
      memory.bytes.set(bytes, to);
      device.send(0, bytes.length, false);
    };
    device.processorOf(0).post({ run }, 0, at);
  }
}

/** The numbers below `count`, turned by `seed`. */
function orderOf(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + seed) % count);
}

function addressOf(mac: string): MacAddress {
  const digits = mac.replaceAll(':', '');
  return {
    high: Number.parseInt(digits.slice(0, 4), 16),
    low: Number.parseInt(digits.slice(4), 16),
  };
}

function frameOf(to: string, from: string, index: number, tag?: number): Uint8Array {
  const frame = new Uint8Array(LENGTH);
  const tagBytes =
    tag === undefined ? [] : [VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, tag >>> 8, tag & 0xff];
  frame.set(macBytes(addressOf(to)));
  frame.set(macBytes(addressOf(from)), 6);
  frame.set([...tagBytes, EXPERIMENTAL >>> 8, EXPERIMENTAL & 0xff, index], VLAN_OFFSET);
  return frame;
}

function check({ machines, frames }: InsideSwitchOptions): void {
  if (machines.length < 1 || machines.length > MAX_MACHINES)
    throw new UsageError(`machines: ${machines.length} is not 1 to ${MAX_MACHINES}`);
  if (frames.length > MAX_FRAMES)
    throw new UsageError(`frames: ${frames.length} are more than ${MAX_FRAMES}`);
  const known = (name: string) => machines.some((machine) => machine.name === name);
  for (const { name, mac } of machines)
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac))
      throw new UsageError(`${name}: '${mac}' is not an address such as 02:00:00:00:00:01`);
  for (const { name, from, to, tag = 1 } of frames) {
    if (!known(from) && from !== OUTSIDE)
      throw new UsageError(`${name}: '${from}' is no machine and not '${OUTSIDE}'`);
    if (!known(to) && to !== OUTSIDE && to !== EVERYBODY)
      throw new UsageError(`${name}: '${to}' is no machine, not '${OUTSIDE}', not '${EVERYBODY}'`);
    if (!Number.isInteger(tag) || tag < 1 || tag > 4094)
      throw new UsageError(`${name}: tag ${tag} is not 1 to 4094`);
  }
}
