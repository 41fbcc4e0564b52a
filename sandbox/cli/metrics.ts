import { parseArgs } from 'node:util';
import { repeat } from '../lab/metrics/repeat.ts';
import { sensitivity } from '../lab/metrics/sensitivity.ts';
import type { RepeatReport, SensitivityReport } from '../lab/report.ts';
import { toNumber } from './numbers.ts';
import { COMPARE_OPTIONS, refuseUnknown, toCompareOptions } from './options.ts';
import { printReport } from './print.ts';

/** `lab repeat`: a comparison with several seeds, every figure with its 95 % interval. */
export async function repeatCommand(args: string[]): Promise<number> {
  const options = {
    ...COMPARE_OPTIONS,
    seeds: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  refuseUnknown(args, Object.keys(options));
  const { values } = parseArgs({ args, options, allowPositionals: false });
  const { json, seeds, ...rest } = values;
  const count = seeds === undefined ? {} : { seeds: toNumber('seeds', seeds) };
  print(await repeat({ ...toCompareOptions(rest), ...count }), json === true);
  return 0;
}

/** `lab sensitivity`: which unpublished cost a figure, or the order of the paths, hangs on. */
export async function sensitivityCommand(args: string[]): Promise<number> {
  const options = {
    ...COMPARE_OPTIONS,
    figure: { type: 'string' },
    by: { type: 'string' },
    json: { type: 'boolean' },
  } as const;
  refuseUnknown(args, Object.keys(options));
  const { values } = parseArgs({ args, options, allowPositionals: false });
  const { json, figure, by, ...rest } = values;
  const factor = by === undefined ? undefined : toNumber('by', by);
  print(await sensitivity(toCompareOptions(rest), { figure, by: factor }), json === true);
  return 0;
}

/** As one JSON document without what only pages need, or for people. */
function print(report: RepeatReport | SensitivityReport, json: boolean): void {
  if (!json) return printReport(report);
  const { kind, ...document } = report;
  console.log(JSON.stringify(document, null, 2));
}
