import type { GrantedPage, MachinePlan, TableMemory } from 'two-checkboxes';

/** A table and a domain id for each machine: what they share is the root table, and perhaps a bus. */
export function build(memory: TableMemory, machines: readonly MachinePlan[]): void {
  for (const [i, { requesterId, pages }] of machines.entries()) {
    const root = memory.root + (requesterId >>> 8) * 16;
    if ((memory.read(root) & 1) === 0) memory.write(root, memory.newTable() | 1);
    const context = (memory.read(root) & ~0xfff) + (requesterId & 0xff) * 16;
    const table = memory.newTable();
    memory.write(context, table | 1);
    memory.write(context + 8, ((i + 1) << 8) | 1);
    for (const page of pages) map(memory, table, page);
  }
}

/** Enters one page, under a table of level 3. Permission counts at every level, so it is given last. */
function map(memory: TableMemory, table: number, { guest, host, writable }: GrantedPage): void {
  let from = table;
  for (const shift of [30, 21]) {
    const entry = from + ((guest >>> shift) & 511) * 8;
    if (memory.read(entry) === 0) memory.write(entry, memory.newTable() | 3);
    from = memory.read(entry) & ~0xfff;
  }
  memory.write(from + ((guest >>> 12) & 511) * 8, host | (writable ? 3 : 1));
}
