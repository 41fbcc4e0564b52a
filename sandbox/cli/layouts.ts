import { parseArgs } from 'node:util';
import { readText } from '../conformance/read-file.ts';
import { compareLayouts, type LayoutReport } from '../conformance/vectors/layouts.ts';
import { STRUCTURES } from '../conformance/vectors/structures.ts';
import { parseVectorFile } from '../conformance/vectors/vector-file.ts';
import { UsageError } from '../lab/usage.ts';
import { refuseUnknown } from './options.ts';

/** `lab layouts FILE`: the machine's structures against a table. Status 1 when they differ. */
export async function layoutsCommand(args: string[]): Promise<number> {
  refuseUnknown(args, ['json']);
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0)
    throw new UsageError('layouts: name one file, as in lab layouts layouts.json');
  const file = parseVectorFile(path, readText(path, 'layouts'), 'layouts');
  const report = compareLayouts(file, STRUCTURES);
  if (values.json === true) console.log(JSON.stringify(report, null, 2));
  else printLayouts(report);
  return report.differences.length > 0 ? 1 : 0;
}

function printLayouts({ structs, fieldsCompared, differences, notModelled }: LayoutReport): void {
  console.log(
    `${structs} structures, ${fieldsCompared} fields compared, ${differences.length} differences`,
  );
  for (const { struct, field, what, table, model } of differences) {
    const name = field === '' ? struct : `${struct}.${field}`;
    console.log(`  ${name}, ${what}: table ${table}, model ${model}`);
  }
  if (notModelled.length > 0) console.log(`\n${notModelled.length} structures not modelled`);
  for (const name of notModelled) console.log(`  ${name}`);
}
