import type { ByteField, HexdumpReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { bytes as byteCount } from './format.ts';
import css from './hexdump.css?inline';
import { roving } from './roving.ts';
import { restsOn } from './source.ts';

addStyle(css);

const ROW = 16;
/** Rows drawn at once; a longer dump says how much it leaves out. */
const MAX_ROWS = 256;

const MAX_DIGITS = 1024;

/** Bytes from their digits. */
export function parseHex(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(MAX_DIGITS, text.length) >> 1);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const two = (value: number) => value.toString(16).padStart(2, '0');
const printable = (value: number) =>
  value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '·';

/** Which field, if any, holds each byte. Later fields win. */
function owners(length: number, fields: readonly ByteField[] = []): Int16Array {
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
  fields?: readonly ByteField[],
): HTMLElement {
  const owner = owners(bytes.length, fields);
  const pre = h('pre', { class: 'hex', tabindex: 0, role: 'region', 'aria-label': label });
  for (let start = 0; start < bytes.length && start < ROW * MAX_ROWS; start += ROW)
    pre.append(hexRow(bytes, start, owner));
  if (bytes.length > ROW * MAX_ROWS)
    pre.append(`… ${byteCount(bytes.length - ROW * MAX_ROWS)} more`);
  return pre;
}

/** Bytes, and below them the names of their fields: pointing at a name, or coming to it, marks its bytes. */
export function labelledBytes(
  bytes: Uint8Array,
  label: string,
  fields: readonly ByteField[] = [],
): HTMLElement {
  const dump = hexLines(bytes, label, fields);
  const names = fields.map((field, index) => {
    const name = h(
      'button',
      { type: 'button', class: 'hex-name', title: field.section },
      h('code', { 'data-tone': index % 2 }, field.name),
      field.value ? ` ${field.value}` : '',
    );
    const mark = (on: boolean) => {
      for (const cell of dump.querySelectorAll(`[data-field="${index}"]`))
        cell.classList.toggle('is-marked', on);
    };
    for (const event of ['pointerenter', 'focus']) name.addEventListener(event, () => mark(true));
    for (const event of ['pointerleave', 'blur']) name.addEventListener(event, () => mark(false));
    return name;
  });
  const list = h(
    'ul',
    { class: 'hex-fields', 'aria-label': `Fields of ${label}` },
    ...names.map((name) => h('li', {}, name)),
  );
  roving(list, names);
  return h('div', { class: 'hex-layout' }, dump, names.length > 0 ? list : undefined);
}

function fieldTable(report: HexdumpReport, fields: readonly ByteField[]): HTMLElement {
  const sections = fields.some(({ section }) => section);
  return dataTable(
    `Fields of ${report.title || 'the bytes'}`,
    [
      { name: 'Field' },
      { name: 'Offset', numeric: true },
      { name: 'Length', numeric: true },
      { name: 'Bytes' },
      { name: 'Value' },
      ...(sections ? [{ name: 'Section' }] : []),
    ],
    fields.map(({ name, offset, length, value = '', section = '' }) => {
      const held = [...report.bytes.subarray(offset, offset + Math.min(length, 16))];
      return [
        h('code', {}, name),
        String(offset),
        String(length),
        h('code', {}, held.map(two).join(' ') + (length > 16 ? ' …' : '')),
        value,
        ...(sections ? [section] : []),
      ];
    }),
  );
}

/** Bytes with the fields in them. */
export function hexdumpView(report: HexdumpReport): HTMLElement {
  const fields = report.fields ?? [];
  return figure(
    'hexdump',
    report.title,
    labelledBytes(report.bytes, report.title || 'Bytes', fields),
    restsOn(report.source),
    fields.length > 0 ? behind('Fields as a table', () => fieldTable(report, fields)) : undefined,
  );
}
