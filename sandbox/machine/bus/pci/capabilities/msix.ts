import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineCapability } from './header.ts';

/** PCI Local Bus Specification 3.0, section 6.8.2. */
export const MSIX_ID = 0x11;
export const MSIX_CONTROL = 0x02;
export const MSIX_TABLE = 0x04;
export const MSIX_PENDING = 0x08;
/** Control: vectors less one in 10:0, all masked, enabled. */
export const MSIX_FUNCTION_MASK = 1 << 14;
export const MSIX_ENABLE = 1 << 15;

/** @param options `vectors` 1 to 2048; table and pending bits at multiples of 8 behind `bar` */
export function defineMsix(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { vectors: number; bar: number; table: number; pending: number },
): void {
  const { vectors, bar, table, pending } = options;
  defineCapability(space, offset, MSIX_ID, next);
  space.define(offset + MSIX_CONTROL, 2, vectors - 1, MSIX_ENABLE | MSIX_FUNCTION_MASK);
  space.define(offset + MSIX_TABLE, 4, table | bar);
  space.define(offset + MSIX_PENDING, 4, pending | bar);
}
