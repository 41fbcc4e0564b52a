import type { GrantedPage, MachinePlan, TableMemory } from 'two-checkboxes';

/**
 * Writes the tables for the machines in `machines`: each has a function (`requesterId`) and pages of
 * 4 KiB, each with the address that the guest uses, where it is in the host, and whether a device may
 * write there. All addresses are below 4 GiB. `memory` has the root table, gives new tables, and reads
 * and writes 32-bit words in them.
 *
 * - Root entry, 16 bytes, by bus: bit 0 present, then the context table's address.
 * - Context entry, 16 bytes, by device and function: bit 0 present, then the table of level 3. In its
 *   third word (8 bytes on): 1 for three levels, and the domain id from bit 8 on.
 * - Entry of level 3, 2 or 1, 8 bytes: bit 0 read, bit 1 write, then the next table, or the page.
 *   Nine bits of the address choose the entry: from bit 30, 21 and 12 on.
 */
export function build(memory: TableMemory, machines: readonly MachinePlan[]): void {
  const shared = memory.newTable();
  for (const { requesterId, pages } of machines) {
    const root = memory.root + (requesterId >>> 8) * 16;
    if ((memory.read(root) & 1) === 0) memory.write(root, memory.newTable() | 1);
    const context = (memory.read(root) & ~0xfff) + (requesterId & 0xff) * 16;
    memory.write(context, shared | 1);
    memory.write(context + 8, (1 << 8) | 1);
    for (const page of pages) map(memory, shared, page);
  }
}

/** Enters one page, under a table of level 3. */
function map(memory: TableMemory, table: number, { guest, host }: GrantedPage): void {
  const entry = table + ((guest >>> 30) & 511) * 8;
  if (memory.read(entry) === 0) memory.write(entry, memory.newTable() | 3);
  // Two levels are missing, and then the page itself.
  memory.write((memory.read(entry) & ~0xfff) + ((guest >>> 12) & 511) * 8, host | 3);
}
