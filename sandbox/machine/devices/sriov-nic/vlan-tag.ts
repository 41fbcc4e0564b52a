import type { HostMemory } from '../../memory/host-memory.ts';
import { VLAN_OFFSET, VLAN_PROTOCOL, VLAN_TAG_BYTES } from '../../net/frame.ts';

/** Whether the frame at `address` has a tag of IEEE 802.1Q. */
export function isTaggedAt(host: HostMemory, address: number): boolean {
  const { bytes } = host;
  const at = address + VLAN_OFFSET;
  return ((bytes[at] << 8) | bytes[at + 1]) === VLAN_PROTOCOL;
}

/** VLAN (11:0) and priority of the tagged frame at `address`. */
export function tagAt(host: HostMemory, address: number): number {
  const { bytes } = host;
  return (bytes[address + VLAN_OFFSET + 2] << 8) | bytes[address + VLAN_OFFSET + 3];
}

/** Puts a tag into the frame of `length` bytes, whose end moves by VLAN_TAG_BYTES. */
export function insertTag(host: HostMemory, address: number, length: number, tag: number): void {
  const at = address + VLAN_OFFSET;
  host.copy(at + VLAN_TAG_BYTES, at, length - VLAN_OFFSET);
  host.bytes.set([VLAN_PROTOCOL >>> 8, VLAN_PROTOCOL & 0xff, tag >>> 8, tag & 0xff], at);
}

/** Copies the tagged frame of `length` bytes without its tag. */
export function copyWithoutTag(host: HostMemory, to: number, from: number, length: number): void {
  const after = VLAN_OFFSET + VLAN_TAG_BYTES;
  host.copy(to, from, VLAN_OFFSET);
  host.copy(to + VLAN_OFFSET, from + after, length - after);
}
