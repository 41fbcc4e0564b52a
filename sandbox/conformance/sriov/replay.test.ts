import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type OtherMachine, recordedOn } from '../../../tests/support/sriov-recording.ts';
import { Random } from '../../machine/engine/random.ts';
import { readText } from '../read-file.ts';
import { parseRecording } from '../recording.ts';
import { replaySriov } from './replay.ts';

const FILE = fileURLToPath(
  new URL('../../../content/recordings/sriov/igb.raw-trace.jsonl.gz', import.meta.url),
);
const TEXT = readText(FILE);
const replay = (text: string) => replaySriov(parseRecording(text));

/** The addresses of the recorded functions as RAL and RAH: the card's, and those of both VFs. */
const CARD = [0x12005452, 0x5634] as const;
const VF0 = [0xd62686ba, 0xb787] as const;
const VF1 = [0x92a607b2, 0xd7c2] as const;

describe('the shared recording of igb and igbvf', () => {
  const report = replay(TEXT);

  test('every read of a mailbox and of a VF control register is compared and equal', () => {
    for (const space of ['mailbox', 'vf'] as const) {
      const { reads, readsCompared, readMismatches } = report[space];
      expect([readsCompared, readMismatches]).toEqual([reads, 0]);
    }
    expect(report.mailbox.reads).toBe(42 + 226 + 126 + 350);
    expect(report.vf.perRegister.VFLRE).toMatchObject({ reads: 90, compared: 90 });
  });

  test('the physical function: all reads but twelve; each of those is named with its reason', () => {
    expect(report.pf).toMatchObject({ reads: 6942, readsCompared: 6930, readMismatches: 0 });
    const aside = report.notCompared.filter(({ what }) => /^(SYSTIM[LH]|EIAC|EIAM)$/.test(what));
    expect(aside.map(({ what, count }) => [what, count])).toEqual([
      ['SYSTIML', 4],
      ['SYSTIMH', 4],
      ['EIAM', 3],
      ['EIAC', 1],
    ]);
    for (const { why } of report.notCompared) expect(why).not.toBe('');
  });

  test('counters are compared until frames may have passed, and then set aside by name', () => {
    const { reads, readsCompared, readMismatches } = report.statistics;
    const aside = report.notCompared.filter(({ why }) => why.startsWith('counts frames'));
    const count = aside.reduce((total, one) => total + one.count, 0);
    expect(readMismatches).toBe(0);
    expect(readsCompared).toBeGreaterThan(0);
    expect(readsCompared + count).toBe(reads);
  });

  test('all accesses are accounted for', () => {
    const { config, mailbox, vf, pf, statistics } = report;
    expect(mailbox.accesses + vf.accesses + pf.accesses + statistics.accesses).toBe(20052 + 561);
    expect(config.reads).toBe(7992);
  });
});

describe('a recording of another machine', () => {
  const none = { addresses: [] };
  test.each<[string, OtherMachine]>([
    ['the functions changed places', { functions: [1, 0], count: 2, base: 0xfea00000, ...none }],
    ['VFs 3 and 6 of seven', { functions: [3, 6], count: 7, base: 0xfea00000, ...none }],
    ['other addresses of memory', { functions: [0, 1], count: 2, base: 0x90000000, ...none }],
    [
      'another card',
      {
        functions: [0, 1],
        count: 2,
        base: 0xc0000000,
        addresses: [],
        card: { from: CARD, to: [0x443322, 0x6655] },
      },
    ],
    [
      'addresses set by the administrator',
      {
        functions: [0, 1],
        count: 2,
        base: 0xfea00000,
        administrator: true,
        addresses: [
          { from: VF0, to: [0x44332210, 0x6655] },
          { from: VF1, to: [0x44332212, 0x7755] },
        ],
      },
    ],
  ])('%s: as many reads compared, none differs', (_, machine) => {
    const report = replay(recordedOn(TEXT, machine));
    expect(report.first).toEqual([]);
    expect(report.mailbox).toMatchObject({ readsCompared: 744, readMismatches: 0 });
    expect(report.vf).toMatchObject({ readsCompared: 119, readMismatches: 0 });
    expect(report.pf).toMatchObject({ readsCompared: 6930, readMismatches: 0 });
  });

  test('the physical function’s view of a moved VF is another address: a wrong one shows', () => {
    const machine = { functions: [0, 1], count: 2, base: 0xfea00000, addresses: [] };
    const lines = recordedOn(TEXT, machine).split('\n');
    const at = lines.findIndex((line) => line.includes('"space":"igb-mmio"') && /3072,/.test(line));
    lines[at] = lines[at].replace('"offset":3072', '"offset":3076');
    expect(replay(lines.join('\n')).readMismatches).toBeGreaterThan(0);
  });
});

