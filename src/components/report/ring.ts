import type { RingReport, RingSlot } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { h, uid } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { number } from './format.ts';
import css from './ring.css?inline';
import { roving } from './roving.ts';
import { restsOn } from './source.ts';

addStyle(css);

type Slots = RingReport['slots'];

function pointerAt(report: RingReport, index: number): string {
  const marks = [index === report.head && 'head', index === report.tail && 'tail'];
  return marks.filter(Boolean).join(' ');
}

const inWords = (report: RingReport, { owner, label }: RingSlot, index: number) =>
  [`Slot ${index}: ${owner}`, label, pointerAt(report, index)].filter(Boolean).join(', ');

/** What is in a slot: the fields of its descriptor, part by part. */
function slotDetail(report: RingReport, slot: RingSlot, index: number): HTMLElement {
  const parts = new Map<string, HTMLElement[]>();
  for (const { name, value, section = '' } of slot.fields ?? []) {
    const row = h('div', {}, h('dt', {}, name), h('dd', {}, value));
    parts.set(section, [...(parts.get(section) ?? []), row]);
  }
  return h(
    'div',
    {},
    h('p', { class: 'report-subtitle' }, inWords(report, slot, index)),
    ...[...parts].flatMap(([section, rows]) => [
      section ? h('p', { class: 'slot-section' }, section) : undefined,
      h('dl', { class: 'slot-fields' }, ...rows),
    ]),
  );
}

/** A place in the ring: what points to it, and the box itself. */
function place(report: RingReport, index: number, box: HTMLElement): HTMLElement {
  const pointer = h(
    'span',
    { class: 'slot-pointer', 'aria-hidden': 'true' },
    pointerAt(report, index),
  );
  return h('li', {}, pointer, box);
}

/** Slots that open: one at a time, its fields below the ring. */
function openSlots(report: RingReport): HTMLElement[] {
  const id = uid('slot');
  const panel = h('div', { class: 'slot-detail', id, role: 'status' });
  const buttons = report.slots.map((slot, index) =>
    h(
      'button',
      {
        type: 'button',
        'data-owner': slot.owner,
        'aria-label': inWords(report, slot, index),
        'aria-expanded': 'false',
        'aria-controls': id,
      },
      String(index),
    ),
  );
  const open = (index: number) => {
    const slot = report.slots[index];
    const same = buttons[index]?.getAttribute('aria-expanded') === 'true';
    for (const button of buttons) button.setAttribute('aria-expanded', 'false');
    if (same || !slot) return panel.replaceChildren();
    buttons[index]?.setAttribute('aria-expanded', 'true');
    panel.replaceChildren(slotDetail(report, slot, index));
  };
  for (const [index, button] of buttons.entries())
    button.addEventListener('click', () => open(index));
  const list = h(
    'ol',
    { class: 'ring-slots', 'aria-label': 'Slots' },
    ...buttons.map((button, index) => place(report, index, button)),
  );
  roving(list, buttons);
  return [list, panel];
}

function closedSlots(report: RingReport): HTMLElement {
  const cells = report.slots.map((slot, index) => {
    const title = inWords(report, slot, index);
    const box = h('span', { 'data-owner': slot.owner, title }, String(index));
    return place(report, index, box);
  });
  return h('ol', { class: 'ring-slots', 'aria-hidden': 'true' }, ...cells);
}

function slotTable(report: RingReport, fields: boolean): HTMLElement {
  const says = ({ fields: list = [] }: Slots[number]) =>
    list.map(({ name, value }) => `${name} ${value}`).join(', ');
  return dataTable(
    report.title || 'Ring',
    [
      { name: 'Slot', numeric: true },
      { name: 'Owner' },
      { name: 'Holds' },
      { name: 'Pointer' },
      ...(fields ? [{ name: 'Says' }] : []),
    ],
    report.slots.map((slot, index) => [
      String(index),
      slot.owner,
      slot.label,
      pointerAt(report, index),
      ...(fields ? [says(slot)] : []),
    ]),
  );
}

/** The slots of a ring in order, with owner, head and tail. A slot with a descriptor opens to its fields. */
export function ringView(report: RingReport): HTMLElement {
  const fields = report.slots.some((slot) => (slot.fields ?? []).length > 0);
  const words = `${number(report.size)} in all, head ${number(report.head)}, tail ${number(report.tail)}`;
  return figure(
    'ring',
    report.title,
    h('p', { class: 'report-config' }, `${words}${fields ? '; a slot opens to its fields' : ''}`),
    ...(fields ? openSlots(report) : [closedSlots(report)]),
    h(
      'ul',
      { class: 'legend ring-legend' },
      ...(['software', 'device', 'free'] as const).map((name) =>
        h('li', { 'data-owner': name }, h('i', {}), name),
      ),
    ),
    restsOn(report.source),
    behind('Every slot as a table', () => slotTable(report, fields)),
  );
}
