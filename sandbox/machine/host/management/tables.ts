import {
  DMAR_FLAGS,
  DMAR_INTERRUPT_REMAPPING,
  DMAR_STRUCTURES,
  DMAR_UNIT,
  DMAR_UNIT_BASE,
  DMAR_UNIT_BYTES,
  MCFG_ENTRIES,
  MCFG_ENTRY_BYTES,
  TABLE_LENGTH,
} from './spec.ts';

/** What a DMAR table says. */
export interface RemappingTable {
  interruptRemapping: boolean;
  /** Where each unit's registers are. */
  units: number[];
}

/** Whether a table's length is that of its bytes and all its bytes add up to 0. */
export function isSound(table: Uint8Array): boolean {
  if (table.length < 8 || word(table, TABLE_LENGTH) !== table.length) return false;
  return table.reduce((sum, byte) => (sum + byte) & 0xff, 0) === 0;
}

/** Reads a DMAR table. @returns undefined when its structures do not fit together */
export function readRemappingTable(table: Uint8Array): RemappingTable | undefined {
  if (!isSound(table) || table.length < DMAR_STRUCTURES) return undefined;
  const units: number[] = [];
  for (let at = DMAR_STRUCTURES; at < table.length; ) {
    const length = table[at + 2] | (table[at + 3] << 8);
    if (length < 4 || at + length > table.length) return undefined;
    if ((table[at] | (table[at + 1] << 8)) === DMAR_UNIT) {
      if (length < DMAR_UNIT_BYTES) return undefined;
      const base = at + DMAR_UNIT_BASE;
      units.push(word(table, base + 4) * 4294967296 + word(table, base));
    }
    at += length;
  }
  return { interruptRemapping: (table[DMAR_FLAGS] & DMAR_INTERRUPT_REMAPPING) !== 0, units };
}

/** Buses whose configuration space the firmware says is mapped: 0 without a sound MCFG table. */
export function expressBuses(table: Uint8Array | undefined): number {
  if (table === undefined || !isSound(table)) return 0;
  let buses = 0;
  for (let at = MCFG_ENTRIES; at + MCFG_ENTRY_BYTES <= table.length; at += MCFG_ENTRY_BYTES)
    buses += Math.max(0, table[at + 11] - table[at + 10] + 1);
  return buses;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}
