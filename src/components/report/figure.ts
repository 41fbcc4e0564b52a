import type { Actor } from '../../../sandbox/lab/report.ts';
import { ACTORS, actorLabel } from './actors.ts';
import { h, uid } from './dom.ts';

/** A picture with its title. Every report is one of these. */
export function figure(
  kind: string,
  title: string | undefined,
  ...body: (Node | undefined)[]
): HTMLElement {
  const parts = body.filter((part) => part !== undefined);
  const caption = title ? h('figcaption', { class: 'report-title' }, title) : undefined;
  return h('figure', { class: `report report-${kind}` }, caption, ...parts);
}

/** A heading inside a report, as small as its picture allows. */
export function subtitle(text: string, unit?: string): HTMLElement {
  return h(
    'p',
    { class: 'report-subtitle' },
    text,
    unit ? h('span', { class: 'unit' }, ` ${unit}`) : undefined,
  );
}

export interface Column {
  name: string;
  /** Numbers are set right. */
  numeric?: boolean;
}

/** A table in a box of its own that scrolls when the page is narrower. The first column heads its row. */
export function dataTable(
  label: string,
  columns: Column[],
  rows: (Node | string)[][],
): HTMLElement {
  const align = (index: number) => (columns[index]?.numeric ? 'n' : undefined);
  const head = columns.map((column, index) =>
    h('th', { scope: 'col', class: align(index) }, column.name),
  );
  const body = rows.map((row) =>
    h(
      'tr',
      {},
      ...row.map((cell, index) =>
        index === 0
          ? h('th', { scope: 'row', class: align(index) }, cell)
          : h('td', { class: align(index) }, cell),
      ),
    ),
  );
  const table = h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, label),
    h('thead', {}, h('tr', {}, ...head)),
    h('tbody', {}, ...body),
  );
  return h('div', { class: 'table-box', role: 'region', 'aria-label': label, tabindex: 0 }, table);
}

/** The numbers behind a picture, one press away. Built when first opened. */
export function behind(summary: string, build: () => Node): HTMLDetailsElement {
  const box = h('details', { class: 'behind' }, h('summary', {}, summary));
  box.addEventListener('toggle', () => box.childElementCount === 1 && box.append(build()), {
    once: true,
  });
  return box;
}

/** Which colour and sign is whose, for the actors that occur. */
export function legend(present: Iterable<Actor>): HTMLElement {
  const set = new Set(present);
  const items = ACTORS.filter((actor) => set.has(actor)).map((actor) =>
    h('li', {}, actorLabel(actor)),
  );
  return h('ul', { class: 'legend' }, ...items);
}

/** A labelled choice between two or more ways to draw the same data. */
export function choice(
  label: string,
  options: string[],
  onChange: (index: number) => void,
): HTMLElement {
  const name = uid('choice');
  const inputs = options.map((text, index) => {
    const input = h('input', { type: 'radio', name, checked: index === 0 });
    input.addEventListener('change', () => onChange(index));
    return h('label', {}, input, h('span', {}, text));
  });
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', { class: 'visually-hidden' }, label),
    ...inputs,
  );
}
