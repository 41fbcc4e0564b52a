import {
  type ConfigurationSpace,
  PCI_CAPABILITIES,
  PCI_STATUS,
  STATUS_CAPABILITIES,
} from '../configuration-space.ts';

/** Where extended capabilities begin (PCI Express 3.0, section 7.9). */
export const EXTENDED_CAPABILITIES = 0x100;
const HIGHEST = 0x1000;

/** A capability in the first 256 bytes: id and the offset of the next one, 0 for none. */
export function defineCapability(
  space: ConfigurationSpace,
  offset: number,
  id: number,
  next: number,
): void {
  space.define(offset, 1, id);
  space.define(offset + 1, 1, next);
}

/** An extended capability: id 15:0, version 19:16, offset of the next one 31:20, 0 for none. */
export function defineExtendedCapability(
  space: ConfigurationSpace,
  offset: number,
  id: number,
  version: number,
  next: number,
): void {
  space.define(offset, 4, id | (version << 16) | (next << 20));
}

/** Reads `size` bytes of a function's configuration space; all ones where there is no function. */
export type ReadConfiguration = (offset: number, size: number) => number;

/** Walks the list of capabilities as software does: the offset of `id`, or 0. A list in a circle ends. */
export function findCapability(read: ReadConfiguration, id: number): number {
  if ((read(PCI_STATUS, 2) & STATUS_CAPABILITIES) === 0) return 0;
  let offset = read(PCI_CAPABILITIES, 1) & 0xfc;
  for (let hops = 0; offset >= 0x40 && hops < 48; hops++) {
    const header = read(offset, 2);
    if ((header & 0xff) === id) return offset;
    offset = (header >>> 8) & 0xfc;
  }
  return 0;
}

/** The same for extended capabilities. */
export function findExtendedCapability(read: ReadConfiguration, id: number): number {
  let offset = EXTENDED_CAPABILITIES;
  for (let hops = 0; offset >= EXTENDED_CAPABILITIES && hops < HIGHEST / 8; hops++) {
    const header = read(offset, 4);
    if (header === 0 || header === 0xffffffff) return 0;
    if ((header & 0xffff) === id) return offset;
    offset = (header >>> 20) & 0xffc;
  }
  return 0;
}
