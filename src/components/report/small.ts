import type { TableReport, TextReport } from '../../../sandbox/lab/report.ts';
import { h } from './dom.ts';
import { dataTable, figure } from './figure.ts';
import { number } from './format.ts';

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

export function textView(report: TextReport): HTMLElement {
  return h('p', { class: 'report report-text' }, report.text);
}
