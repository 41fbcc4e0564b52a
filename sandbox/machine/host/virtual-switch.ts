import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { macKey } from '../net/frame.ts';
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

/**
 * The root's virtual switch: one external port and one for each adapter. It learns where stations are
 * from the frames they send, forwards what it knows, and floods what it does not.
 */
export class VirtualSwitch {
  /** Frames sent to every port because the switch did not know the station, or it was a group. */
  flooded = 0;
  /** Frames for the port they came from. */
  filtered = 0;
  #host: HostMemory;
  #ports: SwitchPort[] = [];
  #stations = new Map<number, SwitchPort>();

  constructor(host: HostMemory) {
    this.#host = host;
  }

  connect(port: SwitchPort): void {
    this.#ports.push(port);
  }

  /** Where the station with this address was last seen. */
  portOf(high: number, low: number): SwitchPort | undefined {
    return this.#stations.get(macKey(high, low));
  }

  /**
   * Forwards `frame`, which came in at `from`.
   * @returns whether a port keeps the list; see SwitchPort.deliver
   */
  forward(processor: VirtualProcessor, frame: ScatterList, from: SwitchPort): boolean {
    processor.charge(processor.kernel, SWITCH, processor.lp.costs.virtualSwitch);
    const group = (frame.byte(this.#host, 0) & 1) !== 0;
    this.#stations.set(this.#key(frame, 6), from);
    const to = group ? undefined : this.#stations.get(this.#key(frame, 0));
    if (to === from) {
      this.filtered++;
      return false;
    }
    if (to !== undefined) return to.deliver(processor, frame);
    this.flooded++;
    let kept = false;
    for (const port of this.#ports)
      if (port !== from) kept = port.deliver(processor, frame) || kept;
    return kept;
  }

  #key(frame: ScatterList, offset: number): number {
    const byte = (i: number) => frame.byte(this.#host, offset + i);
    const low = ((byte(2) << 24) | (byte(3) << 16) | (byte(4) << 8) | byte(5)) >>> 0;
    return macKey((byte(0) << 8) | byte(1), low);
  }
}
