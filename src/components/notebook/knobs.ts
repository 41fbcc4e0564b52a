import type { KnobSpec, KnobValue } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';

type Change = (label: string, value: KnobValue) => void;
type SwitchKnob = Extract<KnobSpec, { type: 'switch' }>;
type Dialog = NonNullable<SwitchKnob['dialog']>;
type NumberKnob = Extract<KnobSpec, { type: 'number' }>;

let lastId = 0;

/**
 * Shows a control for each knob a run asked for. Controls stay in place from run to run while the cell asks
 * for the same ones, so that a slider under the pointer or the focus is never replaced.
 */
export class Knobs {
  #host: HTMLElement;
  #changed: Change;
  #complain: (words: string) => void;
  #shape = '';
  #specs: KnobSpec[] = [];
  #given: Record<string, KnobValue> = {};

  constructor(host: HTMLElement, changed: Change, complain: (words: string) => void) {
    this.#host = host;
    this.#changed = changed;
    this.#complain = complain;
  }

  get specs(): KnobSpec[] {
    return this.#specs;
  }

  /** The values to run with. */
  values(): Record<string, KnobValue> {
    const asked = this.#specs.map(({ label, value }): [string, KnobValue] => [label, value]);
    return Object.fromEntries([...Object.entries(this.#given), ...asked]);
  }

  /** The values that are not as the lesson has them. */
  moved(): Record<string, KnobValue> {
    const moved = this.#specs.filter((spec) => spec.value !== spec.default);
    const asked = moved.map(({ label, value }): [string, KnobValue] => [label, value]);
    return Object.fromEntries([...Object.entries(this.#given), ...asked]);
  }

  /** Values for knobs that the cell has not asked for yet: told in words until a run says what knobs there are. */
  give(values: Record<string, KnobValue>): void {
    this.#given = { ...values };
    const words = Object.entries(values).map(([label, value]) => `${label}: ${value}`);
    if (words.length === 0) return;
    this.#host.hidden = false;
    this.#host.append(h('p', { class: 'knob-given' }, words.join(', ')));
  }

  show(specs: KnobSpec[]): void {
    const shape = JSON.stringify(specs.map(({ value: _, ...rest }) => rest));
    const kept = Object.fromEntries(this.#specs.map(({ label, value }) => [label, value]));
    this.#given = {};
    this.#host.querySelector('.knob-given')?.remove();
    this.#specs = specs.map((spec) => ({ ...spec }));
    this.#host.hidden = specs.length === 0;
    if (shape === this.#shape) {
      // A value that moved while the run was going is newer than what the run reports.
      for (const spec of this.#specs)
        if (spec.label in kept) this.#assign(spec, kept[spec.label] as KnobValue);
      return;
    }
    this.#shape = shape;
    this.#host.replaceChildren(...this.#specs.map((spec) => this.#control(spec)));
  }

  #assign(spec: KnobSpec, value: KnobValue): void {
    (spec as { value: KnobValue }).value = value;
  }

  #set(label: string, value: KnobValue): void {
    const spec = this.#specs.find((candidate) => candidate.label === label);
    if (!spec || spec.value === value) return;
    this.#assign(spec, value);
    this.#changed(label, value);
  }

  #control(spec: KnobSpec): HTMLElement {
    const id = `knob-${++lastId}`;
    if (spec.type === 'number') return this.#number(spec, id);
    if (spec.type === 'choice') {
      const select = h('select', { class: 'knob-select', id });
      for (const choice of spec.choices)
        select.append(h('option', { selected: choice === spec.value }, String(choice)));
      select.addEventListener('change', () =>
        this.#set(spec.label, spec.choices[select.selectedIndex] ?? spec.default),
      );
      return h(
        'div',
        { class: 'knob knob-choice' },
        h('label', { class: 'knob-label', for: id }, spec.label),
        select,
      );
    }
    if (spec.dialog) return this.#dialog(spec, spec.dialog, id);
    const box = h('input', {
      type: 'checkbox',
      role: 'switch',
      class: 'knob-toggle',
      id,
      checked: spec.value,
    });
    box.addEventListener('change', () => this.#set(spec.label, box.checked));
    return h(
      'div',
      { class: 'knob knob-switch' },
      box,
      h('label', { class: 'knob-label', for: id }, spec.label),
    );
  }

  /** A checkbox on a page of a settings dialog: drawn, with no window to open or to close. */
  #dialog(spec: SwitchKnob, { title, page, note }: Dialog, id: string): HTMLElement {
    const box = h('input', {
      type: 'checkbox',
      class: 'dialog-box',
      id,
      checked: spec.value,
      'aria-describedby': note === undefined ? undefined : `${id}-note`,
    });
    box.addEventListener('change', () => this.#set(spec.label, box.checked));
    return h(
      'div',
      { class: 'knob knob-dialog', role: 'group', 'aria-labelledby': `${id}-title` },
      h('p', { class: 'dialog-title', id: `${id}-title` }, title),
      h('p', { class: 'dialog-page' }, h('span', {}, page)),
      h('p', { class: 'dialog-setting' }, box, h('label', { for: id }, spec.label)),
      ...(note === undefined ? [] : [h('p', { class: 'dialog-note', id: `${id}-note` }, note)]),
    );
  }

  #number(spec: NumberKnob, id: string): HTMLElement {
    const { label, min, max, step, unit, value } = spec;
    const range = { min, max, step, value };
    const slider = h('input', {
      type: 'range',
      class: 'knob-slider',
      id,
      ...range,
      'aria-valuetext': `${value}${unit ? ` ${unit}` : ''}`,
    });
    const box = h('input', {
      type: 'number',
      class: 'knob-value',
      inputmode: 'decimal',
      ...range,
      'aria-label': `${label}, as a number`,
    });
    const take = (next: number): void => {
      slider.setAttribute('aria-valuetext', `${next}${unit ? ` ${unit}` : ''}`);
      this.#set(label, next);
    };
    slider.addEventListener('input', () => {
      box.value = slider.value;
      box.removeAttribute('aria-invalid');
      take(slider.valueAsNumber);
    });
    box.addEventListener('change', () => {
      const next = box.valueAsNumber;
      const good = next >= min && next <= max;
      box.toggleAttribute('aria-invalid', !good);
      if (!good)
        return this.#complain(
          `${label} must be a number from ${min} to ${max}${unit ? ` ${unit}` : ''}.`,
        );
      slider.value = String(next);
      take(next);
    });
    return h(
      'div',
      { class: 'knob knob-number' },
      h('label', { class: 'knob-label', for: id }, label),
      slider,
      box,
      h('span', { class: 'knob-unit' }, unit ?? ''),
    );
  }
}
