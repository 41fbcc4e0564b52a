import type {
  CaptureReport,
  RegistersReport,
  RingReport,
  TableReport,
  TextReport,
} from '../../../sandbox/lab/report.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { bytes, hex, number } from './format.ts';

/** Rows and columns as they are. A column is numeric when its first value is a number. */
export function tableView(report: TableReport): HTMLElement {
  const columns = report.columns.map((column, index) => ({
    name: column.unit ? `${column.name}, ${column.unit}` : column.name,
    numeric: typeof report.rows[0]?.[index] === 'number',
  }));
  const rows = report.rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? number(cell) : cell)),
  );
  return figure('table', report.title, dataTable(report.title || 'Table', columns, rows));
}

/** A device's registers with the fields that are set in them. */
export function registersView(report: RegistersReport): HTMLElement {
  const fields = (list: { name: string; value: string }[] = []) =>
    h(
      'span',
      { class: 'register-fields' },
      ...list.map((f) => h('span', {}, h('code', {}, f.name), ` ${f.value}`)),
    );
  const rows = report.registers.map((register) => [
    h('code', {}, register.name),
    h('code', {}, hex(register.offset, 2)),
    h('code', {}, hex(register.value)),
    fields(register.fields),
  ]);
  const columns = [{ name: 'Register' }, { name: 'Offset' }, { name: 'Value' }, { name: 'Fields' }];
  return figure('registers', report.title, dataTable(report.title || 'Registers', columns, rows));
}

/** The slots of a ring in order, with owner, head and tail. */
export function ringView(report: RingReport): HTMLElement {
  const pointer = (index: number) => {
    const marks = [index === report.head ? 'head' : '', index === report.tail ? 'tail' : ''].filter(
      Boolean,
    );
    return marks.join(' ');
  };
  const owner = { software: 'software', device: 'device', free: 'free' } as const;
  const slots = report.slots.map((slot, index) =>
    h(
      'li',
      {
        'data-owner': slot.owner,
        title: `${index}: ${owner[slot.owner]}${slot.label ? `, ${slot.label}` : ''}`,
      },
      h('span', { class: 'slot-pointer' }, pointer(index)),
      h('span', { class: 'slot-index' }, String(index)),
    ),
  );
  const table = () =>
    dataTable(
      report.title || 'Ring',
      [{ name: 'Slot', numeric: true }, { name: 'Owner' }, { name: 'Holds' }, { name: 'Pointer' }],
      report.slots.map((slot, index) => [
        String(index),
        owner[slot.owner],
        slot.label,
        pointer(index),
      ]),
    );
  const words = `${number(report.size)} in all, head ${number(report.head)}, tail ${number(report.tail)}`;
  return figure(
    'ring',
    report.title,
    h('p', { class: 'report-config' }, words),
    h('ol', { class: 'ring-slots', 'aria-hidden': 'true' }, ...slots),
    h(
      'ul',
      { class: 'legend ring-legend' },
      ...(['software', 'device', 'free'] as const).map((name) =>
        h('li', { 'data-owner': name }, h('i', {}), name),
      ),
    ),
    behind('Every slot as a table', table),
  );
}

/** A capture file to keep. The file never leaves the browser. */
export function captureView(report: CaptureReport): HTMLElement {
  const blob = new Blob([report.bytes as Uint8Array<ArrayBuffer>], {
    type: 'application/vnd.tcpdump.pcap',
  });
  const link = h(
    'a',
    { class: 'download', href: URL.createObjectURL(blob), download: report.name },
    `Download ${report.name}`,
  );
  const words = `${number(report.frames)} frames, ${bytes(report.bytes.length)}. Opens in Wireshark or tcpdump.`;
  return figure('capture', undefined, link, h('p', { class: 'report-config' }, words));
}

export function textView(report: TextReport): HTMLElement {
  return h('p', { class: 'report report-text' }, report.text);
}
