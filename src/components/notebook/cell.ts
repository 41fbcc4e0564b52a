import type { KnobValue, RunError } from '../../../sandbox/runner/index.ts';
import { debounce, part } from './dom.ts';
import { Knobs } from './knobs.ts';
import { chooseMachineFile } from './machine.ts';
import { keptProfile } from './profile.ts';
import { runner } from './runner.ts';
import { Sheet, seconds } from './sheet.ts';
import type { Baseline, Saved } from './store.ts';

const KNOB_MS = 150;
const EDITED = 'two-edited';

/** What a cell can be given, from a link or another page. What is left out is as the lesson has it. */
export interface Given {
  text?: string;
  /** Machine and lab files by project path. */
  files?: Record<string, string>;
  knobs?: Record<string, KnobValue>;
  baseline?: Baseline;
}

/** States that Reset can still go back to. */
const MOST_BEFORE = 4;

function cut(before: Saved['before'], left = MOST_BEFORE - 1): Saved['before'] {
  if (before === undefined || left === 0) return undefined;
  return { ...before, before: cut(before.before, left - 1) };
}

/** `<two-cell>`: a cell of a lesson that runs, with knobs and whatever it shows. */
export class TwoCell extends Sheet {
  protected readonly kind: string = 'cell';
  #knobs!: Knobs;
  #imports: string[] = [];
  #ranBefore = false;
  #rerun = debounce(KNOB_MS, () => this.run());

