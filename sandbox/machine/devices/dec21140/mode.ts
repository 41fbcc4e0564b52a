import { MICROSECOND } from '../../engine/engine.ts';
import {
  AUTOMATIC_POLLING_SHIFT,
  CSR6_ONES,
  CSR6_WRITABLE,
  FILTERING_MODE,
  PORT_SELECT,
  START_RECEIVE,
  START_TRANSMIT,
  STOPPED_ONLY,
  STOPPED_RECEIVE_ONLY,
  STOPPED_TRANSMIT_ONLY,
  THRESHOLD_MODE,
} from './spec.ts';

/**
 * What CSR6 holds after `value` was written to it: the filtering mode is not software's, and bits that
 * may change only while a process is stopped stay as they are where it runs and goes on running.
 */
export function operationAfter(
  csr6: number,
  value: number,
  transmits: boolean,
  receives: boolean,
): number {
  const transmitsOn = transmits && (value & START_TRANSMIT) !== 0;
  const receivesOn = receives && (value & START_RECEIVE) !== 0;
  let kept = FILTERING_MODE;
  if (transmitsOn) kept |= STOPPED_TRANSMIT_ONLY;
  if (receivesOn) kept |= STOPPED_RECEIVE_ONLY;
  if (transmitsOn || receivesOn) kept |= STOPPED_ONLY;
  return ((csr6 & kept) | (value & CSR6_WRITABLE & ~kept) | CSR6_ONES) >>> 0;
}

/** Which speed's times hold: the 10 Mb/s serial port, or MII at 10 or 100 Mb/s (bits 18 and 22). */
function perPort(csr6: number, serial: number, mii10: number, mii100: number): number {
  if ((csr6 & PORT_SELECT) === 0) return serial;
  return (csr6 & THRESHOLD_MODE) !== 0 ? mii10 : mii100;
}

/** One count of the general-purpose timer, in picoseconds (section 8: unverified). */
export function timerUnit(csr6: number): number {
  return perPort(csr6, 204_800_000, 819_200_000, 81_920_000);
}

/** Microseconds between automatic polls on the serial port, by CSR0's TAP field; 0 is off. */
const POLLING = [0, 200, 800, 1600, 12.8, 25.6, 51.2, 102.4];

/** Period of automatic transmit polling in picoseconds; 0 where it is off (its factors: unverified). */
export function pollingPeriod(csr0: number, csr6: number): number {
  const serial = POLLING[(csr0 >>> AUTOMATIC_POLLING_SHIFT) & 7] * MICROSECOND;
  return Math.round(serial * perPort(csr6, 1, 4, 0.4));
}

/** How long one byte takes on the wire, in picoseconds. */
export function byteTime(csr6: number): number {
  return perPort(csr6, 800_000, 800_000, 80_000);
}
