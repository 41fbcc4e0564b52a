import type { Expectation, Outcome, RunError } from '../../../sandbox/runner/index.ts';
import { h, part } from './dom.ts';
import { runner } from './runner.ts';
import { Sheet, seconds } from './sheet.ts';
import { Solution } from './solution.ts';

/** `<two-exercise>`: code to change until the check is content. */
export class TwoExercise extends Sheet {
  protected readonly kind = 'exercise';
  #solution!: Solution;

  protected setUp(): void {
    this.onClick('.exercise-check', () => this.run());
    this.onClick('.exercise-hint', () => this.#nextHint());
    this.#solution = new Solution({
      root: this,
      lesson: this.lesson,
      name: this.name,
      saved: () => this.saved,
      text: () => this.text,
      replace: (text) => this.take({ text }),
      keep: (change) => this.keep(change),
      say: (words) => this.say(words),
    });
    this.showRest();
  }

  protected showRest(): void {
    if (this.saved.passed) this.dataset.solved = 'true';
    else delete this.dataset.solved;
    this.#showHints(this.saved.hints ?? 0);
  }

  protected textChanged(): void {
    this.#solution.textChanged();
  }

  protected async currentHash(): Promise<string | undefined> {
    return (await runner().assets.lesson(this.lesson)).exercises[this.name]?.hash;
  }

  protected async provided(): Promise<Record<string, string>> {
    return {};
  }

  protected run(): void {
    this.dropRun();
    const button = part(this, '.exercise-check');
    const began = performance.now();
    let failed: RunError | undefined;
    let found: Expectation[] = [];
    this.dataset.state = 'running';
    this.markLine(undefined);
    this.say('Checking …');
    this.output.begin();
    this.showRunning(button);
    const text = this.editedText;
    const run = runner().check(
      { lesson: this.lesson, exercise: this.name, ...(text === undefined ? {} : { text }) },
      {
        log: (lines) => this.output.log(lines),
        error: (error) => {
          failed = error;
        },
        expectations: (expectations) => {
          found = expectations;
        },
        done: (outcome) => {
          if (this.running !== run) return;
          this.running = undefined;
          if (!this.output.fresh) this.output.clear();
          if (failed) this.#fail(failed);
          this.output.end();
          this.showRunning(button, outcome);
          this.#judge(outcome, found, failed, seconds(performance.now() - began));
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

  #judge(
    outcome: Outcome,
    found: readonly Expectation[],
    failed: RunError | undefined,
    time: string,
  ): void {
    if (outcome !== 'done') {
      this.dataset.state = outcome;
      return this.say(
        outcome === 'stopped'
          ? `Stopped after ${time}. Your text is kept.`
          : (failed?.text.split('\n')[0] ?? 'Failed.'),
      );
    }
    const met = found.filter(({ passed }) => passed).length;
    const passed = found.length > 0 && met === found.length;
    this.#showExpectations(found);
    this.dataset.state = passed ? 'passed' : 'failed';
    this.say(
      passed
        ? `Passed: all ${met} expectations are met.`
        : `Not yet: ${met} of ${found.length} expectations are met.`,
    );
    if (!passed) return;
    this.dataset.solved = 'true';
    this.keep({ passed: true });
    const detail = { lesson: this.lesson, kind: this.kind, name: this.name, passed: true };
    this.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail }));
  }

  #showExpectations(found: readonly Expectation[]): void {
    const list = part(this, '.exercise-expectations');
    list.hidden = found.length === 0;
    list.replaceChildren(
      ...found.map(({ name, passed, wanted, seen }) =>
        h(
          'li',
          { class: 'expectation', 'data-passed': String(passed) },
          h('span', { class: 'expectation-mark' }, passed ? 'met' : 'not yet'),
          ' ',
          h('span', { class: 'expectation-name' }, name),
          ' ',
          h('span', { class: 'expectation-wanted' }, `wanted ${wanted}`),
          ' ',
          h('span', { class: 'expectation-seen' }, `seen ${seen}`),
        ),
      ),
    );
  }

  #nextHint(): void {
    const seen = (this.saved.hints ?? 0) + 1;
    this.keep({ hints: seen });
    this.#showHints(seen);
    const hint = part(this, '.exercise-hints').children[seen - 1];
    if (hint) this.say(`Hint ${seen}: ${hint.textContent}`);
  }

  /** Hints that were asked for stay; the solution is offered after the last. */
  #showHints(seen: number): void {
    const list = part(this, '.exercise-hints');
    const hints = [...list.children] as HTMLElement[];
    hints.forEach((hint, index) => {
      hint.hidden = index >= seen;
    });
    list.hidden = seen === 0 || hints.length === 0;
    const more = part(this, '.exercise-hint');
    const solution = part(this, '.exercise-solution');
    const focused = document.activeElement === more;
    more.hidden = seen >= hints.length;
    more.textContent = `Hint ${seen + 1} of ${hints.length}`;
    solution.hidden = !more.hidden;
    if (focused && more.hidden) solution.focus();
  }
}
