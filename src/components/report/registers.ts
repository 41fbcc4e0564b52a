import type { Register, RegistersReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { bitsOf } from './bits.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { hex } from './format.ts';
import css from './registers.css?inline';
import { roving } from './roving.ts';
import { restsOn } from './source.ts';

addStyle(css);

const widthOf = ({ width = 32 }: Register) => width;
const valueIn = (register: Register) => hex(register.value, widthOf(register) / 4);

/** Which field, if any, has each bit, from bit 0 up. Later fields win. */
function ownersOf(register: Register): (number | undefined)[] {
  const owners: (number | undefined)[] = Array(widthOf(register)).fill(undefined);
  for (const [index, { bit, bits = 1 }] of (register.fields ?? []).entries())
    if (bit !== undefined) owners.fill(index, bit, bit + bits);
  return owners;
}

/** The bits from the highest to the lowest: set ones filled, each field between two lines. */
function bitRow(register: Register, owners: readonly (number | undefined)[]): HTMLElement {
  const cells = owners.map((owner, bit) =>
    h('span', {
      'data-set': (register.value >>> bit) & 1,
      'data-field': owner,
      'data-first': owner !== undefined && owners[bit + 1] !== owner,
      title: `bit ${bit}${owner === undefined ? '' : `: ${register.fields?.[owner]?.name}`}`,
    }),
  );
  return h('div', { class: 'bits', 'aria-hidden': 'true' }, ...cells.reverse());
}

function registerItem(register: Register): HTMLElement {
  const row = bitRow(register, ownersOf(register));
  const fields = (register.fields ?? []).map((field, index) => {
    const place = bitsOf(field);
    const button = h(
      'button',
      { type: 'button', class: 'field' },
      h('code', {}, field.name),
      ` ${field.value}`,
      place ? h('span', { class: 'field-bits' }, ` [${place}]`) : undefined,
    );
    const mark = (on: boolean) => {
      for (const cell of row.querySelectorAll(`[data-field="${index}"]`))
        cell.classList.toggle('is-marked', on);
    };
    for (const event of ['pointerenter', 'focus']) button.addEventListener(event, () => mark(true));
    for (const event of ['pointerleave', 'blur']) button.addEventListener(event, () => mark(false));
    return button;
  });
  const list = h(
    'ul',
    { class: 'register-fields', 'aria-label': `Fields of ${register.name}` },
    ...fields.map((button) => h('li', {}, button)),
  );
  roving(list, fields);
  return h(
    'li',
    {},
    h(
      'p',
      { class: 'register-head' },
      h('strong', {}, register.name),
      h('code', {}, valueIn(register)),
      h('span', { class: 'unit' }, `at ${hex(register.offset, 2)}`),
      register.section ? h('span', { class: 'unit' }, register.section) : undefined,
    ),
    h(
      'div',
      { class: 'register-bits', style: `--bits:${widthOf(register)}` },
      row,
      fields.length > 0 ? list : undefined,
    ),
  );
}

function registerTable(report: RegistersReport): HTMLElement {
  const sections = report.registers.some(({ section }) => section);
  const names = ['Register', 'Offset', 'Value', 'Bits', 'Field', 'Says'];
  const code = (text: string) => h('code', {}, text);
  return dataTable(
    report.title || 'Registers',
    [...names, ...(sections ? ['Section'] : [])].map((name) => ({ name })),
    report.registers.flatMap((register) => {
      const { fields = [], section = '' } = register;
      const all = fields.length > 0 ? fields : [{ name: '', value: '' }];
      return all.map((field) => [
        code(register.name),
        code(hex(register.offset, 2)),
        code(valueIn(register)),
        bitsOf(field),
        field.name,
        field.value,
        ...(sections ? [section] : []),
      ]);
    }),
  );
}

/** A device's registers bit by bit, with their fields: coming to a field marks its bits. */
export function registersView(report: RegistersReport): HTMLElement {
  return figure(
    'registers',
    report.title,
    h('ul', { class: 'register-list' }, ...report.registers.map(registerItem)),
    restsOn(report.source),
    behind('Every field as a table', () => registerTable(report)),
  );
}
