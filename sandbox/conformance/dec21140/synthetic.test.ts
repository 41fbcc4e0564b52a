import { describe, expect, test } from 'vitest';
import { Random } from '../../machine/engine/random.ts';
import type { BusRecord } from '../recording.ts';
import { hasMismatch } from '../report.ts';
import { QuirkyRecorder } from './quirky-recorder.ts';
import { replayDec21140 } from './replay.ts';
import * as spec from './spec.ts';

const ALL = 0x1ebef;
const POLLING = 0x1e82f;
const STATION = Uint8Array.from([2, 0, 0, 1, 2, 3]);

function open(receive: number, transmit: number): QuirkyRecorder {
  const recorder = new QuirkyRecorder(STATION, receive, transmit);
  recorder.open(ALL);
  recorder.status();
  recorder.acknowledge(ALL | 0x18000);
  return recorder;
}

const aside = (records: BusRecord[], what: string): number =>
  replayDec21140(records).notCompared.find((one) => one.what.includes(what))?.count ?? 0;

describe('the receiver runs out of buffers', () => {
  test('all frames at once: the states agree again at the next read', () => {
    const recorder = open(4, 4);
    for (let n = 0; n < 7; n++) recorder.arrive();
    recorder.status();
    const report = replayDec21140(recorder.records);
    expect(report.first).toEqual([]);
    expect([report.framesTotal, report.framesDelivered]).toEqual([4, 4]);
    expect(aside(recorder.records, 'no-descriptor')).toBe(3);
  });

  test('a read between the last buffer and the frame that finds none', () => {
    const recorder = open(3, 3);
    for (let n = 0; n < 3; n++) recorder.arrive();
    recorder.acknowledge(0x10040);
    recorder.status();
    recorder.arrive();
    recorder.status();
    recorder.acknowledge(0x180c0);
    recorder.refill(3);
    recorder.arrive();
    recorder.status();
    expect(replayDec21140(recorder.records).first).toEqual([]);
    expect(aside(recorder.records, 'RU, AIS and RS around an overrun')).toBe(1);
    expect(aside(recorder.records, 'interrupt levels')).toBeGreaterThan(0);
  });

  test('what has nothing to do with it is compared as before', () => {
    const recorder = open(3, 3);
    for (let n = 0; n < 3; n++) recorder.arrive();
    recorder.status();
    recorder.arrive();
    for (const bit of [0, 2, 6, 11, 16, 20, 22]) {
      const records = recorder.records.map((record, n) =>
        record.op === 'ior' && n > 20 ? { ...record, value: record.value ^ (1 << bit) } : record,
      );
      expect(replayDec21140(records).readMismatches).toBe(1);
    }
  });

  test('a ring that is refilled in time never suspends the model', () => {
    const recorder = open(3, 3);
    for (let n = 0; n < 20; n++) {
      recorder.arrive();
      recorder.status();
      recorder.acknowledge(0x10040);
      recorder.refill(1);
    }
    expect(replayDec21140(recorder.records).first).toEqual([]);
    expect(aside(recorder.records, 'overrun')).toBe(0);
  });
});

test('a ring of two, gone round within one poll demand after another', () => {
  const recorder = open(2, 2);
  for (let n = 0; n < 9; n++) {
    recorder.send(1);
    recorder.status();
  }
  const report = replayDec21140(recorder.records);
  expect(report.first).toEqual([]);
  expect(report.framesDelivered).toBe(9);
});

/** A driver that does anything it may, in any order. */
function scramble(seed: number): BusRecord[] {
  const random = new Random(seed);
  const pick = (count: number) => random.below(count);
  const mac = Uint8Array.from([2, pick(256), pick(256), pick(256), 5, 6]);
  const recorder = new QuirkyRecorder(mac, 2 + pick(6), 2 + pick(6));
  const masks = [ALL, POLLING, 0];
  const choices = [
    () => recorder.send(1 + pick(recorder.transmit.descriptors.length - 1)),
    () => recorder.send(1),
    () => repeat(pick(10), () => recorder.arrive()),
    () => recorder.arrive(),
    () => recorder.status(),
    () => recorder.status(),
    () => recorder.acknowledge([0x10004, 0xc0, ALL, 0x8080][pick(4)]),
    () => recorder.refill(1 + pick(8)),
    () => recorder.refill(1),
    () => recorder.operate(0x02002002),
  ];
  recorder.open(masks[pick(3)]);
  for (let n = 0; n < 80; n++) {
    if (pick(40) > 0) choices[pick(choices.length)]();
    else {
      recorder.close();
      recorder.open(masks[pick(3)]);
    }
  }
  recorder.status();
  return recorder.records;
}

function repeat(count: number, action: () => void): void {
  for (let n = 0; n < count; n++) action();
}

test('property: any traffic of the recorded device replays without a difference', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const report = replayDec21140(scramble(seed));
    expect(report.first, `seed ${seed}`).toEqual([]);
    expect(hasMismatch(report)).toBe(false);
  }
});

test('property: one other bit of its status or of ownership is noticed', () => {
  const random = new Random(7);
  for (let seed = 101; seed <= 180; seed++) {
    const records = scramble(seed);
    const chosen = records.flatMap((record, n) =>
      record.op === 'ior' || (record.op === 'dmaw' && record.what !== 'rxbuf') ? [n] : [],
    );
    const index = chosen[random.below(chosen.length)];
    records[index] = disturb(records[index], random);
    expect(hasMismatch(replayDec21140(records)), `seed ${seed}, record ${index}`).toBe(true);
  }
});

function disturb(record: BusRecord, random: Random): BusRecord {
  if (record.op === 'ior') {
    const bits = [0, 2, 3, 5, 6, 9, 11, 16, 20, 21, 22];
    return { ...record, value: (record.value ^ (1 << bits[random.below(bits.length)])) >>> 0 };
  }
  if (record.op !== 'dmaw') return record;
  const data = record.data.slice();
  data[3] ^= 0x80;
  return { ...record, data };
}

test('a reset value that is neither the recorded nor the real one is a mismatch', () => {
  const recorder = open(2, 2);
  const read = { line: 1, time: 0, phase: '', op: 'ior' as const, offset: spec.CSR7, size: 4 };
  expect(replayDec21140([{ ...read, value: 0xf3fe0000 }, ...recorder.records]).first).toEqual([]);
  expect(replayDec21140([{ ...read, value: 0xf3fe0001 }, ...recorder.records]).readMismatches).toBe(
    1,
  );
});

test('property: a damaged recording is judged or refused, whatever its numbers', () => {
  const random = new Random(9);
  const fields = ['offset', 'size', 'value', 'address', 'length'];
  for (let seed = 201; seed <= 260; seed++) {
    const records = scramble(seed).map((record) => {
      if (random.below(30) > 0) return record;
      const name = fields[random.below(fields.length)];
      if (!(name in record)) return record;
      const number = [0, 4, 8, 0x40, 0xffffffff, 2 ** 40, random.next()][random.below(7)];
      return { ...record, [name]: name === 'size' ? 2 : number };
    });
    const report = replayDec21140(records);
    expect(report.accesses).toBeGreaterThan(0);
  }
});
