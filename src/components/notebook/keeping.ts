import { throttle } from './dom.ts';
import { read, type Saved, write } from './store.ts';

/** Well under the second that may be lost: a busy page lets timers wait. */
const SAVE_MS = 300;

/** What keeping needs of the cell or exercise that it keeps. */
export interface Kept {
  say(words: string): void;
  /** The lesson's hash of the text, to see whether saved text was made from another. */
  currentHash(): Promise<string | undefined>;
}

/** What this browser keeps of one cell or exercise: read once, written soon after each change. */
export class Keeping {
  readonly name: string;
  readonly saved: Saved;
  #kept: Kept;
  #save = throttle(SAVE_MS, () => this.#write());

  constructor(name: string, kept: Kept) {
    this.name = name;
    this.#kept = kept;
    this.saved = read<Saved>(name) ?? {};
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.flush();
    });
  }

  /** Keeps a change, also while more of them keep coming; at once when the page goes. */
  keep(change: Partial<Saved>): void {
    Object.assign(this.saved, change);
    this.#save();
  }

  /** Keeps the reader's text, with the hash of the lesson's text that it was made from. */
  async keepText(text: string): Promise<void> {
    this.keep({ text });
    if (this.saved.hash) return;
    const hash = await this.#kept.currentHash().catch(() => undefined);
    if (hash && this.saved.text !== undefined && !this.saved.hash) this.keep({ hash });
  }

  flush(): void {
    this.#save.flush();
  }

  /** Text made from another text than the lesson now has stays, and the reader is told. */
  async compareWithLesson(): Promise<void> {
    const hash = await this.#kept.currentHash().catch(() => undefined);
    if (hash && this.saved.hash && hash !== this.saved.hash) {
      this.#kept.say(
        'The lesson changed since you edited this. Your text is kept; Reset takes the new one.',
      );
    }
  }

  #write(): void {
    for (const key of Object.keys(this.saved) as (keyof Saved)[]) {
      const value = this.saved[key];
      if (value === undefined || (typeof value === 'object' && Object.keys(value).length === 0))
        delete this.saved[key];
    }
    if (!write(this.name, this.saved))
      this.#kept.say('This browser does not keep your text: copy it before you leave.');
  }
}
