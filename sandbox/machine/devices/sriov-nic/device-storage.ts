import { StorageBlock } from './storage-block.ts';

/**
 * Registers of flow control, packet buffers, checksums, wake-up, LEDs and the bus, which software sets once
 * and this model only keeps: offsets, values after reset and what survives a reset from section 3. RXCSUM
 * acts where the physical function's window has it.
 */
export function deviceStorage(): StorageBlock {
  return new StorageBlock([
    { first: 0x0028, count: 2 },
    { first: 0x0030, count: 1 },
    { first: 0x0038, count: 1, reset: 0x81008100 },
    { first: 0x0170, count: 1 },
    { first: 0x0e00, count: 1, reset: 0x07068302 },
    { first: 0x2160, count: 1 },
    { first: 0x2168, count: 1 },
    { first: 0x2404, count: 1, reset: 0x40, survives: true },
    { first: 0x3404, count: 1, reset: 0x28, survives: true },
    { first: DTXCTL, count: 1, reset: 0x44 },
    { first: 0x5000, count: 1, reset: 0x300 },
    { first: 0x5008, count: 1 },
    { first: 0x5800, count: 1 },
    { first: 0x5808, count: 1 },
    { first: 0x5820, count: 1 },
    { first: 0x5b00, count: 1, reset: 0x06850200 },
    { first: 0x5bbc, count: 1 },
  ]);
}

export const DTXCTL = 0x3590;
/** A frame that anti-spoofing stops is a cause of DOUTSYNC. */
export const DTXCTL_SPOOF_INTERRUPT = 1 << 6;
