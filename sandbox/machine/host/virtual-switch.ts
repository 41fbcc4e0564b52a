import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { AddressTable } from '../net/address-table.ts';
import { MAX_JUMBO_FRAME, type MacAddress, macKey, macKeyAt } from '../net/frame.ts';
import { SWITCH } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import { type DropReason, isTagged, PortPolicy, VlanTags, vlanOf } from './port-policy.ts';
import { SoftwareOffload } from './software-offload.ts';

/** What is behind a port of the switch. */
export interface SwitchPort {
  /** Whether it takes frames whose checksums and segments are still to be made. */
  readonly completesFrames?: boolean;
  /** Whether it takes frames longer than the link's that are to be cut, or were coalesced, as they are. */
  readonly takesLongFrames?: boolean;
  /**
   * A frame for this port, on `processor`.
   * @returns whether the port keeps the list until it gives it back to its owner; false when it has
   * copied or dropped the frame already
   */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean;
  /** The frames of this batch have been delivered: a good moment to tell a guest. */
  flush?(processor: VirtualProcessor): void;
}

/** An adapter's port: where it stands, and what the root decided about it. */
interface AdapterEntry {
  readonly port: SwitchPort;
  readonly key: number;
  readonly number: number;
  readonly policy: PortPolicy;
}

/** Stations beyond the external port that the switch remembers; the longest known makes room. */
const MAX_LEARNED = 4096;

/**
 * The root's virtual switch: one external port and one for each adapter. It knows its adapters' addresses
 * from their settings and learns other stations from the frames they send.
 *
 * Each adapter's port has a policy (PortPolicy), which only the root can set: guests hold no reference to
 * the switch. A frame that the policy of its port forbids ends here.
 *
 * A frame for a group goes to every other port of its VLAN. A frame for a station it does not know leaves
 * by the external port, and is dropped when it came from there: no adapter here has that address. That it
 * does not flood its own adapters is an assumption about Hyper-V's switch, which publishes no such rule.
 *
 * The external port is a trunk: a frame of a VLAN leaves with its tag and comes in with it. Every other
 * port is an access port; what a guest tags itself is dropped, so that it cannot choose its VLAN.
 */
export class VirtualSwitch implements Task {
  /** Frames for the port they came from, or from outside for nobody here. */
  filtered = 0;
  /**
   * Sees every frame that comes in, as it is then, at picoseconds of the processor that forwards it. Any port's,
   * and before its policy: what `pktmon` would list. It costs nothing.
   */
  monitor: ((frame: ScatterList, time: number) => void) | undefined;
  #host: HostMemory;
  #maxFrame: number;
  #software: SoftwareOffload | undefined;
  #tags: VlanTags;
  #external: SwitchPort | undefined;
  #adapters = new Map<SwitchPort, AdapterEntry>();
  /** The adapter looked up last: most frames come from the one that the frame before came from. */
  #recent: AdapterEntry | undefined;
  #stations = new AddressTable<SwitchPort>();
  /** Learned addresses, longest known first. */
  #learned: number[] = [];
  /** Adapters whose frames from here go by their virtual functions. */
  #diverted = new Set<SwitchPort>();
  /** Ports that got frames from other adapters and have not been told that this is all. */
  #unflushed = new Set<SwitchPort>();

  /** @param maxFrame longest frame without FCS and VLAN tag that the switch makes out of a longer one */
  constructor(host: HostMemory, maxFrame = MAX_JUMBO_FRAME) {
    this.#host = host;
    this.#tags = new VlanTags(host);
    this.#maxFrame = maxFrame;
  }

  /** What completes frames for ports that do not. */
  get software(): SoftwareOffload {
    this.#software ??= new SoftwareOffload(this.#host, this.#maxFrame);
    return this.#software;
  }

  /** The port behind which the physical network lies. */
  connectExternal(port: SwitchPort): void {
    this.#external = port;
  }

  /** A virtual machine's adapter with its address. Ports are numbered from 0 in this order. */
  connectAdapter(port: SwitchPort, address: MacAddress): void {
    const key = macKey(address.high, address.low);
    const policy = new PortPolicy();
    this.#adapters.set(port, { port, key, number: this.#adapters.size, policy });
    this.#recent = undefined;
    this.#stations.set(key, port);
  }

  /**
   * While an adapter's frames go by a virtual function, what other adapters send it leaves by the external
   * port: the switch in the NIC hands it over. What still comes in by that port is the adapter's all the same.
   */
  divert(port: SwitchPort, away: boolean): void {
    if (away) this.#diverted.add(port);
    else this.#diverted.delete(port);
  }

  /** Where the station with this address is, if the switch knows. */
  portOf(address: MacAddress): SwitchPort | undefined {
    return this.#stations.get(macKey(address.high, address.low));
  }

  /** The policy of an adapter's port; undefined when the port is not of this switch. */
  policyOf(port: SwitchPort): PortPolicy | undefined {
    return this.#adapters.get(port)?.policy;
  }

