import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import counts from '../../../content/recordings/tulip21140.counts.json' with { type: 'json' };
import type { CapturedFrame } from '../../lab/pcap.ts';
import { captureBeside, readCapture, readText } from '../read-file.ts';
import {
  type BusRecord,
  type DmaRecord,
  parseRecording,
  type RegisterAccess,
} from '../recording.ts';
import { hasMismatch } from '../report.ts';
import { replayDec21140 } from './replay.ts';
import * as spec from './spec.ts';

const FILE = fileURLToPath(
  new URL('../../../content/recordings/tulip21140.bus.jsonl.gz', import.meta.url),
);
let records: BusRecord[];
let capture: CapturedFrame[];

beforeAll(() => {
  records = parseRecording(readText(FILE));
  capture = readCapture(captureBeside(FILE) ?? '');
});

describe('the recorded session of the Linux driver', () => {
  test('nearly all reads are compared, and nothing differs', () => {
    const report = replayDec21140(records, capture);
    expect(report.first).toEqual([]);
    expect(hasMismatch(report)).toBe(false);
    const { perRegister } = report;
    const reads = Object.values(perRegister).reduce((sum, one) => sum + one.reads, 0);
    expect([report.accesses, reads]).toEqual([21708, 12015]);
    expect(report.readsCompared / reads).toBeGreaterThanOrEqual(0.99);
    for (const name of ['CSR5', 'CSR6', 'CSR8'])
      expect(perRegister[name].compared / perRegister[name].reads).toBeGreaterThanOrEqual(0.95);
    expect(report.irqCompared).toBe(21708);
  });

  test('every transfer is compared and every frame of the capture is there', () => {
    const report = replayDec21140(records, capture);
    const transfers = records.filter((record) => /^dma/.test(record.op)).length;
    expect([report.dmaCompared, report.dmaMismatches]).toEqual([transfers, 0]);
    expect([report.framesTotal, report.framesDelivered]).toEqual([18, 18]);
    expect(report.capture).toEqual({
      frames: 18,
      matched: 18,
      sent: 9,
      received: 9,
      mismatches: 0,
    });
  });

  test('the counts that lessons show are those of the recording', () => {
    const counted: Record<string, { reads: number; writes: number }> = {};
    for (const { op, phase, offset } of records as RegisterAccess[]) {
      if (phase !== 'before-insmod' || !/^(io|cfg)[rw]$/.test(op)) continue;
      const name = op.startsWith('io') ? `CSR${offset >>> 3}` : 'configuration';
      counted[name] ??= { reads: 0, writes: 0 };
      counted[name][op.endsWith('r') ? 'reads' : 'writes']++;
    }
    expect(counts.registers).toEqual(counted);
  });

  test('what is set aside has a count and a reason', () => {
    const { notCompared, perRegister } = replayDec21140(records, capture);
    for (const { count, why } of notCompared) {
      expect(count).toBeGreaterThan(0);
      expect(why).not.toBe('');
    }
    const whole = notCompared.filter(({ what }) => what.startsWith('reads: '));
    const aside = whole.reduce((sum, { count }) => sum + count, 0);
    const all = Object.values(perRegister);
    const missing = all.reduce((sum, { reads, compared }) => sum + reads - compared, 0);
    expect(missing).toBe(aside);
  });
});

/** The record for which `is` holds, the `n`th of them. */
function find(is: (record: BusRecord) => boolean, n = 0): number {
  const found = records.flatMap((record, index) => (is(record) ? [index] : []));
  return found.at(n) ?? -1;
}

/** The recording with one record changed. */
function changed(index: number, change: (record: never) => object): BusRecord[] {
  expect(index).toBeGreaterThanOrEqual(0);
  const copy = records.slice();
  copy[index] = { ...copy[index], ...change(copy[index] as never) } as BusRecord;
  return copy;
}

const reads = (offset: number) => (record: BusRecord) =>
  record.op === 'ior' && record.offset === offset;
const flip =
  (bit: number) =>
  ({ value }: RegisterAccess) => ({ value: (value ^ (1 << bit)) >>> 0 });
const dma = (op: string, what: string) => (record: BusRecord) =>
  record.op === op && (record as DmaRecord).what === what;
const flipByte =
  (at: number, bits: number) =>
  ({ data }: DmaRecord) => ({ data: data.map((byte, n) => (n === at ? byte ^ bits : byte)) });

