import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Happening } from './happening.ts';
import { parseMac } from './mac.ts';
import { PricedMachine } from './pricing.ts';
import type { StreamLine } from './protocol.ts';
import { readSession } from './recorded.ts';
import { AccessStream } from './stream.ts';

const RECORDING = new URL('../../content/recordings/tulip21140.bus.jsonl.gz', import.meta.url);
const text = gunzipSync(readFileSync(RECORDING)).toString();
const session = readSession(text);

const CSR6 = 0x30;
const START_TRANSMIT = 1 << 13;

/**
 * Rises of the interrupt pin in each phase, as they were recorded. One habit of the recorded device is
 * left out, as in replays: it looks at its ring, and interrupts, at each write of CSR6 while it runs.
 */
function recordedInterrupts(): Record<string, number> {
  const counts: Record<string, number> = {};
  let [level, operation, isHabit] = [0, 0, false];
  for (const line of text.trim().split('\n')) {
    const record = JSON.parse(line);
    if (/^(io|cfg)/.test(record.op)) isHabit = false;
    if (record.op === 'iow' && record.offset === CSR6) {
      isHabit = (operation & record.value & START_TRANSMIT) !== 0;
      operation = record.value;
    }
    if (record.op !== 'irq') continue;
    if (record.level > level && !isHabit) counts[record.phase] = (counts[record.phase] ?? 0) + 1;
    level = record.level;
  }
  return counts;
}

describe('a recorded session', () => {
  it('holds the accesses of the recording; configuration space is reached by two ports', () => {
    const count = (op: string) => text.split(`"op":"${op}"`).length - 1;
    const accesses = session.happenings.filter(({ kind }) => kind === 'access');
    const registers = count('ior') + count('iow');
    expect(registers).toBeGreaterThan(20_000);
    expect(accesses).toHaveLength(registers + 2 * (count('cfgr') + count('cfgw')));
    expect(session.macAddress).toBe('00:15:5d:01:02:03');
  });

  it('interrupts the guest as often as the recorded device did, phase by phase', () => {
    const machine = new PricedMachine('nehalem-2008r2', parseMac(session.macAddress));
    const counts: Record<string, number> = {};
    let phase = '';
    let before = 0;
    for (const one of session.happenings) {
      machine.let(one);
      if (one.kind === 'mark') phase = one.name;
      const { interrupts } = machine.guest.ledger;
      if (interrupts > before) counts[phase] = (counts[phase] ?? 0) + interrupts - before;
      before = interrupts;
    }
    expect(counts).toEqual(recordedInterrupts());
  });

  it('counts the same at all prices, and costs less on newer machines', () => {
    const probe = session.happenings.slice(0, 4000);
    const bills = ['nehalem-2008r2', 'skylake-2017'].map((profile) => {
      const machine = new PricedMachine(profile, parseMac(session.macAddress));
      for (const one of probe) machine.let(one);
      return { ...machine.price(), exits: machine.guest.ledger.ioExits };
    });
    const [old, recent] = bills;
    expect(recent?.accesses).toBe(old?.accesses);
    expect(recent?.exits).toBe(old?.exits);
    expect(old?.exits).toBe(old?.accesses);
    expect(recent?.waited).toBeLessThan(old?.waited ?? 0);
    expect(old?.cycles.every((cycles, who) => who < 2 || cycles > 0)).toBe(true);
  });
});

describe('the stream', () => {
  const lines = streamOf(session.happenings);

  it('shows every access once', () => {
    const accesses = session.happenings.filter(({ kind }) => kind === 'access');
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(accesses.length);
  });

  it('makes words of what moves the serial lines', () => {
    const words = lines.filter(({ meaning }) => meaning.startsWith('SROM word'));
    expect(words).toHaveLength(63);
    expect(words.every(({ count }) => count === 140)).toBe(true);
    const bytes = words
      .slice(10, 13)
      .flatMap(({ value }) => [Number(value) & 255, Number(value) >> 8]);
    expect(bytes).toEqual([0x00, 0x15, 0x5d, 1, 2, 3]);
  });

  it('reads the words that go over MII management', () => {
    const management = text.split('\n').filter((line) => line.includes('"op":"mii"'));
    const recorded = management.map((line) =>
      JSON.parse(line).msg.match(/reg 0x(\w+) data 0x(\w+)/),
    );
    const seen = lines.filter(({ meaning }) => meaning.startsWith('PHY'));
    const register = ({ meaning }: StreamLine) => Number(/register (\d+)/.exec(meaning)?.[1]);
    expect(seen.map(register)).toEqual(recorded.map((match) => Number.parseInt(match[1], 16)));
    expect(seen.some(({ value, write }) => write && value === '0x01e1')).toBe(true);
  });

  it('leaves lines out that nobody can read in time, and counts them', () => {
    const stream = new AccessStream();
    for (const one of session.happenings) if (one.kind === 'access') stream.push(one, 0xc000);
    const shown = stream.take(true);
    expect(shown.length).toBeLessThanOrEqual(400);
    expect(stream.unseen).toBe(lines.length - shown.length);
  });
});

function streamOf(happenings: readonly Happening[]): StreamLine[] {
  const stream = new AccessStream();
  const lines: StreamLine[] = [];
  for (const one of happenings) {
    if (one.kind !== 'access') continue;
    stream.push(one, 0xc000);
    lines.push(...stream.take());
  }
  return [...lines, ...stream.take(true)];
}