  /**
   * Forwards `frame`, which came in at `from`.
   * @returns whether a port keeps the list; see SwitchPort.deliver
   */
  forward(processor: VirtualProcessor, frame: ScatterList, from: SwitchPort): boolean {
    this.monitor?.(frame, processor.local);
    const entry = this.#entryOf(from);
    const source = this.#key(frame, 6);
    const group = (frame.byte(this.#host, 0) & 1) !== 0;
    const refused = entry === undefined ? undefined : this.#judge(processor, frame, source, entry);
    if (refused === undefined && this.#stations.get(source) !== from) this.#learn(source, from);
    let to = group ? undefined : (this.#stations.get(this.#key(frame, 0)) ?? this.#external);
    if (this.#diverted.size > 0 && to !== undefined && this.#diverted.has(to))
      to = from === this.#external ? to : this.#external;
    const detail = processor.tracing ? this.#describe(from, group, to, refused) : undefined;
    processor.charge(processor.kernel, SWITCH, processor.lp.costs.virtualSwitch, detail);
    if (refused !== undefined && entry !== undefined) {
      entry.policy.dropped[refused]++;
      return false;
    }
    const vlan = entry?.policy.settings.vlan ?? vlanOf(this.#host, frame);
    if (entry === undefined && vlan !== 0 && !this.#tags.remove(frame)) return false;
    if (group) return this.#flood(processor, frame, from, vlan);
    if (to !== from && to !== undefined) return this.#send(processor, frame, from, to, vlan);
    this.filtered++;
    return false;
  }

  /** The adapter at `port`; undefined for the external port. */
  #entryOf(port: SwitchPort): AdapterEntry | undefined {
    if (this.#recent?.port === port) return this.#recent;
    if (port === this.#external) return undefined;
    const entry = this.#adapters.get(port);
    if (entry !== undefined) this.#recent = entry;
    return entry;
  }

  /** What an adapter's own policy has against a frame of its, if anything. */
  #judge(
    processor: VirtualProcessor,
    frame: ScatterList,
    source: number,
    { key, policy }: AdapterEntry,
  ): DropReason | undefined {
    const { macAddressSpoofing, vlan } = policy.settings;
    if (!macAddressSpoofing && source !== key) return 'spoofed';
    if (vlanOf(this.#host, frame) !== 0 || (vlan !== 0 && isTagged(this.#host, frame)))
      return 'foreignVlan';
    return policy.admits(frame.length, processor.local) ? undefined : 'limited';
  }

  /** Hands `frame`, which has no tag inside the switch, to `to` if that one's policy lets it. */
  #send(
    processor: VirtualProcessor,
    frame: ScatterList,
    from: SwitchPort,
    to: SwitchPort,
    vlan: number,
  ): boolean {
    const target = this.#entryOf(to);
    if (target === undefined) {
      if (vlan !== 0 && !this.#tags.insert(frame, vlan)) return false;
      return this.#hand(processor, frame, to);
    }
    const { settings, dropped } = target.policy;
    const source = this.#entryOf(from)?.policy.settings;
    if (settings.vlan !== vlan) dropped.foreignVlan++;
    else if (settings.isolated && source?.isolated === true) dropped.isolated++;
    else {
      if (source !== undefined) this.#flushLater(processor, to);
      return this.#hand(processor, frame, to);
    }
    return false;
  }

  /** Completes the frame first where `to` does not. */
  #hand(processor: VirtualProcessor, frame: ScatterList, to: SwitchPort): boolean {
    const { offload } = frame;
    if (offload === undefined || to.completesFrames === true) return to.deliver(processor, frame);
    if (offload.segment > 0 && to.takesLongFrames === true) return to.deliver(processor, frame);
    this.software.deliver(processor, frame, offload, to);
    return false;
  }

  /** The physical NIC's driver tells when a batch from outside ends; between adapters nobody else does. */
  #flushLater(processor: VirtualProcessor, port: SwitchPort): void {
    if (port.flush === undefined) return;
    if (this.#unflushed.size === 0) processor.post(this, 0, processor.local);
    this.#unflushed.add(port);
  }

  /** What was under way when a frame went from one adapter to another is through. */
  run(processor: VirtualProcessor): void {
    const ports = [...this.#unflushed];
    this.#unflushed.clear();
    for (const port of ports) port.flush?.(processor);
  }

  /** Remembers where a frame came from; an adapter's own address stays where its settings put it. */
  #learn(source: number, from: SwitchPort): void {
    const known = this.#stations.get(source);
    if (known !== undefined && known !== this.#external) return;
    this.#stations.set(source, from);
    if (known !== undefined || this.#learned.push(source) <= MAX_LEARNED) return;
    this.#stations.delete(this.#learned.shift() as number);
  }

  /** To every other port. The external one comes last: there the frame may get a tag. */
  #flood(processor: VirtualProcessor, frame: ScatterList, from: SwitchPort, vlan: number): boolean {
    for (const { port } of this.#adapters.values())
      if (port !== from) this.#send(processor, frame, from, port, vlan);
    if (this.#external === undefined || this.#external === from) return false;
    return this.#send(processor, frame, from, this.#external, vlan);
  }

  #describe(
    from: SwitchPort,
    group: boolean,
    to: SwitchPort | undefined,
    refused: DropReason | undefined,
  ): string {
    const name = (port: SwitchPort) => {
      const entry = this.#adapters.get(port);
      return entry === undefined ? 'the external port' : `port ${entry.number}`;
    };
    if (refused !== undefined) return `from ${name(from)}: dropped, ${refused}`;
    if (group) return `from ${name(from)} to every other port`;
    if (to === undefined || to === from) return `from ${name(from)}: nobody here has the address`;
    return `from ${name(from)} to ${name(to)}`;
  }

  #key(frame: ScatterList, offset: number): number {
    if (frame.count > 0 && frame.lengths[0] >= offset + 6)
      return macKeyAt(this.#host, frame.addresses[0] + offset);
    return this.#keyInPieces(frame, offset);
  }

  /** On its own: what a closure captures is allocated whenever the function around it is called. */
  #keyInPieces(frame: ScatterList, offset: number): number {
    const byte = (i: number) => frame.byte(this.#host, offset + i);
    const low = ((byte(2) << 24) | (byte(3) << 16) | (byte(4) << 8) | byte(5)) >>> 0;
    return macKey((byte(0) << 8) | byte(1), low);
  }
}
