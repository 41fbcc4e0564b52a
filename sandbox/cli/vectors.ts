import { parseArgs } from 'node:util';
import { readText } from '../conformance/read-file.ts';
import { replayVectors, type VectorReport } from '../conformance/vectors/replay.ts';
import { parseVectorFile } from '../conformance/vectors/vector-file.ts';
import { UsageError } from '../lab/usage.ts';
import { refuseUnknown } from './options.ts';
import { printTable } from './print-table.ts';

/** `lab vectors FILE...`: vectors made by real drivers against the machine. Status 1 when they differ. */
export async function vectorsCommand(args: string[]): Promise<number> {
  refuseUnknown(args, ['json']);
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (positionals.length === 0)
    throw new UsageError('vectors: name one file or more, as in lab vectors ring-a.json');
  const files = positionals.map((path) =>
    replayVectors(parseVectorFile(path, readText(path, 'vectors'))),
  );
  if (values.json === true) console.log(JSON.stringify({ files }, null, 2));
  else printVectors(files);
  return files.some(({ differences }) => differences > 0) ? 1 : 0;
}

function printVectors(files: VectorReport[]): void {
  printTable([
    ['file', 'family', 'steps', 'differences'],
    ...files.map(({ file, family, steps, differences }) => [file, family, steps, differences]),
  ]);
  const skipped = files.filter(({ notModelled }) => notModelled !== null);
  if (skipped.length > 0) console.log('\nnot modelled');
  for (const { file, notModelled } of skipped) console.log(`  ${file}: ${notModelled}`);
  const different = files.filter(({ differences }) => differences > 0);
  if (different.length > 0) console.log('\nfirst differences');
  for (const { file, first } of different)
    for (const { step, what, recorded, model } of first)
      console.log(`  ${file}, step ${step}: ${what}: recorded ${recorded}, model ${model}`);
}
