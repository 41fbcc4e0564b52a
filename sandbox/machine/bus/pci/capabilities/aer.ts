import type { ConfigurationSpace } from '../configuration-space.ts';
import { defineExtendedCapability } from './header.ts';

/** PCI Express 3.0, section 7.10. */
export const AER_ID = 0x0001;
export const AER_UNCORRECTABLE_STATUS = 0x04;
export const AER_UNCORRECTABLE_MASK = 0x08;
export const AER_UNCORRECTABLE_SEVERITY = 0x0c;
export const AER_CORRECTABLE_STATUS = 0x10;
export const AER_CORRECTABLE_MASK = 0x14;
export const AER_CONTROL = 0x18;
export const AER_HEADER_LOG = 0x1c;

/** Uncorrectable errors: an ACS violation, a request nobody supports. */
export const ERROR_UNSUPPORTED_REQUEST = 1 << 20;
export const ERROR_ACS_VIOLATION = 1 << 21;
/** Bits 4, 5, 12 to 22 and 25; of the correctable ones 0, 6 to 8 and 12 to 15. */
const UNCORRECTABLE = 0x027ff030;
const CORRECTABLE = 0xf1c1;
/** Control: ECRC can be made (5) and checked (7); both are turned on at the bit above. */
const ECRC_CAPABLE = 0xa0;
const ECRC_ENABLE = 0x140;

/** @param options reset values of the masks and of the severity */
export function defineAer(
  space: ConfigurationSpace,
  offset: number,
  next: number,
  options: { mask: number; severity: number; correctableMask: number },
): void {
  defineExtendedCapability(space, offset, AER_ID, 1, next);
  space.define(offset + AER_UNCORRECTABLE_STATUS, 4, 0, 0, UNCORRECTABLE);
  space.define(offset + AER_UNCORRECTABLE_MASK, 4, options.mask, UNCORRECTABLE);
  space.define(offset + AER_UNCORRECTABLE_SEVERITY, 4, options.severity, UNCORRECTABLE);
  space.define(offset + AER_CORRECTABLE_STATUS, 4, 0, 0, CORRECTABLE);
  space.define(offset + AER_CORRECTABLE_MASK, 4, options.correctableMask, CORRECTABLE);
  space.define(offset + AER_CONTROL, 4, ECRC_CAPABLE, ECRC_ENABLE);
  // All of it is sticky: an error is to be found after the reset that it caused (section 7.4).
  for (let at = AER_UNCORRECTABLE_STATUS; at < AER_HEADER_LOG + 16; at += 4)
    space.keepOverFunctionReset(offset + at, 4, 0xffffffff);
}
