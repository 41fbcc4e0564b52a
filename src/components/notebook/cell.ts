import type { CompareReport } from '../../../sandbox/lab/report.ts';
import type { KnobValue, Outcome, RunError } from '../../../sandbox/runner/index.ts';
import { listenToKeys } from './cell-keys.ts';
import { setUpMenu } from './cell-menu.ts';
import { debounce, part } from './dom.ts';
import { codeName, type Inputs, inputsOf, staleWords } from './inputs.ts';
import { Knobs } from './knobs.ts';
import { Pinning } from './pinning.ts';
import { keptProfile } from './profile.ts';
import { runner } from './runner.ts';
import { Sheet, seconds } from './sheet.ts';
import type { Baseline, Saved } from './store.ts';

/** Milliseconds without a move of a knob before the cell runs with it. */
const KNOB_MS = 10;
/** Milliseconds that a run may take before a newer position of a knob ends it instead of waiting for it. */
const PATIENCE_MS = 400;
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
  #pinning!: Pinning;
  #began = 0;
  /** What the results on the page were made from. */
  #shown: Inputs | undefined;
  #rerun = debounce(KNOB_MS, () => this.#again());
  #impatient = debounce(PATIENCE_MS, () => this.run());
  #waits = false;
  /** Where the knobs stand that nobody moved, as far as a run has told. */
  #defaults: Record<string, KnobValue> = {};

  protected setUp(): void {
    this.#knobs = new Knobs(
      part(this, '.cell-knobs'),
      () => {
        this.keep({ knobs: this.#knobs.specs });
        this.#rerun();
      },
      (words) => this.say(words),
    );
    this.#pinning = new Pinning(part(this, '.cell-output'), {
      pinned: () => this.saved.baseline,
      pin: (baseline) => this.keep({ baseline }),
      say: (words) => this.say(words),
    });
    this.showRest();
    this.onClick('.cell-run', () => this.run());
    this.onClick('.cell-machine', () => void this.desk().then((desk) => desk.chooseFile()));
    setUpMenu(this);
    listenToKeys(this);
    document.addEventListener(EDITED, (event) => {
      if ((event as CustomEvent<string>).detail === this.lesson) void this.#checkStale();
    });
  }

  protected showRest(): void {
    // None first: controls that stand keep what they show.
    this.#knobs.show([]);
    this.#knobs.show(Array.isArray(this.saved.knobs) ? this.saved.knobs : []);
    this.#knobs.give(this.saved.given ?? {});
    void this.#pinning.draw();
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
    document.dispatchEvent(new CustomEvent(EDITED, { detail: this.lesson }));
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

  /** What a run would be made from now. */
  async #inputs(): Promise<Inputs> {
    const { cells } = await runner().assets.lesson(this.lesson);
    const own = this.editedText === undefined ? {} : { [this.file]: this.editedText };
    const edits = { ...this.#otherEdits(), ...own };
    const knobs = { ...this.#defaults, ...this.#knobs.values() };
    return inputsOf(this.file, cells, edits, this.saved.files ?? {}, knobs);
  }

  /** Marks results that would come out otherwise if the cell ran now. */
  async #checkStale(): Promise<void> {
    if (!this.#shown || this.running) return;
    const now = await this.#inputs().catch(() => undefined);
    if (now && this.#shown && !this.running) this.#stale(staleWords(this.#shown, now));
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

  /** A knob moved: a run that is about to end may show where it was in between, a long one gives way. */
  #again(): void {
    const left = this.#began + PATIENCE_MS - performance.now();
    if (!this.running || left <= 0) return this.run();
    this.#waits = true;
    this.#impatient();
  }

  protected run(): void {
    void this.start();
  }

  /** Runs the cell; a run that is still going is dropped, so that the newest wins. */
  start(): Promise<Outcome> {
    this.#rerun.cancel();
    this.#impatient.cancel();
    this.#waits = false;
    this.dropRun();
    this.#began = performance.now();
    this.dataset.state = 'running';
    this.markLine(undefined);
    this.#stale(undefined);
    this.say('Running …');
    this.output.begin();
    this.showRunning(part(this, '.cell-run'));
    return new Promise((ended) => this.#begin(ended));
  }

  #begin(ended: (outcome: Outcome) => void): void {
    let failed: RunError | undefined;
    const compared: CompareReport[] = [];
    const text = this.editedText;
    const files = {
      ...this.#otherEdits(),
      ...this.saved.files,
      ...(text === undefined ? {} : { [this.file]: text }),
    };
    const knobs = this.#knobs.values();
    let ranWith = knobs;
    const made = this.#inputs().catch(() => undefined);
    const run = runner().run(
      { lesson: this.lesson, cell: this.name, files, knobs, profile: keptProfile() },
      {
        report: (report) => {
          this.output.report(report);
          if (report.kind === 'compare') compared.push(report as CompareReport);
        },
        progress: (part) => this.output.progress(part),
        log: (lines) => this.output.log(lines),
        knobs: (specs) => {
          this.#defaults = Object.fromEntries(specs.map((spec) => [spec.label, spec.default]));
          ranWith = Object.fromEntries(specs.map(({ label, value }) => [label, value]));
          this.#knobs.show(specs);
          if (this.saved.knobs || this.saved.given)
            this.keep({ knobs: this.#knobs.specs, given: undefined });
        },
        error: (error) => {
          failed = error;
        },
        done: (outcome) => {
          ended(outcome);
          // A newer run has taken over; it owns the buttons, the status and the output now.
          if (this.running !== run) return;
          this.running = undefined;
          if (failed) this.#fail(failed);
          this.#end(outcome, failed);
          void made.then((inputs) => this.#ended(inputs, ranWith, compared[0]));
          if (this.#waits) this.run();
        },
      },
    );
    this.running = run;
  }

  /** Holds what a run showed against what the reader has now, and against the baseline. */
  #ended(inputs: Inputs | undefined, knobs: Record<string, KnobValue>, report?: CompareReport) {
    if (inputs && this.output.fresh) {
      // A first run tells which knobs there are.
      this.#shown = { ...inputs, knobs: JSON.stringify(knobs) };
      this.#pinning.show(report && { report, knobs, code: codeName(inputs) });
    }
    void this.#checkStale();
  }

  #end(outcome: Outcome, failed: RunError | undefined): void {
    if (outcome === 'done' && !this.output.fresh) this.output.clear();
    this.output.end();
    this.dataset.state = outcome;
    this.showRunning(part(this, '.cell-run'), outcome);
    const time = seconds(performance.now() - this.#began);
    if (outcome === 'stopped') return this.say(`Stopped after ${time}. Your text is kept.`);
    if (outcome === 'failed') return this.say(failed?.text.split('\n')[0] ?? 'Failed.');
    this.say(`Done in ${time}.`);
    if (this.kind !== 'cell') return;
    const detail = { lesson: this.lesson, kind: 'cell', name: this.name, passed: true };
    this.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail }));
  }

  #fail(error: RunError): void {
    this.output.error(error, (place) => void this.showPlace(place));
    const own = error.places.find(({ file }) => file === this.file);
    if (own && !this.pane) this.markLine(own.line);
  }

  #stale(words: string | undefined): void {
    const mark = part(this, '.cell-stale');
    mark.hidden = words === undefined;
    mark.textContent = words ?? '';
    this.toggleAttribute('data-stale', words !== undefined);
  }
}
