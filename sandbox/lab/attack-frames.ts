import { type MacAddress, macBytes, VLAN_OFFSET, VLAN_PROTOCOL } from '../machine/net/frame.ts';

/** The first local experimental Ethertype. */
export const EXPERIMENTAL = [0x88, 0xb5];
export const HEADER = 14;

/** An Ethernet header of the experiments’ type. */
export function header(destination: MacAddress, source: MacAddress): number[] {
  return [...macBytes(destination), ...macBytes(source), ...EXPERIMENTAL];
}

/** A frame of `length` bytes without FCS, filled with a text over and over. */
export function frameOf(
  destination: MacAddress,
  source: MacAddress,
  length: number,
  fill = '',
): Uint8Array {
  const frame = new Uint8Array(length);
  for (let i = HEADER; fill !== '' && i < length; i++)
    frame[i] = fill.charCodeAt((i - HEADER) % fill.length);
  frame.set(header(destination, source));
  return frame;
}

/** Whether `mac` is the source of the frame. */
export function isFrom(frame: Uint8Array, mac: MacAddress): boolean {
  return macBytes(mac).every((byte, i) => frame[6 + i] === byte);
}

/** The VLAN of the frame’s tag; 0 without one. */
export function tagOf(frame: Uint8Array): number {
  const tagged = ((frame[VLAN_OFFSET] << 8) | frame[VLAN_OFFSET + 1]) === VLAN_PROTOCOL;
  return tagged ? ((frame[VLAN_OFFSET + 2] & 0x0f) << 8) | frame[VLAN_OFFSET + 3] : 0;
}

/** The frame as characters, one for each byte. */
export function text(frame: Uint8Array): string {
  return String.fromCharCode(...frame);
}