  protected setUp(): void {
    this.#knobs = new Knobs(
      part(this, '.cell-knobs'),
      () => {
        this.keep({ knobs: this.#knobs.specs });
        this.#rerun();
      },
      (words) => this.say(words),
    );
    this.showRest();
    this.onClick('.cell-run', () => this.run());
    this.onClick('.cell-machine', () => void this.#openMachine());
    document.addEventListener(EDITED, (event) => {
      const { lesson, file } = (event as CustomEvent<{ lesson: string; file: string }>).detail;
      if (this.#ranBefore && lesson === this.lesson && this.#imports.includes(file))
        this.#stale(true);
    });
  }

  protected showRest(): void {
    // None first: controls that stand keep what they show.
    this.#knobs.show([]);
    this.#knobs.show(Array.isArray(this.saved.knobs) ? this.saved.knobs : []);
    this.#knobs.give(this.saved.given ?? {});
  }

  /** What differs from the lesson, and the hash of the lesson's text that the reader's was made from. */
  given(): Given & { hash?: string } {
    const { text, hash, files, baseline } = this.saved;
    const given: Given & { hash?: string } = { knobs: this.#knobs.moved() };
    if (text !== undefined) Object.assign(given, { text, hash });
    if (files !== undefined && Object.keys(files).length > 0) given.files = { ...files };
    if (baseline !== undefined) given.baseline = baseline;
    return given;
  }

  /**
   * Shows and keeps what is given, and runs nothing. What the reader had made comes back with Reset. The
   * caller has checked the sizes; nothing here is taken for markup.
   */
  async load({ text, files, knobs, baseline }: Given): Promise<void> {
    this.dropRun();
    const {
      before,
      text: own,
      hash,
      files: edits,
      knobs: specs,
      given,
      baseline: pinned,
    } = this.saved;
    const made = own !== undefined || Object.keys(edits ?? {}).length > 0 || pinned !== undefined;
    const mine = made
      ? {
          text: own,
          hash,
          files: edits,
          knobs: specs,
          given,
          baseline: pinned,
          before: cut(before),
        }
      : (before ?? {});
    await this.#become({ text, files, given: knobs, baseline }, mine);
  }

  protected override async reset(): Promise<void> {
    const { before } = this.saved;
    if (before === undefined) return super.reset();
    await this.#become(before, before.before);
    this.say(`${this.file} is as you had it.`);
    part(this, '.cell-edit').focus();
  }

  async #become(next: NonNullable<Saved['before']>, before: Saved['before']): Promise<void> {
    const { knobs, given, baseline } = next;
    this.keep({ knobs, given, baseline, before });
    this.showRest();
    await this.take(next);
  }

  protected textChanged(): void {
    this.#stale(false);
    this.dispatchEvent(
      new CustomEvent(EDITED, { bubbles: true, detail: { lesson: this.lesson, file: this.file } }),
    );
  }

  protected async currentHash(): Promise<string | undefined> {
    return (await this.#entry())?.hash;
  }

  protected async provided(): Promise<Record<string, string>> {
    const { cells } = await runner().assets.lessonTexts(this.lesson);
    const { [this.file]: _, ...others } = { ...cells, ...this.#otherEdits() };
    return others;
  }

  async #entry() {
    const lesson = await runner().assets.lesson(this.lesson);
    return lesson.cells.find(({ file }) => file === this.file);
  }

  /** Texts of other cells on this page that the reader edited; the runner takes what is imported. */
  #otherEdits(): Record<string, string> {
    const edits: Record<string, string> = {};
    for (const cell of document.querySelectorAll<TwoCell>('two-cell')) {
      if (cell !== this && cell.lesson === this.lesson && cell.editedText !== undefined)
        edits[cell.file] = cell.editedText;
    }
    return edits;
  }

  /** Runs the cell; a run that is still going is dropped, so that the newest wins. */
  protected run(): void {
    this.#rerun.cancel();
    this.dropRun();
    const button = part(this, '.cell-run');
    const began = performance.now();
    const text = this.editedText;
    const files = {
      ...this.#otherEdits(),
      ...this.saved.files,
      ...(text === undefined ? {} : { [this.file]: text }),
    };
    let failed: RunError | undefined;
    this.dataset.state = 'running';
    this.markLine(undefined);
    this.#stale(false);
    this.say('Running …');
    this.output.begin();
    this.showRunning(button);
    this.#ranBefore = true;
    void this.#entry().then(
      (entry) => {
        this.#imports = entry?.imports ?? [];
      },
      () => {},
    );

    const run = runner().run(
      {
        lesson: this.lesson,
        cell: this.name,
        files,
        knobs: this.#knobs.values(),
        profile: keptProfile(),
      },
      {
        report: (report) => this.output.report(report),
        progress: (part) => this.output.progress(part),
        log: (lines) => this.output.log(lines),
        knobs: (knobs) => {
          this.#knobs.show(knobs);
          if (this.saved.knobs || this.saved.given)
            this.keep({ knobs: this.#knobs.specs, given: undefined });
        },
        error: (error) => {
          failed = error;
        },
        done: (outcome) => {
          // A newer run has taken over; it owns the buttons, the status and the output now.
          if (this.running !== run) return;
          this.running = undefined;
          if (failed) this.#fail(failed);
          else if (outcome === 'done' && !this.output.fresh) this.output.clear();
          this.output.end();
          this.dataset.state = outcome;
          this.showRunning(button, outcome);
          const time = seconds(performance.now() - began);
          if (outcome === 'stopped') this.say(`Stopped after ${time}. Your text is kept.`);
          else
            this.say(
              outcome === 'done' ? `Done in ${time}.` : (failed?.text.split('\n')[0] ?? 'Failed.'),
            );
          if (outcome !== 'done' || this.kind !== 'cell') return;
          const detail = { lesson: this.lesson, kind: 'cell', name: this.name, passed: true };
          this.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail }));
        },
      },
    );
    this.running = run;
  }

  #fail(error: RunError): void {
    this.output.error(error, (place) => void this.showPlace(place));
    const own = error.places.find(({ file }) => file === this.file);
    if (own && !this.pane) this.markLine(own.line);
  }

  #stale(stale: boolean): void {
    part(this, '.cell-stale').hidden = !stale;
    this.toggleAttribute('data-stale', stale);
  }

  async #openMachine(): Promise<void> {
    try {
      const edits = this.saved.files ?? {};
      const path = await chooseMachineFile(runner(), this, new Set(Object.keys(edits)));
      if (!path) return part(this, '.cell-machine').focus();
      const text = edits[path] ?? (await runner().assets.sources())[path] ?? '';
      const pane = await this.openEditor();
      await pane.open(path, text);
      await pane.focus();
    } catch (error) {
      this.say(`The machine's files could not be loaded: ${(error as Error).message}`);
    }
  }
}
