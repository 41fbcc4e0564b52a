/** Modes and bits that only the driver knows: what it writes where, and how it reads what it finds. */
import { ROM_READ, SELECT_SERIAL_ROM } from '../../devices/dec21140/spec.ts';

/** CSR9: the serial ROM is selected, to be read. */
export const ROM_ACCESS = SELECT_SERIAL_ROM | ROM_READ;

/** Ticks that interrupts stay masked after a storm; what the recorded driver's kin load. */
export const STORM_TICKS = 0x12;
/** CSR12: the byte below says which pins are outputs. */
export const PIN_DIRECTIONS = 1 << 8;

/** CSR0 in operation: cache alignment 16 longwords, bursts of 32, as the recorded driver writes it. */
export const BUS_MODE = 0x01a08000;

/** CSR6 for an MII port at 100 Mb/s, half duplex, both processes stopped. */
export const MODE_100 = 0x020e0000;

/** What the driver enables in CSR7: every source it knows. */
export const INTERRUPTS = 0x0001ebef;

/** Both process states in CSR5: zero when both are stopped. */
export const PROCESS_STATES = 0x007e0000;
