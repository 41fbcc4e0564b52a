import { keep, putAside, read, stamp, text, textOf, watch } from '../store/index.ts';
import { asSaved } from '../store/saved.ts';
import { dropUndo, offerUndo, snapshot } from '../store/undo.ts';
import { throttle } from './dom.ts';
import { orphanOf, slotOf } from './rival.ts';
import type { Saved } from './store.ts';

/** Well under the second that may be lost: a busy page lets timers wait. */
const SAVE_MS = 200;

/** What keeping needs of the cell or exercise that it keeps. */
export interface Kept {
  element: HTMLElement;
  /** The lesson's own text. */
  original(): string;
  say(words: string): void;
  /** The lesson's hash of the text, to see whether saved text was made from another. */
  currentHash(): Promise<string | undefined>;
  /** Shows what is kept, after it changed by another hand. */
  show(before: Saved): void;
}

/**
 * What this browser keeps of one cell or exercise: read once, written soon after each change. A later version
 * made elsewhere is shown; a rival one, made by a tab that did not know of this one's, is the reader's choice.
 */
export class Keeping {
  readonly name: string;
  saved: Saved = {};
  #kept: Kept;
  #save = throttle(SAVE_MS, () => this.#write());
  /** The text that this tab last read or wrote. */
  #last: string | null = null;
  /** When this tab last wrote it, 0 where it has not since it took another's version; which one that was. */
  #own = 0;
  #seen = 0;
  /** There is a rival: what is changed here goes to a place of its own until the reader has chosen. */
  #rival = false;

  constructor(name: string, kept: Kept) {
    this.name = name;
    this.#kept = kept;
    this.#take();
    watch((changed, source) => {
      if (changed !== name || text(name) === this.#last) return;
      if (source === 'tab') this.#heard('Changed in another tab.');
      else if (source === 'recovered') this.#heard('What you typed last was found again.');
      else this.#adopt();
    });
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.flush();
    });
    void orphanOf(name).then((orphan) => {
      if (!orphan || this.#save.waiting()) return;
      const before = this.saved;
      this.#contest(orphan.saved);
      keep(orphan.slot, null);
      kept.show(before);
    });
  }

  /** Keeps a change, also while more of them keep coming; at once when the page goes. */
  keep(change: Partial<Saved>): void {
    const parts = Object.entries(change) as [keyof Saved, unknown][];
    const changed = parts.filter(([key, part]) => textOf(part) !== textOf(this.saved[key]));
    if (changed.length === 0) return;
    if (changed.some(([key]) => key === 'text' || key === 'files')) dropUndo();
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

  /** What is kept now; the function it answers offers the way back to it, once it has changed. */
  wayBack(): (words: string) => void {
    this.flush();
    const before = snapshot([this.name]);
    return (words) => {
      this.flush();
      if (text(this.name) !== before[this.name]) offerUndo(words, before);
    };
  }

  /** Text made from another text than the lesson now has stays until the reader decides. */
  async compareWithLesson(): Promise<void> {
    const hash = await this.#kept.currentHash().catch(() => undefined);
    const { text: mine, hash: madeFrom } = this.saved;
    if (!hash || !madeFrom || hash === madeFrom || mine === undefined) return;
    const { askUpgrade } = await import('./choice.ts');
    const texts = () => ({ mine: this.saved.text ?? mine, theirs: this.#kept.original() });
    askUpgrade(this.#kept.element, texts, (takesNew) => {
      if (!takesNew) {
        this.#kept.say('Your text is kept.');
        return this.keep({ hash });
      }
      const offer = this.wayBack();
      this.#change({ text: undefined, hash: undefined });
      offer('This is the new text of the lesson.');
      this.#kept.say('');
    });
    this.#kept.say('The lesson changed since you edited this. Your text is kept until you choose.');
  }

  #write(): void {
    const found = textOf(this.#clean());
    if (this.#rival) return void keep(slotOf(this.name), found);
    if (text(this.name) !== this.#last) return this.#heard('Changed in another tab.');
    if (found === this.#last) return;
    this.#own = Math.max(Date.now(), stamp(this.name).when + 1);
    this.#last = found;
    keep(this.name, found, { when: this.#own, seen: this.#seen });
  }

  #clean(): Saved {
    const full = Object.entries(this.saved).filter(([, part]) => textOf(part) !== null);
    return Object.fromEntries(full);
  }

  /** Another tab, or what a killed browser had still written, has another version. */
  #heard(words: string): void {
    const mine = this.#clean();
    const waiting = this.#save.waiting() || this.#rival;
    if (waiting || stamp(this.name).seen < this.#own) return this.#contest(mine);
    this.#adopt();
    this.#kept.say(words);
  }

  /** Keeps `mine` apart from what stands under the name, and asks which of them shall stay. */
  #contest(mine: Saved): void {
    const { saved: theirs } = asSaved(read(this.name));
    if (mine.text === theirs.text && textOf(mine.files) === textOf(theirs.files)) {
      this.#endContest();
      this.#adopt();
      return this.keep(progressOf(mine, theirs));
    }
    this.#save.cancel();
    this.#rival = true;
    this.saved = { ...mine, ...progressOf(mine, theirs) };
    keep(slotOf(this.name), textOf(this.saved));
    void import('./choice.ts').then(({ askRival }) => {
      if (this.#rival)
        askRival(
          this.#kept.element,
          () => this.#rivals(),
          (takes) => this.#choose(takes),
        );
    });
    this.#kept.say('This was also changed in another tab. Both are kept until you choose.');
  }

  #rivals(): { mine: string; theirs: string } {
    const original = this.#kept.original();
    const { saved } = asSaved(read(this.name));
    return { mine: this.saved.text ?? original, theirs: saved.text ?? original };
  }

  #endContest(): void {
    this.#save.cancel();
    if (!this.#rival) return;
    this.#rival = false;
    keep(slotOf(this.name), null);
    this.#kept.element.querySelector('.kept-rival')?.remove();
  }

  #choose(takesOther: boolean): void {
    const mine = this.#clean();
    this.#endContest();
    if (!takesOther) {
      this.#take();
      this.saved = mine;
      this.#write();
      this.#kept.say('This text is kept, here and in the other tab.');
      return this.#kept.show(mine);
    }
    this.#adopt();
    this.#kept.say('');
    offerUndo('This is the text of the other tab.', { [this.name]: textOf(mine) });
  }

  #adopt(): void {
    const before = this.saved;
    this.#endContest();
    this.#take();
    this.#kept.show(before);
  }

  #change(change: Partial<Saved>): void {
    const before = this.saved;
    this.saved = { ...before };
    this.keep(change);
    this.flush();
    this.#kept.show(before);
  }

  /** Reads what stands under the name. What has not the right shape is put aside, the rest is used. */
  #take(): void {
    const { saved, sound } = asSaved(read(this.name));
    const found = text(this.name);
    this.#last = found;
    this.saved = saved;
    this.#own = 0;
    this.#seen = stamp(this.name).when;
    if (sound || found === null) return;
    putAside(this.name, found);
    this.#last = textOf(this.#clean());
    keep(this.name, this.#last);
  }
}

/** What a reader has reached in either of two versions. */
function progressOf(mine: Saved, theirs: Saved): Partial<Saved> {
  const hints = Math.max(mine.hints ?? 0, theirs.hints ?? 0);
  return {
    ...(hints > 0 ? { hints } : {}),
    ...(mine.passed || theirs.passed ? { passed: true } : {}),
  };
}
