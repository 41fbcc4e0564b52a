import { part } from '../notebook/dom.ts';
import { conflictsOf } from './conflicts.ts';
import { FIELDS, type Field, type Panels, problemOf, usualPanels, type Value } from './fields.ts';

/** The form with the panels: what it says, shows, and complains of. A bad value leaves the last good one. */
export class PanelForm {
  readonly form: HTMLFormElement;
  #panels: Panels = usualPanels();
  /** What is wrong with what a field shows now. */
  #wrong = new Map<string, string>();
  #changed: () => void;
  #hasProfile: boolean;

  /** @param hasProfile whether this browser keeps a cost profile of the reader's own */
  constructor(form: HTMLFormElement, changed: () => void, hasProfile: boolean) {
    this.form = form;
    this.#changed = changed;
    this.#hasProfile = hasProfile;
    form.addEventListener('input', (event) => this.#take(event.target));
    form.addEventListener('change', (event) => this.#take(event.target));
  }

  get panels(): Panels {
    return { ...this.#panels };
  }

  /** Whether every field that matters shows a value that can be. */
  get good(): boolean {
    return FIELDS.every(
      ({ name, when }) => !this.#wrong.has(name) || when?.(this.#panels) === false,
    );
  }

  show(panels: Panels): void {
    this.#panels = { ...panels };
    this.#wrong.clear();
    for (const field of FIELDS) {
      const control = this.#control(field);
      if (control instanceof HTMLInputElement && field.type === 'box')
        control.checked = panels[field.name] === true;
      else control.value = String(panels[field.name]);
    }
    this.#draw();
  }

  /** Lets the panels rest while somebody else writes the code. */
  rest(resting: boolean): void {
    this.form.classList.toggle('is-resting', resting);
    for (const set of this.form.querySelectorAll('fieldset')) set.disabled = resting;
    part(this.form, '.panels-run').hidden = resting;
  }

  /** Takes the reader to the first field that is wrong. */
  focusWrong(): void {
    this.form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  #take(target: EventTarget | null): void {
    const field = FIELDS.find(({ name }) => name === (target as HTMLInputElement | null)?.name);
    if (field === undefined) return;
    const value = this.#valueOf(field);
    const problem = problemOf(field, value);
    const before = JSON.stringify(this.#panels);
    if (problem === undefined) {
      this.#wrong.delete(field.name);
      this.#panels[field.name] = value;
    } else this.#wrong.set(field.name, problem);
    this.#draw();
    if (before !== JSON.stringify(this.#panels)) this.#changed();
  }

  #valueOf(field: Field): Value {
    const control = this.#control(field);
    if (field.type === 'box') return (control as HTMLInputElement).checked;
    if (field.type === 'number') return (control as HTMLInputElement).valueAsNumber;
    return control.value;
  }

  #control({ name }: Field): HTMLInputElement | HTMLSelectElement {
    return part<HTMLInputElement>(this.form, `#set-${name}`);
  }

  /** Shows the fields that matter, and what is wrong beside each. */
  #draw(): void {
    const conflicts = new Map(
      conflictsOf(this.#panels, this.#hasProfile).map(({ name, words }) => [name, words]),
    );
    for (const { name, when } of FIELDS) {
      const row = part(this.form, `[data-field="${name}"]`);
      row.hidden = when?.(this.#panels) === false;
      const words = this.#wrong.get(name) ?? conflicts.get(name) ?? '';
      const place = part(row, '.setting-wrong');
      if (place.textContent !== words) place.textContent = words;
      const control = part(row, 'input, select');
      if (words === '') control.removeAttribute('aria-invalid');
      else control.setAttribute('aria-invalid', 'true');
    }
  }
}
