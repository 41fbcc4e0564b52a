import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { type MacAddress, macKey } from '../net/frame.ts';
import { SWITCH } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';

/** What is behind a port of the switch. */
export interface SwitchPort {
  /**
   * A frame for this port, on `processor`.
   * @returns whether the port keeps the list until it gives it back to its owner; false when it has
   * copied or dropped the frame already
   */
  deliver(processor: VirtualProcessor, frame: ScatterList): boolean;
}

/** Stations beyond the external port that the switch remembers; the longest known makes room. */
const MAX_LEARNED = 4096;

/**
 * The root's virtual switch: one external port and one for each adapter. It knows its adapters' addresses
 * from their settings and learns the stations beyond the external port from the frames they send.
 *
 * A frame for a group goes to every other port. A frame for a station it does not know leaves by the
 * external port, and is dropped when it came from there: no adapter here has that address. That it does
 * not flood its own adapters is an assumption about Hyper-V's switch, which publishes no such rule.
 */
export class VirtualSwitch {
  /** Frames for the port they came from, or from outside for nobody here. */
  filtered = 0;
  #host: HostMemory;
  #external: SwitchPort | undefined;
  #adapters: SwitchPort[] = [];
  #stations = new Map<number, SwitchPort>();
  /** Learned addresses, longest known first. */
  #learned: number[] = [];

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** The port behind which the physical network lies. */
  connectExternal(port: SwitchPort): void {
    this.#external = port;
  }

  /** A virtual machine's adapter with its address. */
  connectAdapter(port: SwitchPort, address: MacAddress): void {
    this.#adapters.push(port);
    this.#stations.set(macKey(address.high, address.low), port);
  }

  /** Where the station with this address is, if the switch knows. */
  portOf(address: MacAddress): SwitchPort | undefined {
    return this.#stations.get(macKey(address.high, address.low));
  }

  /**
   * Forwards `frame`, which came in at `from`.
   * @returns whether a port keeps the list; see SwitchPort.deliver
   */
  forward(processor: VirtualProcessor, frame: ScatterList, from: SwitchPort): boolean {
    processor.charge(processor.kernel, SWITCH, processor.lp.costs.virtualSwitch);
    const source = this.#key(frame, 6);
    if (this.#stations.get(source) !== from) this.#learn(source, from);
    if ((frame.byte(this.#host, 0) & 1) !== 0) return this.#flood(processor, frame, from);
    const to = this.#stations.get(this.#key(frame, 0)) ?? this.#external;
    if (to !== from && to !== undefined) return to.deliver(processor, frame);
    this.filtered++;
    return false;
  }

  /** Remembers where a frame came from; an adapter's own address stays where its settings put it. */
  #learn(source: number, from: SwitchPort): void {
    const known = this.#stations.get(source);
    if (known !== undefined && known !== this.#external) return;
    this.#stations.set(source, from);
    if (known !== undefined || this.#learned.push(source) <= MAX_LEARNED) return;
    this.#stations.delete(this.#learned.shift() as number);
  }

  #flood(processor: VirtualProcessor, frame: ScatterList, from: SwitchPort): boolean {
    let kept = false;
    for (const port of this.#adapters) if (port !== from) port.deliver(processor, frame);
    if (this.#external !== undefined && this.#external !== from)
      kept = this.#external.deliver(processor, frame);
    return kept;
  }

  #key(frame: ScatterList, offset: number): number {
    const byte = (i: number) => frame.byte(this.#host, offset + i);
    const low = ((byte(2) << 24) | (byte(3) << 16) | (byte(4) << 8) | byte(5)) >>> 0;
    return macKey((byte(0) << 8) | byte(1), low);
  }
}
