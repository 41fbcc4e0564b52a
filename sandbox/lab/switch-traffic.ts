import { type Handler, MICROSECOND, type Timer } from '../machine/engine/engine.ts';
import type { StackEntry } from '../machine/guest/net-device.ts';
import type { DropReason, PortSettings } from '../machine/host/port-policy.ts';
import { READ, WRITE } from '../machine/memory/guest-memory.ts';
import {
  MAX_FRAME,
  type MacAddress,
  MIN_FRAME,
  macBytes,
  makeMac,
  VLAN_OFFSET,
  VLAN_PROTOCOL,
  VLAN_TAG_BYTES,
} from '../machine/net/frame.ts';
import type { Task, VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { HyperVHost } from './host.ts';
import { type NetworkAdapter, settingsFor } from './network-adapter.ts';
import { LINES } from './options.ts';
import { costsOf, findProfile } from './profiles.ts';
import { UsageError } from './usage.ts';
import type { VMSwitch } from './vm-switch.ts';

/** The station at the far end of the wire, by this name. */
export const OUTSIDE = 'outside';

/** Frames of one kind: who sends them, to whom, and what they claim. */
export interface Traffic {
  /** What to call it in results. */
  name: string;
  /** The sending machine, and the machine it wants to reach, or 'outside'. */
  from: string;
  to: string;
  frames: number;
  /** Bytes without FCS, 64 to 1514; 1000 when left out. */
  length?: number;
  /** Microseconds from one frame to the next; 50 when left out. */
  every?: number;
  /** The machine whose address it gives as its own, or any other name for an address of nobody. */
  as?: string;
  /** A VLAN tag that the sender writes into its frames, 1 to 4094. */
  tag?: number;
}

/** What `switchTraffic` takes. */
export interface SwitchTrafficOptions {
  /** Names of the virtual machines on the switch, 1 to 8. All have an adapter on the VMBus path. */
  machines: readonly string[];
  /** Policy of each machine's port; what is left out is as by default. */
  policy?: Readonly<Record<string, Partial<PortSettings>>>;
  traffic: readonly Traffic[];
  line?: string;
  profile?: string;
}

/** What became of one kind of traffic. */
export interface TrafficResult {
  name: string;
  sent: number;
  /** Frames that reached the machine they were for. */
  arrived: number;
  /** Frames that reached somebody else. */
  strayed: number;
}

export interface SwitchTrafficReport {
  results: TrafficResult[];
  /** Frames that each machine's policy dropped, by reason. */
  dropped: Record<string, Record<DropReason, number>>;
}

const MEBIBYTE = 1 << 20;
const MAX_MACHINES = 8;
const MAX_EVENTS = 20_000_000;
/** The first local experimental Ethertype: no protocol of the model answers to it. */
const EXPERIMENTAL = 0x88b5;
const HEADER = 14;

/**
 * Virtual machines on one virtual switch send what they are told to, whatever it claims, and everybody
 * notes what arrives. The frames are real, and so are switch, policy, rings and line.
 * @throws UsageError for names, lengths or settings that cannot be
 */
export function switchTraffic(options: SwitchTrafficOptions): SwitchTrafficReport {
  const run = new SwitchRun(options);
  run.run();
  return run.report();
}

class SwitchRun {
  #host: HyperVHost;
  #switch: VMSwitch;
  #adapters = new Map<string, NetworkAdapter>();
  #senders: Sender[];
  #results: TrafficResult[];
  #traffic: readonly Traffic[];

  constructor(options: SwitchTrafficOptions) {
    const { machines, policy = {}, traffic, line = '10G' } = options;
    this.#traffic = traffic;
    check(options);
    const profile = findProfile(options.profile ?? 'sandybridge-2012');
    this.#host = new HyperVHost({
      costs: costsOf(profile),
      lineGbps: LINES[line],
      rootCores: 1,
      maxFrame: MAX_FRAME + VLAN_TAG_BYTES,
      guestBytes: machines.length * 8 * MEBIBYTE,
      postedInterrupts: profile.postedInterrupts,
    });
    this.#switch = this.#host.newVMSwitch();
    for (const name of machines) this.#addMachine(name, policy[name]);
    this.#host.connectPeer({
      receive: (address, length) => {
        this.#arrived(this.#host.memory.bytes.subarray(address, address + length), OUTSIDE);
      },
    });
    this.#host.engine.run(Infinity, MAX_EVENTS);
    this.#results = traffic.map(({ name }) => ({ name, sent: 0, arrived: 0, strayed: 0 }));
    this.#senders = traffic.map((one, i) => this.#sender(one, i));
  }

  run(): void {
    for (const [i, sender] of this.#senders.entries()) sender.start(i);
    this.#host.engine.run(Infinity, MAX_EVENTS);
    for (const [i, { sent }] of this.#senders.entries()) this.#results[i].sent = sent;
  }

  report(): SwitchTrafficReport {
    const dropped = [...this.#adapters].map(([name, adapter]) => [
      name,
      { ...this.#switch.droppedAt(adapter) },
    ]);
    return { results: this.#results, dropped: Object.fromEntries(dropped) };
  }

  #addMachine(name: string, policy: Partial<PortSettings> = {}): void {
    const adapter = this.#host
      .newVM({ memoryBytes: 7 * MEBIBYTE })
      .addNetworkAdapter({ switch: this.#switch, ...settingsFor('vmbus') });
    this.#switch.setPortPolicy(adapter, policy);
    this.#adapters.set(name, adapter);
    const stack: StackEntry = {
      received: (_processor, gpa, length) => {
        const at = adapter.device.memory.span(gpa, length, READ);
        if (at >= 0) this.#arrived(this.#host.memory.bytes.subarray(at, at + length), name);
      },
      room: () => {},
    };
    adapter.device.stack = stack;
  }

  #sender(traffic: Traffic, index: number): Sender {
    const adapter = this.#adapters.get(traffic.from) as NetworkAdapter;
    const { from, to, as = from, length = 1000, tag } = traffic;
    const bytes = frameOf(this.#addressOf(to), this.#addressOf(as), length, index, tag);
    return new Sender(this.#host, adapter, bytes, traffic);
  }

  /** A machine's address, that of the far end, or one that nobody has. */
  #addressOf(name: string): MacAddress {
    if (name === OUTSIDE) return makeMac(2, 0);
    return this.#adapters.get(name)?.macAddress ?? makeMac(3, name.length);
  }

  #arrived(frame: Uint8Array, at: string): void {
    const tagged = ((frame[VLAN_OFFSET] << 8) | frame[VLAN_OFFSET + 1]) === VLAN_PROTOCOL;
    const type = VLAN_OFFSET + (tagged ? VLAN_TAG_BYTES : 0);
    if (((frame[type] << 8) | frame[type + 1]) !== EXPERIMENTAL) return;
    const index = frame[type + 2];
    if (this.#traffic[index]?.to === at) this.#results[index].arrived++;
    else if (this.#results[index] !== undefined) this.#results[index].strayed++;
  }
}

/** An application that sends the same frame again and again, through its machine's driver. */
class Sender implements Handler, Task {
  sent = 0;
  #host: HyperVHost;
  #adapter: NetworkAdapter;
  #bytes: Uint8Array;
  #frames: number;
  #every: number;
  #left: number;
  #timer: Timer;

  constructor(host: HyperVHost, adapter: NetworkAdapter, bytes: Uint8Array, traffic: Traffic) {
    this.#host = host;
    this.#adapter = adapter;
    this.#bytes = bytes;
    this.#frames = traffic.frames;
    this.#left = traffic.frames;
    this.#every = Math.round((traffic.every ?? 50) * MICROSECOND);
    this.#timer = host.engine.timer(this);
  }

  /** Senders start a little apart, so that they do not march in step. */
  start(index: number): void {
    const { engine } = this.#host;
    if (this.#frames > 0) this.#timer.schedule(Math.ceil(engine.now) + (index + 1) * MICROSECOND);
  }

  handle(): void {
    const { engine } = this.#host;
    this.#adapter.device.processorOf(0).post(this, 0, engine.now);
    if (--this.#left > 0) this.#timer.schedule(engine.now + this.#every);
  }

  /** A frame for which the driver has no buffer is not sent: the application's own loss. */
  run(_processor: VirtualProcessor): void {
    const { device } = this.#adapter;
    const gpa = device.claim(0);
    if (gpa < 0) return;
    const at = device.memory.span(gpa, this.#bytes.length, WRITE);
    if (at < 0) return;
    device.memory.host.bytes.set(this.#bytes, at);
    device.send(0, this.#bytes.length, false);
    this.sent++;
  }
}

function frameOf(
  destination: MacAddress,
  source: MacAddress,
  length: number,
  index: number,
  tag?: number,
): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(macBytes(destination), 0);
  frame.set(macBytes(source), 6);
  const tagBytes =
    tag === undefined ? [] : [VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, tag >>> 8, tag & 0xff];
  frame.set([...tagBytes, EXPERIMENTAL >>> 8, EXPERIMENTAL & 0xff, index], VLAN_OFFSET);
  return frame;
}

function check({ machines, policy = {}, traffic, line = '10G' }: SwitchTrafficOptions): void {
  if (!Object.hasOwn(LINES, line))
    throw new UsageError(`line: '${line}' is not one of ${Object.keys(LINES).join(', ')}`);
  if (machines.length < 1 || machines.length > MAX_MACHINES)
    throw new UsageError(`machines: ${machines.length} is not 1 to ${MAX_MACHINES}`);
  const known = (name: string) => machines.includes(name);
  for (const name of Object.keys(policy))
    if (!known(name)) throw new UsageError(`policy: there is no machine '${name}'`);
  for (const { name, from, to, frames, length = 1000, every = 50, tag = 1 } of traffic) {
    if (!known(from)) throw new UsageError(`${name}: there is no machine '${from}'`);
    if (!known(to) && to !== OUTSIDE)
      throw new UsageError(`${name}: there is no machine '${to}', and it is not '${OUTSIDE}'`);
    const longEnough = length >= Math.max(MIN_FRAME, HEADER + VLAN_TAG_BYTES + 1);
    if (!(Number.isInteger(length) && longEnough && length <= MAX_FRAME))
      throw new UsageError(`${name}: length ${length} is not ${MIN_FRAME} to ${MAX_FRAME}`);
    if (!(Number.isInteger(frames) && frames >= 0 && frames <= 100_000 && every >= 0.1))
      throw new UsageError(`${name}: frames are 0 to 100000, at least 0.1 µs apart`);
    if (!(Number.isInteger(tag) && tag >= 1 && tag <= 4094))
      throw new UsageError(`${name}: tag ${tag} is not 1 to 4094`);
  }
}
