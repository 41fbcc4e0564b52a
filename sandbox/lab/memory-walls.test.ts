/** The experiments of the lesson on the IOMMU, and that its exercise tells right tables from wrong ones. */
import { describe, expect, test } from 'vitest';
import { aroundIommu } from './around-iommu.ts';
import { dmaWalk, WALKERS } from './dma-walk.ts';
import { checkDomainTables, type MachinePlan, type TableMemory } from './domain-exercise.ts';
import { forgeInterrupts } from './forged-interrupts.ts';
import { wildDescriptor } from './wild-descriptor.ts';

const MEBIBYTE = 1 << 20;

describe('walks', () => {
  test('each machine’s function: its own tables, its own host page', () => {
    const [a, b] = [WALKERS[0], WALKERS[1]].map((who) => dmaWalk({ who, address: MEBIBYTE }));
    expect(a.entries.map(({ table }) => table)).toEqual([
      'root table',
      'context table',
      'level 3',
      'level 2',
    ]);
    expect([a.refused, b.refused]).toEqual([false, false]);
    expect(a.result[1]).not.toBe(b.result[1]);
    expect(a.entries[1].index).toBe(0x80);
    expect(b.entries[1].index).toBe(0x82);
  });

  test('a small page: one level more, the same place', () => {
    const large = dmaWalk({ who: WALKERS[0], address: 0x101234 });
    const small = dmaWalk({ who: WALKERS[0], address: 0x101234, smallPage: true });
    expect(small.entries).toHaveLength(5);
    expect(small.result).toEqual(large.result);
  });

  test('beyond the machine’s memory, and for a function of nobody: refused, with the reason', () => {
    const beyond = dmaWalk({ who: WALKERS[1], address: 5 * MEBIBYTE, smallPage: true });
    expect(beyond).toMatchObject({ refused: true, result: ['fault 0x6', 'no permission to read'] });
    const nobody = dmaWalk({ who: WALKERS[2], address: 0, write: true });
    expect(nobody).toMatchObject({ refused: true });
    expect(nobody.result[0]).toBe('fault 0x2');
    expect(nobody.entries).toHaveLength(2);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('address %d is refused as usage', (address) => {
    expect(() => dmaWalk({ who: WALKERS[0], address })).toThrow(/address/);
  });
});

describe('a wild descriptor (I7)', () => {
  test('with remapping: a fault, the attacker stops, the neighbour loses nothing', () => {
    const seen = wildDescriptor({ descriptor: 'the neighbour’s memory' });
    expect(seen.delivered).toEqual({ attacker: 5, neighbour: 20 });
    expect(seen.stolen).toHaveLength(0);
    expect(seen.stopped).toBe(true);
    expect(seen.fault).toContain('no permission to read');
  });

  test('without: the neighbour’s bytes leave on the wire, and nothing says so', () => {
    const seen = wildDescriptor({ descriptor: 'the neighbour’s memory', remapping: false });
    expect(new TextDecoder().decode(seen.stolen)).toMatch(/^This page belongs to the other/);
    expect(seen.stolen).toHaveLength(1514 - 64);
    expect(seen.fault).toBe('');
    expect(seen.delivered.neighbour).toBe(20);
  });

  test.each([true, false])('an honest driver sends everything; remapping %s', (remapping) => {
    const seen = wildDescriptor({ descriptor: 'its own buffer', remapping });
    expect(seen.delivered).toEqual({ attacker: 20, neighbour: 20 });
    expect(seen.stolen).toHaveLength(0);
  });

  test('where no memory is, nothing is read, with remapping or without', () => {
    for (const remapping of [true, false]) {
      const seen = wildDescriptor({ descriptor: 'beyond all memory', remapping });
      expect(seen.delivered).toEqual({ attacker: 5, neighbour: 20 });
      expect(seen.fault).not.toBe('');
    }
  });
});

describe('forged interrupts (I8)', () => {
  test('remapping on: only the message that the function was given', () => {
    const { messages } = forgeInterrupts({ remapping: true, times: 3 });
    expect(messages.map(({ taken, by }) => [taken, by])).toEqual([
      [3, 'VM 0'],
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    expect(messages.slice(1).every(({ refused }) => refused !== '')).toBe(true);
  });

  test('remapping off: every one, whoever it hits, and it costs cycles', () => {
    const { messages } = forgeInterrupts({ remapping: false, times: 3 });
    expect(messages.map(({ taken, by }) => [taken, by])).toEqual([
      [3, 'VM 0'],
      [3, 'VM 1'],
      [3, 'VM 1'],
      [3, 'the root'],
    ]);
    expect(messages.every(({ cycles }) => cycles > 1000)).toBe(true);
  });
});

describe('around the IOMMU', () => {
  test.each<[boolean, boolean, string[]]>([
    [true, true, ['its own machine’s memory', '', '', '']],
    [
      true,
      false,
      ['its own machine’s memory', '', 'the neighbour’s memory', 'the neighbour’s processor'],
    ],
    [false, true, ['its own machine’s memory', 'the neighbour’s device', '', '']],
  ])('redirect %s, validate %s', (redirect, validate, changed) => {
    const { attempts } = aroundIommu({ redirect, validate });
    expect(attempts.map((each) => each.changed)).toEqual(changed);
    expect(attempts[1].seen > 0).toBe(redirect);
  });
});

/** Tables as `choices` make them: what a learner may get wrong, one thing at a time. */
interface Choices {
  sharedTable?: boolean;
  sharedDomain?: boolean;
  alwaysWritable?: boolean;
  wholeBus?: boolean;
  hostToo?: boolean;
}

function tables(choices: Choices) {
  return (memory: TableMemory, machines: readonly MachinePlan[]) => {
    const shared = memory.newTable();
    for (const [i, { requesterId, pages }] of machines.entries()) {
      const root = memory.root + (requesterId >>> 8) * 16;
      if (memory.read(root) === 0) memory.write(root, memory.newTable() | 1);
      const contexts = memory.read(root) & ~0xfff;
      const table = choices.sharedTable === true ? shared : memory.newTable();
      const domain = choices.sharedDomain === true ? 1 : i + 1;
      const first = requesterId & 0xff;
      const functions = Array.from({ length: 256 }, (_, n) => n);
      for (const n of choices.wholeBus === true ? functions : [first]) {
        if (n !== first && memory.read(contexts + n * 16) !== 0) continue;
        memory.write(contexts + n * 16, table | 1);
        memory.write(contexts + n * 16 + 8, (domain << 8) | 1);
      }
      const map = (guest: number, host: number, access: number) => {
        let from = table;
        for (const shift of [30, 21]) {
          const at = from + ((guest >>> shift) & 511) * 8;
          if (memory.read(at) === 0) memory.write(at, memory.newTable() | 3);
          from = memory.read(at) & ~0xfff;
        }
        memory.write(from + ((guest >>> 12) & 511) * 8, host | access);
      };
      if (choices.hostToo === true) for (let at = 4 << 20; at < 8 << 20; at += 4096) map(at, at, 3);
      for (const { guest, host, writable } of pages)
        map(guest, host, writable || choices.alwaysWritable === true ? 3 : 1);
    }
  };
}

describe('the exercise', () => {
  const SEEDS = [1, 2, 3, 11, 22, 33, 44];
  const worked = (choices: Choices) => {
    const counts = [0, 0, 0, 0, 0];
    for (const seed of SEEDS)
      for (const [i, attack] of checkDomainTables(tables(choices), { seed }).attacks.entries())
        counts[i] += attack.succeeded;
    return counts.map((count) => count > 0);
  };

  test.each(SEEDS)('right tables: all traffic flows and no attack works (seed %d)', (seed) => {
    const report = checkDomainTables(tables({}), { seed });
    expect(report.traffic).toEqual({ sent: 400, arrived: 400 });
    expect(report.wrong).toBe('');
    expect(report.attacks.map(({ succeeded }) => succeeded)).toEqual([0, 0, 0, 0, 0]);
  });

  test.each<[string, Choices, boolean[]]>([
    ['the host’s memory mapped too', { hostToo: true }, [true, false, false, false, false]],
    ['every page writable', { alwaysWritable: true }, [false, false, true, false, false]],
    ['a context for every function', { wholeBus: true }, [false, false, false, true, false]],
    ['one domain id for both', { sharedDomain: true }, [false, true, true, false, true]],
    ['one table for both', { sharedTable: true }, [false, true, true, false, true]],
  ])('%s is found', (_name, choices, expected) => {
    expect(worked(choices)).toEqual(expected);
  });

  test('a word outside the tables is refused by name', () => {
    expect(() => checkDomainTables((memory) => memory.write(0x10, 1))).toThrow(/none of your/);
    expect(() => checkDomainTables((memory) => memory.read(memory.root + 2))).toThrow(/32-bit/);
    expect(() =>
      checkDomainTables((memory) => {
        for (;;) memory.newTable();
      }),
    ).toThrow(/200 tables/);
  });
});
