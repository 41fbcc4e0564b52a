import { parseArgs } from 'node:util';
import { readText } from '../conformance/read-file.ts';
import { UsageError } from '../lab/usage.ts';
import type { SimulatedRow, ValidationDocument } from '../lab/validation/report.ts';
import { BAND, validateAll } from '../lab/validation/validate.ts';
import { publishedRows, rowsOfFile } from './measurements.ts';
import { refuseUnknown } from './options.ts';

/**
 * `lab validate [FILE]`: the model against published measurements, those of the course or a file's. A row
 * outside its band is a result and no failure: the status is 0.
 */
export async function validateCommand(args: string[]): Promise<number> {
  refuseUnknown(args, ['json']);
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [path, ...more] = positionals;
  if (more.length > 0)
    throw new UsageError('validate: name one file of rows, or none for the rows of the course');
  const rows = path === undefined ? publishedRows() : rowsOfFile(path, readDocument(path));
  const json = values.json === true;
  if (!json) printHead();
  const report = validateAll(rows, json ? undefined : printRow);
  if (json) {
    console.log(JSON.stringify(report, null, 2));
    return 0;
  }
  printRest(report);
  return 0;
}

function printRest({ summary, notExpressed, calibration }: ValidationDocument): void {
  const { simulated, within } = summary;
  console.log(
    `\n${within} of ${simulated} rows for validation are within their band: the published range, or ${BAND * 100} % of a single value`,
  );
  console.log(`\n${notExpressed.length} rows that the model cannot express`);
  for (const { id, why } of notExpressed) console.log(`  ${id}: ${why}`);
  console.log(
    '\nWhat the parent spends on a received byte, summed up, against the published aggregate',
  );
  for (const { id, unit, published, band, simulated: sum, busy, parts } of calibration) {
    const [from, to] = band.map(figure);
    console.log(
      `  ${id}: ${figure(sum)} ${unit}, published ${figure(published)} (${from} to ${to}), core busy ${figure(busy * 100)} %`,
    );
    const each = Object.entries(parts).map(([what, cycles]) => `${what} ${figure(cycles)}`);
    console.log(`    ${each.join(', ')}`);
  }
}

function readDocument(path: string): unknown {
  try {
    const document: unknown = JSON.parse(readText(path, 'validate'));
    return document;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UsageError(`validate: ${path} is no JSON: ${error.message}`);
    throw error;
  }
}

const WIDTHS = [32, 12, 18, 12, 7];

function printLine(cells: string[]): void {
  const [id, ...figures] = cells;
  const columns = figures.map((cell, i) => (WIDTHS[i + 1] ? cell.padStart(WIDTHS[i + 1]) : cell));
  console.log([id.padEnd(WIDTHS[0]), ...columns].join(' ').trimEnd());
}

function printHead(): void {
  printLine(['row', 'unit', 'published', 'simulated', 'ratio', ' band']);
}

function printRow({ id, use, unit, published, simulated, ratio, within }: SimulatedRow): void {
  const counted = use === 'validate' ? '' : `, ${use}: not counted`;
  const said = [published].flat().map(figure).join(' to ');
  const band = ` ${within ? 'within' : 'outside'}${counted}`;
  printLine([id, unit, said, figure(simulated), ratio.toFixed(2), band]);
}

/** Three significant digits. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
