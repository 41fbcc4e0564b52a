import type { BusRecord } from '../recording.ts';
import { type MdioFrame, MdioTap } from './mdio-tap.ts';
import { MicrowireTap } from './microwire-tap.ts';
import * as spec from './spec.ts';

/** What the driver clocked through CSR9, decoded without the model. */
export interface SerialLines {
  /** Words of the serial ROM that were read, by address. */
  words: Map<number, number>;
  /** Management frames in order. */
  frames: readonly MdioFrame[];
  /** Per record: which of CSR9's inputs (DO, MDI) a ROM or a transceiver drives in that read. */
  driven: Uint32Array;
}

/** Follows every access of CSR9, bit by bit. */
export function decodeSerialLines(records: readonly BusRecord[]): SerialLines {
  const rom = new MicrowireTap();
  const mdio = new MdioTap();
  const driven = new Uint32Array(records.length);
  for (const [index, record] of records.entries()) {
    if ((record.op !== 'ior' && record.op !== 'iow') || record.offset !== spec.CSR9) continue;
    if (record.op === 'iow') {
      rom.write(record.value);
      mdio.write(record.value, index);
    } else {
      if (rom.read(record.value)) driven[index] |= spec.ROM_OUT;
      if (mdio.read(record.value)) driven[index] |= spec.MDI;
    }
  }
  return { words: rom.words(), frames: mdio.frames, driven };
}