describe('one changed bit is a mismatch', () => {
  test.each([0, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])(
    'bit %d of each read of CSR5',
    (bit) => {
      for (const n of [0, 50, 98]) {
        const report = replayDec21140(changed(find(reads(spec.CSR5), n), flip(bit)));
        expect(report.perRegister.CSR5.mismatches).toBe(1);
        expect(Number(report.first[0].what.slice(-10)) & (1 << bit)).not.toBe(0);
      }
    },
  );

  test.each([1, 8])('TPS and RPS (bit %d) while the processes run', (bit) => {
    const report = replayDec21140(changed(find(reads(spec.CSR5), 40), flip(bit)));
    expect(report.perRegister.CSR5.mismatches).toBe(1);
  });

  test.each([0, 1, 6, 7, 9, 13, 18, 21, 25, 30])('bit %d of reads of CSR6', (bit) => {
    for (const n of [0, 1, 12, 25]) {
      const isReset = n === 1 && bit === 18;
      const report = replayDec21140(changed(find(reads(spec.CSR6), n), flip(bit)));
      if (!isReset) expect(report.perRegister.CSR6.mismatches).toBe(1);
    }
  });

  test.each([0, 15, 16, 28])('bit %d of reads of CSR8', (bit) => {
    const report = replayDec21140(changed(find(reads(spec.CSR8), 20), flip(bit)));
    expect(report.readMismatches).toBe(1);
  });

  test.each([0, 11, 14])('bit %d of reads of CSR9, which holds what was written', (bit) => {
    const report = replayDec21140(changed(find(reads(spec.CSR9), 5000), flip(bit)));
    expect(report.readMismatches).toBe(1);
  });

  test('data out of the serial ROM, in any of the reads of one bit', () => {
    const inWord = find((record) => reads(spec.CSR9)(record) && record.line > 370);
    for (const index of [inWord, inWord + 1]) {
      const [first] = records.slice(index).filter(reads(spec.CSR9));
      const report = replayDec21140(changed(records.indexOf(first), flip(3)));
      expect(report.readMismatches).toBe(1);
    }
  });

  test('a bit of a transceiver in one of the reads that show it', () => {
    const remark = find((record) => record.op === 'remark' && record.line > 9630);
    const data = records.findIndex((record, n) => n > remark + 8 && reads(spec.CSR9)(record));
    const report = replayDec21140(changed(data, flip(19)));
    expect(report.perRegister.CSR9.mismatches).toBe(1);
  });

  test('ownership and length of descriptors', () => {
    for (const [what, n, at, bits] of [
      ['tdes', 3, 3, 0x80],
      ['tdes', -1, 3, 0x80],
      ['rdes', 0, 3, 0x80],
      ['rdes', 4, 2, 1],
      ['rdes', 4, 1, 1],
      ['rdes', 4, 1, 0x80],
    ] as const) {
      const report = replayDec21140(changed(find(dma('dmaw', what), n), flipByte(at, bits)));
      expect(report.dmaMismatches).toBe(1);
      expect(hasMismatch(report)).toBe(true);
    }
  });

  test('an interrupt level', () => {
    const index = find((record) => record.op === 'irq', 20);
    const other = ({ level }: { level: boolean }) => ({ level: !level });
    const report = replayDec21140(changed(index, other));
    expect(report.irqMismatches).toBeGreaterThan(0);
  });

  test('a byte of a frame, sent or received, against the capture', () => {
    for (const [op, what] of [
      ['dmar', 'txbuf'],
      ['dmaw', 'rxbuf'],
    ]) {
      const report = replayDec21140(changed(find(dma(op, what), 3), flipByte(40, 1)), capture);
      expect(report.capture?.mismatches).toBe(1);
      expect(hasMismatch(report)).toBe(true);
    }
  });

  test('a byte of the capture', () => {
    const other = capture.map((frame, n) =>
      n === 7 ? { ...frame, bytes: frame.bytes.map((b, at) => (at === 30 ? b ^ 4 : b)) } : frame,
    );
    expect(hasMismatch(replayDec21140(records, other))).toBe(true);
  });

  test('the configured address of a base register', () => {
    const index = find((record) => record.op === 'cfgr' && record.offset === 0x10, -1);
    const report = replayDec21140(changed(index, flip(12)));
    expect(report.config.readMismatches).toBe(1);
    expect(hasMismatch(report)).toBe(true);
  });
});

describe('a device that does other transfers is found out', () => {
  test.each([
    ['dmaw', 'tdes', 2],
    ['dmaw', 'rdes', 1],
    ['dmaw', 'rxbuf', 1],
    ['dmar', 'txbuf', 1],
    ['dmar', 'setup', 1],
  ])('without a record of %s %s', (op, what, n) => {
    const copy = records.slice();
    copy.splice(find(dma(op, what), n), 1);
    const report = replayDec21140(copy);
    expect(hasMismatch(report)).toBe(true);
    expect(report.dmaMismatches).toBeGreaterThan(0);
  });

  test('a filter that lets the address of another station pass', () => {
    const index = find(dma('dmar', 'setup'), 3);
    const copy = records.map((record, n) =>
      n >= index && dma('dmar', 'setup')(record)
        ? ({ ...record, data: new Uint8Array(192).fill(0x55) } as BusRecord)
        : record,
    );
    const report = replayDec21140(copy);
    expect(report.framesDelivered).toBeLessThan(report.framesTotal);
  });
});
