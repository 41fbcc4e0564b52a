import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineExtendedCapability } from './header.ts';

/** PCI Express 3.0, section 7.23: functions are numbered with 8 bits, and form a list. */
export const ARI_ID = 0x000e;
export const ARI_CAPABILITY = 0x04;
export const ARI_CONTROL = 0x06;

/** @param options `nextFunction`: number of the next physical function of the device, 0 for none */
export function defineAri(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { nextFunction: number },
): void {
  defineExtendedCapability(space, offset, ARI_ID, 1, next);
  space.define(offset + ARI_CAPABILITY, 2, options.nextFunction << 8);
  space.define(offset + ARI_CONTROL, 2, 0);
}
