import { fetchWhole, unpacked } from './fetching.ts';
import type { Happening } from './happening.ts';
import { parseMac } from './mac.ts';
import { PricedMachine } from './pricing.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { type RecordedSession, readSession } from './recorded.ts';
import { AccessStream } from './stream.ts';

type Start = Extract<ToWorker, { type: 'start' }>;

/** Milliseconds between reports while it plays. */
const TICK = 100;

/** A recorded session: the same driver's accesses, from a list instead of a live guest. */
export class RecordedPlayer {
  #post: (message: FromWorker) => void;
  #session: RecordedSession = { happenings: [], macAddress: '' };
  #accesses = 0;
  #phases: { name: string; start: number }[] = [];
  #profile = '';
  #machine!: PricedMachine;
  #stream = new AccessStream();
  /** Next happening, and the phase that it is in. */
  #at = 0;
  #phase = -1;
  #playing: ReturnType<typeof setInterval> | undefined;
  #anew = false;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  async start({ files, profile }: Start): Promise<void> {
    const began = performance.now();
    const packed = await fetchWhole(new URL(files.recording ?? ''), () => {});
    this.#session = readSession(new TextDecoder().decode(await unpacked(packed)));
    this.#profile = profile;
    this.#index();
    this.#rewind();
    this.#post({ type: 'ready', milliseconds: performance.now() - began });
    this.#report();
  }

  /** @param perSecond accesses in a second */
  play(perSecond: number): void {
    this.pause();
    if (this.#at >= this.#session.happenings.length) this.#rewind();
    this.#playing = setInterval(() => {
      this.#advance(Math.max(1, Math.round((perSecond * TICK) / 1000)));
      if (this.#at >= this.#session.happenings.length) this.pause();
      this.#report();
    }, TICK);
    this.#report();
  }

  pause(): void {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#report();
  }

  /** One line further: an access, or a word of CSR9 with all of its accesses. */
  step(): void {
    this.pause();
    const end = this.#session.happenings.length;
    let lines = this.#stream.take();
    while (lines.length === 0 && this.#at < end) {
      this.#advance(1);
      lines = this.#stream.take(this.#at >= end);
    }
    this.#report(lines);
  }

  /** To where a phase begins, with the bill of all before it. */
  jump(phase: number): void {
    this.pause();
    const start = this.#phases[phase]?.start ?? 0;
    if (start < this.#at) this.#rewind();
    this.#anew = true;
    while (this.#at <= start) this.#let(this.#session.happenings[this.#at++]);
    this.#stream.skip();
    this.#report();
  }

  setProfile(profile: string): void {
    this.#profile = profile;
    const until = this.#at;
    this.#machine = this.#newMachine();
    for (let i = 0; i < until; i++) this.#machine.let(this.#session.happenings[i]);
    this.#report();
  }

  #index(): void {
    const phases: { name: string; accesses: number }[] = [];
    for (const [i, one] of this.#session.happenings.entries()) {
      if (one.kind === 'mark') {
        this.#phases.push({ name: one.name, start: i });
        phases.push({ name: one.name, accesses: 0 });
      }
      const last = phases.at(-1);
      if (one.kind !== 'access') continue;
      this.#accesses++;
      if (last) last.accesses++;
    }
    this.#post({ type: 'phases', phases });
  }

  #rewind(): void {
    this.#machine = this.#newMachine();
    this.#stream = new AccessStream();
    this.#at = 0;
    this.#phase = -1;
    this.#anew = true;
  }

  #newMachine(): PricedMachine {
    return new PricedMachine(this.#profile, parseMac(this.#session.macAddress));
  }

  #advance(accesses: number): void {
    const goal = this.#stream.total + accesses;
    const { happenings } = this.#session;
    while (this.#stream.total < goal && this.#at < happenings.length)
      this.#let(happenings[this.#at++]);
  }

  #let(one: Happening): void {
    this.#machine.let(one);
    if (one.kind === 'access') this.#stream.push(one, this.#machine.base);
    if (one.kind === 'mark') this.#phase++;
  }

  #report(lines = this.#stream.take(this.#at >= this.#session.happenings.length)): void {
    const { total, byRegister, unseen } = this.#stream;
    const anew = this.#anew;
    this.#anew = false;
    this.#post({
      type: 'update',
      lines,
      unseen,
      exits: total,
      byRegister: [...byRegister],
      price: this.#machine.price(),
      position: {
        access: total,
        accesses: this.#accesses,
        phase: this.#phase,
        playing: this.#playing !== undefined,
      },
      anew,
    });
  }
}
