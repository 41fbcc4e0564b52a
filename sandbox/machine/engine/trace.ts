/**
 * What happened: a hash over every event, always, and, when it is switched on, a ring of steps.
 *
 * The hash is 64 bits in two halves, mixed with 32-bit integer operations only, so it is the same in
 * every engine. The shift brings high bits down, which a multiplication alone never does. A step says who was doing what from when to when; the ring keeps the latest ones.
 */
export class Trace {
  /** Whether steps are recorded. The hash is kept in any case. */
  recording = false;
  /** Steps recorded since the start; the ring holds the last `capacity` of them. */
  steps = 0;
  /** Gets each step as it is recorded, with the place it happened at. */
  onStep: PlacedStepVisitor | undefined;
  #low = 0x811c9dc5 | 0;
  #high = 0x9e3779b9 | 0;
  #capacity: number;
  #start: Float64Array;
  #end: Float64Array;
  #who: Uint8Array;
  #what: Uint16Array;
  #details: (string | undefined)[];
  #bytes: (string | undefined)[];

  /** @param capacity steps that the ring holds */
  constructor(capacity = 0) {
    this.#capacity = capacity;
    this.#start = new Float64Array(capacity);
    this.#end = new Float64Array(capacity);
    this.#who = new Uint8Array(capacity);
    this.#what = new Uint16Array(capacity);
    this.#details = new Array(capacity);
    this.#bytes = new Array(capacity);
    this.recording = capacity > 0;
  }

  /** Mixes an event into the hash: its time in picoseconds, the timer's slot and its argument. */
  event(time: number, slot: number, arg: number): void {
    const high = Math.floor(time * 2 ** -32);
    const low = (time - high * 4294967296) | 0;
    const mixed = (Math.imul(this.#low ^ low, 0x01000193) + slot) | 0;
    this.#low = mixed ^ (mixed >>> 15);
    this.#high = (Math.imul(this.#high ^ (this.#low >>> 15) ^ (arg | 0), 0x85ebca6b) + high) | 0;
  }

  /** Mixes a number of software or device state into the hash. */
  mix(value: number): void {
    const mixed = Math.imul(this.#low ^ (value | 0), 0x01000193);
    this.#low = mixed ^ (mixed >>> 15);
    this.#high = Math.imul(this.#high ^ mixed, 0x85ebca6b);
  }

  /** The hash as 16 hexadecimal digits. */
  get hash(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }

  /**
   * Records a step; times in picoseconds, `who` and `what` as the ledger numbers them, `bytes` in hex.
   * `place` says which one of several it was, such as `vm 1`, `function 2` or `line in`.
   */
  step(
    who: number,
    what: number,
    start: number,
    end: number,
    detail?: string,
    bytes?: string,
    place?: string,
  ): void {
    if (!this.recording) return;
    this.onStep?.(who, what, start, end, detail, bytes, place);
    if (this.#capacity === 0) return;
    const at = this.steps++ % this.#capacity;
    this.#start[at] = start;
    this.#end[at] = end;
    this.#who[at] = who;
    this.#what[at] = what;
    this.#details[at] = detail;
    this.#bytes[at] = bytes;
  }

  /** Calls `visit` with the steps the ring still holds, oldest first. */
  forEach(visit: StepVisitor): void {
    const first = Math.max(0, this.steps - this.#capacity);
    for (let i = first; i < this.steps; i++) {
      const at = i % this.#capacity;
      visit(
        this.#who[at],
        this.#what[at],
        this.#start[at],
        this.#end[at],
        this.#details[at],
        this.#bytes[at],
      );
    }
  }
}

/** Gets a step: who, what, start and end in picoseconds, and what was noted with it. */
export type StepVisitor = (
  who: number,
  what: number,
  start: number,
  end: number,
  detail?: string,
  bytes?: string,
) => void;

/** The same with the place of the step, for who listens while it happens. */
export type PlacedStepVisitor = (
  ...step: [...step: Parameters<StepVisitor>, place: string | undefined]
) => void;
