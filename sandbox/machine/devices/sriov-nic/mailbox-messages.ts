/**
 * What the drivers of a virtual and of the physical function write into the mailbox (section 7): an agreement
 * of software, which the device does not read. Word 0 has an id in 15:0 and an argument in 23:16.
 */
export const RESET = 1;
export const SET_MAC = 2;
export const SET_MULTICAST = 3;
export const SET_VLAN = 4;
export const SET_LONGEST = 5;
export const SET_PROMISCUOUS = 6;
/** From the physical function: look at the link, and at whether you are still known. */
export const CONTROL = 0x100;

export const ID = 0xffff;
export const INFO_SHIFT = 16;
/** The sender's reset is over: it may be asked. In answers and in CONTROL. */
export const CLEAR_TO_SEND = 1 << 29;
export const REFUSED = 1 << 30;
export const ACCEPTED = 0x80000000;

/** Arguments of SET_MAC: all further addresses go; one more. */
export const MAC_CLEAR = 1;
export const MAC_ADD = 2;
/** Arguments of SET_PROMISCUOUS. */
export const PROMISCUOUS_UNICAST = 1;
export const PROMISCUOUS_MULTICAST = 2;
/** Hashes of 16 bits that fit behind word 0. */
export const MOST_GROUPS = 30;

/** A station's address as RAL and RAH, and words 1 and 2 of a message, have it: low bytes first. */
export interface StationAddress {
  readonly low: number;
  readonly high: number;
}

/** Six bytes as two words. */
export function stationOf(bytes: Uint8Array): StationAddress {
  const low = (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
  return { low, high: bytes[4] | (bytes[5] << 8) };
}

/** Whether a station may have the address: not of a group, not all zeros. */
export function isStation({ low, high }: StationAddress): boolean {
  return (low & 1) === 0 && (low | (high & 0xffff)) !== 0;
}
