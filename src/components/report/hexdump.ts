import type { HexdumpReport } from '../../../sandbox/lab/report.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { bytes as byteCount } from './format.ts';

const ROW = 16;
/** Rows drawn at once; a longer dump says how much it leaves out. */
const MAX_ROWS = 256;

const two = (value: number) => value.toString(16).padStart(2, '0');
const printable = (value: number) =>
  value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·';

/** Which field, if any, holds each byte. Later fields win. */
function owners(length: number, fields: HexdumpReport['fields'] = []): Int16Array {
  const owner = new Int16Array(length).fill(-1);
  fields.forEach((field, index) => {
    owner.fill(index, field.offset, field.offset + field.length);
  });
  return owner;
}

function hexRow(bytes: Uint8Array, start: number, owner: Int16Array): HTMLElement {
  const row = h(
    'span',
    { class: 'hex-row' },
    h('span', { class: 'hex-offset' }, start.toString(16).padStart(4, '0')),
  );
  const cells = h('span', { class: 'hex-bytes' });
  let text = '';
  for (let i = start; i < Math.min(bytes.length, start + ROW); i++) {
    const value = bytes[i] ?? 0;
    const field = owner[i] ?? -1;
    text += printable(value);
    if (field < 0) cells.append(`${two(value)} `);
    else {
      const edge = owner[i - 1] !== field || i === start ? ' is-first' : '';
      cells.append(
        h(
          'span',
          { class: `hex-field${edge}`, 'data-field': field, 'data-tone': field % 2 },
          `${two(value)} `,
        ),
      );
    }
  }
  row.append(cells, h('span', { class: 'hex-text', 'aria-hidden': 'true' }, text), '\n');
  return row;
}

/** Bytes in rows of sixteen: offset, hexadecimal, text. */
export function hexLines(
  bytes: Uint8Array,
  label: string,
  fields?: HexdumpReport['fields'],
): HTMLElement {
  const owner = owners(bytes.length, fields);
  const pre = h('pre', { class: 'hex', tabindex: 0, role: 'region', 'aria-label': label });
  for (let start = 0; start < bytes.length && start < ROW * MAX_ROWS; start += ROW)
    pre.append(hexRow(bytes, start, owner));
  if (bytes.length > ROW * MAX_ROWS)
    pre.append(`… ${byteCount(bytes.length - ROW * MAX_ROWS)} more`);
  return pre;
}

/** Bytes with the fields in them; pointing at a field's name marks its bytes. */
export function hexdumpView(report: HexdumpReport): HTMLElement {
  const fields = report.fields ?? [];
  const dump = hexLines(report.bytes, report.title || 'Bytes', fields);
  const names = fields.map((field, index) => {
    const item = h(
      'li',
      { 'data-tone': index % 2 },
      h('code', {}, field.name),
      field.value ? ` ${field.value}` : '',
    );
    const mark = (on: boolean) => {
      for (const cell of dump.querySelectorAll(`[data-field="${index}"]`))
        cell.classList.toggle('is-marked', on);
    };
    item.addEventListener('pointerenter', () => mark(true));
    item.addEventListener('pointerleave', () => mark(false));
    return item;
  });
  const table = () =>
    dataTable(
      `Fields of ${report.title || 'the bytes'}`,
      [
        { name: 'Field' },
        { name: 'Offset', numeric: true },
        { name: 'Length', numeric: true },
        { name: 'Bytes' },
        { name: 'Value' },
      ],
      fields.map((field) => {
        const held = [
          ...report.bytes.subarray(field.offset, field.offset + Math.min(field.length, 16)),
        ];
        const value = held.map(two).join(' ') + (field.length > 16 ? ' …' : '');
        return [
          h('code', {}, field.name),
          String(field.offset),
          String(field.length),
          h('code', {}, value),
          field.value ?? '',
        ];
      }),
    );
  return figure(
    'hexdump',
    report.title,
    h(
      'div',
      { class: 'hex-layout' },
      dump,
      fields.length > 0 ? h('ul', { class: 'hex-fields' }, ...names) : undefined,
    ),
    fields.length > 0 ? behind('Fields as a table', table) : undefined,
  );
}
