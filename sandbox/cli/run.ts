import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Profile } from '../lab/profile/schema.ts';
import type { Report } from '../lab/report.ts';
import { beginSession, endSession, type KnobValues, type TaskPool } from '../lab/session.ts';
import { UsageError } from '../lab/usage.ts';
import { USUAL_THREADS, WorkerThreads } from './pool/worker-threads.ts';
import { printReport } from './print.ts';
import { readProfile } from './profile-file.ts';

/** `lab run FILE.ts`: runs a cell without a browser and prints what it shows. */
export async function runCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      knob: { type: 'string', multiple: true },
      profile: { type: 'string' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (positionals.length !== 1)
    throw new UsageError(
      'run: name one file, as in lab run lessons/01-the-ledger/cells/compare.ts',
    );
  const file = resolve(positionals[0]);
  if (!existsSync(file)) throw new UsageError(`run: there is no file ${positionals[0]}`);
  const profile = values.profile === undefined ? undefined : readProfile(values.profile);
  const knobs = parseKnobs(values.knob ?? []);
  const pool = new WorkerThreads(USUAL_THREADS);
  const ran = await runCell(file, knobs, { pool, profile }).finally(() => pool.end());
  const { reports, asked, unused } = ran;
  if (unused.length > 0)
    throw new UsageError(`--knob: the cell has no knob '${unused[0]}'; it has ${quoted(asked)}`);
  if (values.json === true) console.log(JSON.stringify(reports, bytesAsHex, 2));
  else for (const report of reports) printReport(report);
  return 0;
}

/**
 * Runs the cell in `file`, its sweeps on `pool`; returns what it showed and the knobs it did not ask for. It
 * knows `profile` by the id `own`.
 */
export async function runCell(
  file: string,
  knobs: KnobValues,
  given: { pool?: TaskPool; profile?: Profile } = {},
): Promise<{ reports: Report[]; asked: string[]; unused: string[] }> {
  mapLab();
  const reports: Report[] = [];
  beginSession({ ...given, knobs, emit: (report) => reports.push(report) });
  const cell: { default?: unknown } = await import(`${pathToFileURL(file).href}?run=${runs++}`);
  const asked = endSession().knobs.map(({ label }) => label);
  for (const shown of [cell.default].flat())
    if (typeof shown === 'string') reports.push({ kind: 'text', text: shown });
    else if (shown !== undefined) reports.push(shown as Report);
  return { reports, asked, unused: Object.keys(knobs).filter((label) => !asked.includes(label)) };
}

function quoted(names: string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `'${name}'`).join(', ');
}

let runs = 0;
let mapped = false;

/** Lets a file import 'two-checkboxes'. */
function mapLab(): void {
  if (mapped) return;
  mapped = true;
  const lab = new URL('../lab/index.ts', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === 'two-checkboxes' ? lab : specifier, context),
  });
}

function parseKnobs(words: string[]): KnobValues {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`--knob: '${word}' is not of the form name=value`);
      return [word.slice(0, at), parseValue(word.slice(at + 1))];
    }),
  );
}

function parseValue(word: string): number | string | boolean {
  if (word === 'true' || word === 'false') return word === 'true';
  return word.trim() !== '' && Number.isFinite(Number(word)) ? Number(word) : word;
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
