/** A text with its selection. */
export interface Moment {
  text: string;
  start: number;
  end: number;
}

const MOST = 500;
const PAUSE_MS = 800;

/** Undo and redo of a text field. Letters typed without a pause are one step. */
export class History {
  #past: Moment[] = [];
  #future: Moment[] = [];
  #now: Moment;
  #last = Number.NEGATIVE_INFINITY;

  constructor(text: string) {
    this.#now = { text, start: 0, end: 0 };
  }

  get text(): string {
    return this.#now.text;
  }

  /** `at` is a time in milliseconds; `alone` makes a step of its own in any case. */
  change(moment: Moment, at: number, alone: boolean): void {
    if (moment.text === this.#now.text) {
      this.#now = moment;
      return;
    }
    const joined = !alone && at - this.#last < PAUSE_MS && this.#past.length > 0;
    if (!joined) this.#past.push(this.#now);
    if (this.#past.length > MOST) this.#past.shift();
    this.#future = [];
    this.#now = moment;
    this.#last = alone ? Number.NEGATIVE_INFINITY : at;
  }

  undo(): Moment | undefined {
    return this.#step(this.#past, this.#future);
  }

  redo(): Moment | undefined {
    return this.#step(this.#future, this.#past);
  }

  #step(from: Moment[], to: Moment[]): Moment | undefined {
    const moment = from.pop();
    if (!moment) return undefined;
    to.push(this.#now);
    this.#now = moment;
    this.#last = Number.NEGATIVE_INFINITY;
    return moment;
  }
}