test('one other bit in any read of a mailbox or of VF control is a mismatch', () => {
  const lines = TEXT.trim().split('\n');
  const reads = lines.flatMap((line, at) => {
    const { op, space, offset } = JSON.parse(line);
    const physical = space === 'igb-mmio' && offset >= 0x800 && offset < 0xc94;
    const virtual = space === 'igbvf-mmio' && (offset === 0xc40 || (offset & 0xfc0) === 0x800);
    return op === 'ior' && (physical || virtual) ? [at] : [];
  });
  const random = new Random(5);
  for (let n = 0; n < 12; n++) {
    const at = reads[random.below(reads.length)];
    const record = JSON.parse(lines[at]);
    record.value = (record.value ^ (1 << random.below(31))) >>> 0;
    const other = lines.with(at, JSON.stringify(record)).join('\n');
    const report = replay(other);
    expect(report.readMismatches).toBe(1);
    expect(report.first[0].line).toBe(at + 1);
  }
});

test('MSI-X tables by address: masked after a reset, what was written is read', () => {
  const access = (op: string, addr: number, value: number) =>
    JSON.stringify({ op, space: 'msix-table', addr, offset: addr & 0xfff, size: 4, value });
  const bar = JSON.stringify({
    op: 'cfgw',
    bdf: '01:00.0',
    offset: 0x190,
    size: 4,
    value: 0x8000_000c,
  });
  const vf1 = 0x8000_4000;
  const lines = [
    bar,
    access('ior', vf1 + 12, 1),
    access('iow', vf1 + 16, 0xfee00000),
    access('ior', vf1 + 16, 0xfee00000),
    access('ior', 0x8000_0010, 0),
    access('ior', 0x8000_000c, 0),
  ];
  const report = replay(lines.join('\n'));
  expect(report.vf.perRegister['VF MSI-X table']).toMatchObject({ reads: 4, mismatches: 1 });
  expect(report.first[0]).toMatchObject({ line: 6, recorded: '0x00000000', model: '0x00000001' });
});

test('accesses that no 82576 has are set aside, wherever they point', () => {
  const base = { op: 'ior', size: 4, value: 7 };
  const records = [
    { ...base, space: 'igbvf-mmio', addr: 2 ** 45, offset: 0 },
    { ...base, space: 'igb-mmio', addr: 0, offset: 2 ** 40 },
    { ...base, space: 'igb-mmio', addr: 0, offset: 3 },
    { ...base, space: 'msix-table', addr: 2 ** 50, offset: 2 ** 51 },
    { ...base, space: 'igb-mmio', addr: 0, offset: 8, size: 2 },
    { ...base, space: 'elsewhere', addr: 0, offset: 8 },
    { op: 'cfgw', bdf: '', offset: 0x168, size: 2, value: 1 },
    { op: 'cfgw', bdf: 'x', offset: 2 ** 41, size: 8, value: 1 },
    { op: 'cfgw', bdf: '01:00.0', offset: 0x170, size: 2, value: 60000 },
    { op: 'cfgw', bdf: '01:00.0', offset: 0x168, size: 2, value: 1 },
  ];
  const report = replay(records.map((record) => JSON.stringify(record)).join('\n'));
  expect(report.notCompared.map(({ what }) => what)).toContain("accesses of 'elsewhere'");
});
