import type { Editor, EditorOptions } from '../../../sandbox/runner/editor/types.ts';
import { h } from './dom.ts';
import { History, type Moment } from './history.ts';
import { PlainFind } from './plain-find.ts';
import { indent, insert, nameAt, newLine, outdent } from './plain-text.ts';

/** Keys that are far away on the keyboards of telephones. */
const BRACKETS = ['{', '}', '(', ')', '[', ']', '<', '>', ';', '='];

/**
 * A text field with line numbers, undo and a row of keys: for touch screens, for screen readers that get on
 * better with it, and for whoever likes it. Each file keeps its text and its steps while another is shown.
 */
export class PlainEditor implements Editor {
  readonly full = false;
  #options: EditorOptions;
  #area: HTMLTextAreaElement;
  #numbers = h('div', { class: 'plain-numbers', 'aria-hidden': 'true' });
  #field: HTMLElement;
  #keys = this.#keyRow();
  #find: PlainFind;
  #difference: HTMLElement | undefined;
  #histories = new Map<string, History>();
  #current = '';
  #readOnly: (file: string) => boolean;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#readOnly = options.readOnly;
    this.#area = h('textarea', {
      class: 'editor-plain',
      'aria-label': options.label,
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
      autocorrect: 'off',
      wrap: 'off',
    });
    this.#find = new PlainFind(this.#area);
    this.#field = h('div', { class: 'plain-field' }, this.#numbers, this.#area);
    this.#listen();
    options.host.style.height = '';
    options.host.replaceChildren(this.#find.bar, this.#field, this.#keys);
  }

  #listen(): void {
    const area = this.#area;
    area.addEventListener('input', (event) => {
      const typed = (event as InputEvent).inputType === 'insertText';
      this.#changed(!typed);
    });
    area.addEventListener('beforeinput', (event) => {
      const act = this.#inPlaceOf(event.inputType);
      if (!act) return;
      event.preventDefault();
      act();
    });
    area.addEventListener('keydown', (event) => this.#key(event));
    area.addEventListener('scroll', () => {
      this.#numbers.scrollTop = area.scrollTop;
    });
  }

  /** The browser's own undo knows nothing of what the keys did. */
  #inPlaceOf(inputType: string): (() => void) | undefined {
    if (inputType === 'historyUndo') return () => this.#step('undo');
    if (inputType === 'historyRedo') return () => this.#step('redo');
    if (inputType === 'insertLineBreak' || inputType === 'insertParagraph')
      return () => this.#apply(newLine);
    return undefined;
  }

  #key(event: KeyboardEvent): void {
    const { onLeave, onRun, onTabMode } = this.#options;
    const control = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    const act = ((): (() => void) | undefined => {
      if (event.isComposing) return undefined;
      if (event.key === 'Escape') return onLeave;
      if (event.key === 'F12') return () => this.goToDefinition();
      if (event.key === 'Tab' && !this.#options.tabMovesFocus)
        return () => this.#apply(event.shiftKey ? outdent : indent);
      if (!control) return undefined;
      if (event.key === 'Enter') return onRun;
      if (letter === 'm')
        return () => {
          this.setTabMovesFocus(!this.#options.tabMovesFocus);
          onTabMode(this.#options.tabMovesFocus);
        };
      if (letter === 'f') return () => this.find();
      if (letter === 'z') return () => this.#step(event.shiftKey ? 'redo' : 'undo');
      return letter === 'y' ? () => this.#step('redo') : undefined;
    })();
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Buttons that leave the focus, and with it the screen's keyboard, where it is. */
  #keyRow(): HTMLElement {
    const button = (label: string, does: string, act: () => void): HTMLElement => {
      const node = h('button', { type: 'button', class: 'plain-key', 'aria-label': does }, label);
      node.addEventListener('pointerdown', (event) => event.preventDefault());
      node.addEventListener('click', () => {
        act();
        this.#area.focus();
      });
      return node;
    };
    return h(
      'div',
      { class: 'plain-keys', role: 'group', 'aria-label': 'Keys' },
      button('Tab', 'Tab: indent', () => this.#apply(indent)),
      button('⇤', 'Take back the indent', () => this.#apply(outdent)),
      button('Undo', 'Undo', () => this.#step('undo')),
      button('Redo', 'Redo', () => this.#step('redo')),
      ...BRACKETS.map((sign) =>
        button(sign, `Insert ${sign}`, () => this.#apply((moment) => insert(moment, sign))),
      ),
    );
  }

  get #moment(): Moment {
    const { value, selectionStart, selectionEnd } = this.#area;
    return { text: value, start: selectionStart, end: selectionEnd };
  }

  #apply(change: (moment: Moment) => Moment): void {
    if (this.#readOnly(this.#current)) return;
    this.#put(change(this.#moment));
    this.#changed(true);
  }

  #step(which: 'undo' | 'redo'): void {
    const moment = this.#histories.get(this.#current)?.[which]();
    if (!moment) return this.#options.onSay(`Nothing to ${which}.`);
    this.#put(moment);
    this.#fit();
    this.#options.onChange(this.#current, moment.text);
  }

  #put({ text, start, end }: Moment): void {
    this.#area.value = text;
    this.#area.setSelectionRange(start, end);
  }

  #changed(alone: boolean): void {
    this.#histories.get(this.#current)?.change(this.#moment, performance.now(), alone);
    this.#fit();
    this.#options.onChange(this.#current, this.#area.value);
  }

  /** As high as its text, up to a bound, and as many numbers as lines. */
  #fit(): void {
    const lines = this.#area.value.split('\n').length;
    if (this.#numbers.childElementCount !== lines)
      this.#numbers.replaceChildren(
        ...Array.from({ length: lines }, (_, index) => h('span', {}, String(index + 1))),
      );
    const { least, most } = this.#options.height;
    const style = getComputedStyle(this.#area);
    const line = Number.parseFloat(style.lineHeight) || 24;
    const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
    // A bar for scrolling sideways takes room of its own.
    const height = Math.max(least, lines * line + padding + 18);
    this.#field.style.height = `${Math.min(most, height)}px`;
    this.#numbers.scrollTop = this.#area.scrollTop;
  }

  open(file: string, text: string): void {
    if (!this.#histories.has(file)) this.#histories.set(file, new History(text));
    if (file === this.#current) return;
    this.#current = file;
    this.#area.readOnly = this.#readOnly(file);
    this.#put({ text: this.#histories.get(file)?.text ?? '', start: 0, end: 0 });
    this.#area.scrollTo(0, 0);
    this.#fit();
  }

  replace(file: string, text: string): void {
    const history = this.#histories.get(file);
    if (!history || history.text === text) return;
    history.change({ text, start: 0, end: 0 }, performance.now(), true);
    if (file === this.#current) {
      this.#put({ text, start: 0, end: 0 });
      this.#fit();
    }
    this.#options.onChange(file, text);
  }

  close(file: string): void {
    this.#histories.delete(file);
    if (this.#current === file) this.#current = '';
  }

  provide(): void {}

  reveal(line: number, column: number): void {
    const before = this.#area.value.split('\n').slice(0, line - 1);
    const at = before.join('\n').length + (line > 1 ? 1 : 0) + column;
    this.#area.focus();
    this.#area.setSelectionRange(at, at);
    const height = this.#area.scrollHeight / this.#area.value.split('\n').length;
    this.#area.scrollTop = Math.max(0, (line - 4) * height);
  }

  find(): void {
    this.#find.open();
  }

  async format(): Promise<void> {}

  goToDefinition(): void {
    const name = nameAt(this.#area.value, this.#area.selectionStart);
    if (name) this.#options.onName(name);
    else this.#options.onSay('Put the caret on a name first.');
  }

  async compareWith(original: string | undefined): Promise<void> {
    this.#difference?.remove();
    this.#difference = undefined;
    for (const part of [this.#field, this.#keys]) part.hidden = original !== undefined;
    if (original === undefined) return;
    const { differenceList } = await import('./difference.ts');
    this.#difference = differenceList(original, this.#area.value, this.#current);
    this.#field.after(this.#difference);
    this.#difference.focus();
  }

  check(): void {}

  setTabMovesFocus(on: boolean): void {
    this.#options = { ...this.#options, tabMovesFocus: on };
  }

  focus(): void {
    (this.#difference ?? this.#area).focus();
  }

  dispose(): void {
    this.#options.host.replaceChildren();
  }
}
