import {
  DMAR_FLAGS,
  DMAR_INTERRUPT_REMAPPING,
  DMAR_STRUCTURES,
  DMAR_UNIT,
  DMAR_UNIT_BASE,
  DMAR_UNIT_BYTES,
  MCFG_ENTRIES,
  MCFG_ENTRY_BYTES,
  TABLE_CHECKSUM,
  TABLE_LENGTH,
} from '../../machine/host/management/spec.ts';

/** Flag of a unit that is there for every device not named by another. */
const INCLUDE_ALL = 1;

/** A DMAR table with one remapping unit at `base`. */
export function makeRemappingTable(base: number, interruptRemapping: boolean): Uint8Array {
  const table = makeTable('DMAR', DMAR_STRUCTURES + DMAR_UNIT_BYTES);
  const view = new DataView(table.buffer);
  table[DMAR_FLAGS - 1] = 38;
  table[DMAR_FLAGS] = interruptRemapping ? DMAR_INTERRUPT_REMAPPING : 0;
  view.setUint16(DMAR_STRUCTURES, DMAR_UNIT, true);
  view.setUint16(DMAR_STRUCTURES + 2, DMAR_UNIT_BYTES, true);
  table[DMAR_STRUCTURES + 4] = INCLUDE_ALL;
  view.setUint32(DMAR_STRUCTURES + DMAR_UNIT_BASE, base, true);
  return seal(table);
}

/** An MCFG table: the configuration space of buses 0 to `lastBus` is mapped at `base`. */
export function makeExpressTable(base: number, lastBus: number): Uint8Array {
  const table = makeTable('MCFG', MCFG_ENTRIES + MCFG_ENTRY_BYTES);
  new DataView(table.buffer).setUint32(MCFG_ENTRIES, base, true);
  table[MCFG_ENTRIES + 11] = lastBus;
  return seal(table);
}

function makeTable(signature: string, length: number): Uint8Array<ArrayBuffer> {
  const table = new Uint8Array(length);
  for (let i = 0; i < 4; i++) table[i] = signature.charCodeAt(i);
  new DataView(table.buffer).setUint32(TABLE_LENGTH, length, true);
  table[8] = 1;
  return table;
}

/** All bytes of a table add up to 0. */
function seal(table: Uint8Array): Uint8Array {
  table[TABLE_CHECKSUM] = -table.reduce((sum, byte) => sum + byte, 0);
  return table;
}
