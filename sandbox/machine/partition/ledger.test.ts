import { expect, test } from 'vitest';
import * as ledger from './ledger.ts';

test('a charge goes to one row, with its cycles and one occurrence', () => {
  const book = new ledger.Ledger();
  book.charge(ledger.ROOT_KERNEL, ledger.COPY, 100);
  book.charge(ledger.ROOT_KERNEL, ledger.COPY, 50);
  book.charge(ledger.GUEST_USER, ledger.APPLICATION, 0);
  expect(book.rows()).toEqual([
    { who: 'guest-user', what: 'application', cycles: 0, count: 1 },
    { who: 'root-kernel', what: 'copy', cycles: 150, count: 2 },
  ]);
  expect(book.cyclesOf(ledger.ROOT_KERNEL)).toBe(150);
  expect(book.cyclesOf(ledger.HYPERVISOR)).toBe(0);
});

test('every actor and activity has a row of its own', () => {
  const book = new ledger.Ledger();
  for (const who of ledger.ACTORS.keys())
    for (const what of ledger.ACTIVITIES.keys()) book.charge(who, what, who * 100 + what);
  const expected = ledger.ACTORS.flatMap((who, i) =>
    ledger.ACTIVITIES.map((what, j) => ({ who, what, cycles: i * 100 + j, count: 1 })),
  );
  expect(book.rows()).toEqual(expected);
});

test('I/O exits are port, MMIO and signal; not interrupts, end of interrupt, halt or the root’s', () => {
  const book = new ledger.Ledger();
  for (const cause of ledger.EXITS.keys()) book.exits[cause] = 1;
  expect(book.totalExits).toBe(ledger.EXITS.length);
  expect(book.ioExits).toBe(3);
});

test('reset starts every figure from zero', () => {
  const book = new ledger.Ledger();
  book.charge(1, 1, 5);
  book.exits[0] = 1;
  for (const figure of ['deviceAccesses', 'hypercalls', 'copies', 'copiedBytes'] as const)
    book[figure] = 3;
  book.interrupts = 2;
  book.contextSwitches = 9;
  book.reset();
  expect(book).toEqual(new ledger.Ledger());
});
