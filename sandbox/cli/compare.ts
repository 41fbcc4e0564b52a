import { parseArgs } from 'node:util';
import { compare } from '../lab/compare.ts';
import { COMPARE_OPTIONS, refuseUnknown, toCompareOptions } from './options.ts';
import { printReport } from './print.ts';

/** `lab compare`: the paths side by side, as a table or as one JSON document. */
export async function compareCommand(args: string[]): Promise<number> {
  const options = { ...COMPARE_OPTIONS, json: { type: 'boolean' } } as const;
  refuseUnknown(args, Object.keys(options));
  const { values } = parseArgs({ args, options, allowPositionals: false });
  const { json, ...rest } = values;
  const report = await compare(toCompareOptions(rest));
  if (json === true) {
    const { config, paths } = report;
    console.log(JSON.stringify({ config, paths }, null, 2));
  } else printReport(report);
  return 0;
}
