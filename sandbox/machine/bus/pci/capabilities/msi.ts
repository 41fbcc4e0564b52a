import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineCapability } from './header.ts';

/** PCI Local Bus Specification 3.0, section 6.8.1: 64-bit addresses and a mask for each vector. */
export const MSI_ID = 0x05;
export const MSI_CONTROL = 0x02;
export const MSI_ADDRESS = 0x04;
export const MSI_ADDRESS_HIGH = 0x08;
export const MSI_DATA = 0x0c;
export const MSI_MASK = 0x10;
export const MSI_PENDING = 0x14;
export const MSI_ENABLE = 1 << 0;
const MULTIPLE_ENABLE = 7 << 4;
const ADDRESS_64 = 1 << 7;
const MASKABLE = 1 << 8;

/** @param options `vectors` is a power of two from 1 to 32 */
export function defineMsi(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { vectors: number },
): void {
  const log2 = 31 - Math.clz32(options.vectors);
  defineCapability(space, offset, MSI_ID, next);
  const writable = MSI_ENABLE | (log2 > 0 ? MULTIPLE_ENABLE : 0);
  space.define(offset + MSI_CONTROL, 2, ADDRESS_64 | MASKABLE | (log2 << 1), writable);
  space.define(offset + MSI_ADDRESS, 4, 0, 0xfffffffc);
  space.define(offset + MSI_ADDRESS_HIGH, 4, 0, 0xffffffff);
  space.define(offset + MSI_DATA, 2, 0, 0xffff);
  space.define(offset + MSI_MASK, 4, 0, 0xffffffff >>> (32 - options.vectors));
  space.define(offset + MSI_PENDING, 4, 0);
}
