import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatRequesterId, parseRequesterId } from '../../machine/bus/pci/requester-id.ts';
import { type BusRecord, type ConfigurationAccess, parseRecording } from '../recording.ts';
import { replayConfiguration } from './configuration-replay.ts';

const RECORDING = new URL(
  '../../../content/recordings/sriov/igb.raw-trace.jsonl.gz',
  import.meta.url,
);
const recorded = parseRecording(
  gunzipSync(readFileSync(fileURLToPath(RECORDING))).toString('utf8'),
);
const isAccess = (record: BusRecord): record is ConfigurationAccess => /^cfg/.test(record.op);
const accesses = recorded.filter(isAccess);

/** The recording with some of its accesses changed. */
function changed(change: (access: ConfigurationAccess) => ConfigurationAccess): BusRecord[] {
  return recorded.map((record) => (isAccess(record) ? change(record) : record));
}

/** An access in the writing of the recording. */
function access(op: 'cfgr' | 'cfgw', bdf: string, offset: number, size: number, value: number) {
  return { op, bdf, offset, size, value, line: 0, time: 0, phase: '' };
}

describe('the recording of igb and igbvf', () => {
  const report = replayConfiguration(recorded);

  test('every read is compared, and equal', () => {
    expect(report.compared).toBe(accesses.filter(({ op }) => op === 'cfgr').length);
    expect([report.mismatches, report.first]).toEqual([0, []]);
    const figures = Object.values(report.perRegister);
    expect(figures.reduce((sum, { reads }) => sum + reads, 0)).toBe(report.compared);
    expect(report.perRegister['pf SR-IOV+10']).toEqual({
      ...{ reads: 9, compared: 9, mismatches: 0, mask: 'ffffffff' },
    });
  });

  test('bits set aside are those of the link and of section 11, each with its reason', () => {
    const kinds = report.notCompared.map(({ what }) => what.replace(/^.*: (pf|vf) /, '$1 '));
    expect(kinds.sort()).toEqual([
      ...['pf device control', 'pf link capabilities: speed, width'],
      ...['pf link status: speed, width', 'vf command of a virtual function: memory, INTx disable'],
      ...['vf link capabilities: speed, width', 'vf link status: speed, width'],
    ]);
    for (const { why } of report.notCompared) expect(why).toMatch(/section 11\.4|parameter/);
  });
});

describe('another machine', () => {
  test('other bus numbers and addresses', () => {
    const moved = changed((one) => ({
      ...one,
      bdf: formatRequesterId(parseRequesterId(one.bdf) + 0x0600),
      value:
        [0x184, 0x190].includes(one.offset) && one.value > 0xfe000000 && one.value < 0xff000000
          ? one.value - 0x10000000
          : one.value,
    }));
    const report = replayConfiguration(moved);
    expect([report.mismatches, report.compared]).toEqual([0, 7992]);
  });

  test('another number of virtual functions, and of them in total', () => {
    const records = [
      access('cfgr', '02:00.0', 0, 4, 0x10c98086),
      access('cfgr', '02:00.0', 0x16e, 2, 7),
      access('cfgw', '02:00.0', 0x168, 2, 0x10),
      access('cfgw', '02:00.0', 0x170, 2, 7),
      access('cfgw', '02:00.0', 0x168, 2, 0x19),
      ...Array.from({ length: 7 }, (_, n) =>
        access('cfgr', formatRequesterId(0x0280 + 2 * n), 0x70, 4, 0x00020011),
      ),
      access('cfgr', '02:11.6', 0x70, 4, 0xffffffff),
    ];
    const report = replayConfiguration(records);
    expect([report.compared, report.mismatches, report.notCompared]).toEqual([10, 0, []]);
  });

  test('two ports of one card, each with functions of its own', () => {
    const records = ['03:00.0', '03:00.1'].flatMap((bdf, n) => [
      access('cfgr', bdf, 0, 4, 0x10c98086),
      access('cfgw', bdf, 0x168, 2, 0x10),
      access('cfgw', bdf, 0x170, 2, 2),
      access('cfgw', bdf, 0x168, 2, 0x19),
      access('cfgr', `03:10.${n + 2}`, 0x34, 1, 0xa0),
    ]);
    expect(replayConfiguration(records)).toMatchObject({ compared: 4, mismatches: 0 });
  });

  test('a device that is no network controller is listed and not compared', () => {
    const records = [
      access('cfgr', '00:01.0', 0, 4, 0x34088086),
      access('cfgr', '00:01.0', 8, 4, 0x06040022),
      access('cfgr', '01:00.0', 0, 4, 0x10c98086),
    ];
    const report = replayConfiguration(records);
    expect(report.compared).toBe(1);
    expect(report.notCompared).toMatchObject([{ what: 'reads of 00:01.0', count: 2 }]);
  });

  test('what was set before the recording began is taken over, and said', () => {
    const records = [
      access('cfgr', '01:00.0', 0, 4, 0x10c98086),
      access('cfgr', '01:00.0', 0x10, 4, 0xfe600000),
      access('cfgr', '01:00.0', 0x10, 4, 0xfe600000),
      access('cfgr', '01:00.0', 0x12, 2, 0xfe60),
    ];
    const report = replayConfiguration(records);
    expect([report.compared, report.mismatches]).toEqual([3, 0]);
    expect(report.notCompared).toMatchObject([{ count: 1 }]);
  });
});

describe('a recording that is not of this device', () => {
  test('each changed read shows, with its line', () => {
    const wrong = accesses.filter(
      ({ op, offset, bdf }) => op === 'cfgr' && bdf === '01:10.2' && offset === 0x78,
    );
    const report = replayConfiguration(
      changed((one) => (wrong.includes(one) ? { ...one, value: one.value ^ 0x1000 } : one)),
    );
    expect(report.mismatches).toBe(wrong.length);
    expect(report.first[0]).toMatchObject({ line: wrong[0].line, recorded: '00003003' });
    expect(report.perRegister['vf MSI-X+08'].mismatches).toBe(wrong.length);
  });

  test('a read-only bit is never taken over', () => {
    const records = [
      access('cfgr', '01:00.0', 0, 4, 0x10c98086),
      access('cfgr', '01:00.0', 0xa4, 4, 0),
    ];
    expect(replayConfiguration(records).mismatches).toBe(1);
  });

  test('a deviation excuses its own bits only', () => {
    const records = [
      access('cfgr', '01:00.0', 0, 4, 0x10c98086),
      access('cfgr', '01:00.0', 0xac, 4, 0x00000411),
      access('cfgr', '01:00.0', 0xac, 4, 0x00001411),
      access('cfgr', '01:00.0', 0xb2, 2, 0x4011),
      access('cfgr', '01:00.0', 0x04, 2, 0x0002),
      access('cfgw', '01:00.0', 0x04, 2, 0x0000),
      access('cfgr', '01:00.0', 0x04, 2, 0x0002),
    ];
    expect(replayConfiguration(records).mismatches).toBe(3);
  });

  test('a hundred thousand damaged records throw nothing', () => {
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    const records = Array.from({ length: 100_000 }, () =>
      access(
        random(2) === 0 ? 'cfgr' : 'cfgw',
        ['01:00.0', '01:10.0', '', 'ff:1f.7', '01:10.9'][random(5)],
        random(5000),
        [1, 2, 4, 8][random(4)],
        random(2 ** 24) * random(256),
      ),
    );
    const report = replayConfiguration([access('cfgr', '01:00.0', 0, 4, 0x10c98086), ...records]);
    expect(report.first.length).toBeLessThanOrEqual(20);
  });
});
