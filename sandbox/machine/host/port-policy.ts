import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { VLAN_OFFSET, VLAN_PROTOCOL, VLAN_TAG_BYTES } from '../net/frame.ts';

/**
 * What the root may decide about a port of its virtual switch. The names are those of
 * Set-VMNetworkAdapter and Set-VMNetworkAdapterVlan.
 */
export interface PortSettings {
  /** Whether the adapter may send from, and be found at, addresses that are not its own. Off by default. */
  macAddressSpoofing: boolean;
  /** Access VLAN, 1 to 4094: what the port sends and gets belongs to it. 0 for untagged. */
  vlan: number;
  /** Bits a second that the adapter may send, frames without FCS; 0 for no limit. */
  maximumBandwidth: number;
  /** Whether it may exchange frames with the other isolated ports of its switch. */
  isolated: boolean;
}

export const DEFAULT_SETTINGS: Readonly<PortSettings> = {
  macAddressSpoofing: false,
  vlan: 0,
  maximumBandwidth: 0,
  isolated: false,
};

/** Why a frame went no further. */
export type DropReason = 'spoofed' | 'limited' | 'foreignVlan' | 'isolated';

/** Bytes that a port may send at once after a pause: the depth of its token bucket. */
const BURST_BYTES = 65536;

/**
 * The policy of one port, and what it made of the port's frames.
 *
 * The limit polices: a frame above it is dropped and counted, never put off. That, the bucket of 64 KiB,
 * and that only what the adapter sends is limited are assumptions: it is public that there is a maximum
 * bandwidth, not how the switch enforces it.
 */
export class PortPolicy {
  settings: Readonly<PortSettings> = DEFAULT_SETTINGS;
  readonly dropped: Record<DropReason, number> = {
    spoofed: 0,
    limited: 0,
    foreignVlan: 0,
    isolated: 0,
  };
  /** When the bucket will be full again, in picoseconds: later means emptier. */
  #fullAt = 0;

  /**
   * Whether the port's limit lets a frame of `length` bytes pass at `now` (picoseconds); if so, its bytes
   * are taken from the bucket.
   */
  admits(length: number, now: number): boolean {
    const { maximumBandwidth } = this.settings;
    if (maximumBandwidth === 0) return true;
    const picosecondsPerByte = 8e12 / maximumBandwidth;
    const fullAt = Math.max(this.#fullAt, now) + Math.round(length * picosecondsPerByte);
    if (fullAt - now > Math.round(BURST_BYTES * picosecondsPerByte)) return false;
    this.#fullAt = fullAt;
    return true;
  }
}

/** The VLAN that a frame says it belongs to; 0 when it has no tag or a tag for priority only. */
export function vlanOf(host: HostMemory, frame: ScatterList): number {
  if (!isTagged(host, frame)) return 0;
  return ((frame.byte(host, VLAN_OFFSET + 2) & 0x0f) << 8) | frame.byte(host, VLAN_OFFSET + 3);
}

export function isTagged(host: HostMemory, frame: ScatterList): boolean {
  // A frame's head mostly lies in one piece.
  if (frame.lengths[0] < VLAN_OFFSET + 2)
    return (
      ((frame.byte(host, VLAN_OFFSET) << 8) | frame.byte(host, VLAN_OFFSET + 1)) === VLAN_PROTOCOL
    );
  const at = frame.addresses[0] + VLAN_OFFSET;
  return ((host.bytes[at] << 8) | host.bytes[at + 1]) === VLAN_PROTOCOL;
}

/** Tags for all VLANs, made when first needed, in memory of the root that no frame shares. */
export class VlanTags {
  #host: HostMemory;
  #tags = new Map<number, number>();

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** Puts `vlan`'s tag into `frame`, which copies no byte of it. False when the list has no room for it. */
  insert(frame: ScatterList, vlan: number): boolean {
    return frame.insert(VLAN_OFFSET, this.#tagOf(vlan), VLAN_TAG_BYTES);
  }

  /** Takes the tag out of `frame`. False when the list has no room for the cut. */
  remove(frame: ScatterList): boolean {
    return frame.remove(VLAN_OFFSET, VLAN_TAG_BYTES);
  }

  #tagOf(vlan: number): number {
    let at = this.#tags.get(vlan);
    if (at === undefined) {
      at = this.#host.allocate(VLAN_TAG_BYTES);
      this.#host.bytes.set(
        [VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, vlan >>> 8, vlan & 0xff],
        at,
      );
      this.#tags.set(vlan, at);
    }
    return at;
  }
}
