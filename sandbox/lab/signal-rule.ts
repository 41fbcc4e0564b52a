import { Random } from '../machine/engine/random.ts';
import { HostMemory, PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND, Ring } from '../machine/vmbus/ring.ts';
import { UsageError } from './usage.ts';

/** The control page as the writer read it. */
export interface RingState {
  writeIndex: number;
  readIndex: number;
  interruptMask: number;
}

/**
 * The writer's signalling rule: whether it signals now. `before` was read before the packet was
 * published, `after` when it had been. The reader has gone on in between.
 */
export type SignalRule = (before: RingState, after: RingState) => boolean;

/** What `checkSignalRule` takes. */
export interface SignalCheckOptions {
  /** Schedules tried, 1 to 2000; 200 when left out. */
  schedules?: number;
  /** Packets in each, 1 to 500; 40 when left out. */
  packets?: number;
  seed?: number;
}

/** What became of a rule. */
export interface SignalCheckReport {
  packets: number;
  signals: number;
  /** Times that packets lay in the ring, the reader slept, and no signal was on its way. */
  lostWakeups: number;
  /** Signals to a reader that had masked them, or that had packets to take before this one. */
  needlessSignals: number;
}

/** The rule of VMBus: no mask, and the reader had taken all that was there before. */
export const VMBUS_RULE: SignalRule = (before, after) =>
  after.interruptMask === 0 && after.readIndex === before.writeIndex;

/** Words of each packet, descriptor included. */
const WORDS = DESCRIPTOR_WORDS + 8;

/**
 * Runs a signalling rule against random schedules: the steps of writer and reader follow each other in
 * every order that memory allows. A lost wake-up is counted and then repaired, so that the run goes on.
 * @throws UsageError for numbers out of range
 */
export function checkSignalRule(
  rule: SignalRule,
  { schedules = 200, packets = 40, seed = 1 }: SignalCheckOptions = {},
): SignalCheckReport {
  if (!(schedules >= 1 && schedules <= 2000 && packets >= 1 && packets <= 500))
    throw new UsageError('checkSignalRule: schedules are 1 to 2000, and packets 1 to 500');
  const random = new Random(seed);
  const report = { packets: 0, signals: 0, lostWakeups: 0, needlessSignals: 0 };
  for (let i = 0; i < schedules; i++) new Schedule(rule, random, report).run(packets);
  return report;
}

/** Writer and reader of one ring, a step of one or the other at a time. */
class Schedule {
  #writer: Ring;
  #reader: Ring;
  #rule: SignalRule;
  #random: Random;
  #report: SignalCheckReport;
  #left = 0;
  #phase: 'look' | 'publish' | 'decide' = 'look';
  #before: RingState = { writeIndex: 0, readIndex: 0, interruptMask: 0 };
  #readerState: 'asleep' | 'reading' | 'unmasked' = 'asleep';
  #signalled = false;
  #words = new Uint32Array(WORDS);
  #into = new Uint32Array(64);

  constructor(rule: SignalRule, random: Random, report: SignalCheckReport) {
    const host = new HostMemory(1);
    const pages = [PAGE_SIZE, 2 * PAGE_SIZE];
    this.#writer = new Ring(host, pages);
    this.#reader = new Ring(host, pages);
    this.#rule = rule;
    this.#random = random;
    this.#report = report;
  }

  run(packets: number): void {
    this.#left = packets;
    // How eager the writer is changes from schedule to schedule.
    const eagerness = 1 + (this.#random.next() % 7);
    while (this.#left > 0 || this.#phase !== 'look' || this.#waiting) {
      if (this.#random.next() % 8 < eagerness && (this.#left > 0 || this.#phase !== 'look'))
        this.#write();
      else this.#read();
      this.#repair();
    }
  }

  get #waiting(): boolean {
    return this.#readerState !== 'asleep' || this.#signalled || this.#reader.hasPackets;
  }

  get #state(): RingState {
    const { writeIndex, readIndex, masked } = this.#writer;
    return { writeIndex, readIndex, interruptMask: masked ? 1 : 0 };
  }

  #write(): void {
    if (this.#phase === 'look') {
      this.#before = this.#state;
      this.#phase = 'publish';
    } else if (this.#phase === 'publish') {
      if (this.#writer.write(this.#words, WORDS, PACKET_IN_BAND, 0, 0, this.#left) === 0) return;
      this.#left--;
      this.#report.packets++;
      this.#phase = 'decide';
    } else this.#decide();
  }

  #decide(): void {
    const after = this.#state;
    this.#phase = 'look';
    if (this.#rule({ ...this.#before }, { ...after }) !== true) return;
    this.#report.signals++;
    if (!VMBUS_RULE(this.#before, after)) this.#report.needlessSignals++;
    this.#signalled = true;
  }

  #read(): void {
    if (this.#readerState === 'asleep') {
      if (!this.#signalled) return;
      this.#signalled = false;
      this.#reader.masked = true;
      this.#readerState = 'reading';
    } else if (this.#readerState === 'reading') {
      if (this.#reader.read(this.#into) > 0) this.#reader.commit();
      else {
        this.#reader.masked = false;
        this.#readerState = 'unmasked';
      }
    } else {
      const more = this.#reader.hasPackets;
      if (more) this.#reader.masked = true;
      this.#readerState = more ? 'reading' : 'asleep';
    }
  }

  /** Packets are there, the reader sleeps, and the writer has decided: nobody will come. */
  #repair(): void {
    const asleep = this.#readerState === 'asleep' && !this.#signalled;
    if (!asleep || this.#phase === 'decide' || !this.#reader.hasPackets) return;
    this.#report.lostWakeups++;
    this.#signalled = true;
  }
}
