import { parseArgs } from 'node:util';
import { replayFile } from '../conformance/replay-file.ts';
import { hasMismatch } from '../conformance/report.ts';
import { UsageError } from '../lab/usage.ts';
import { refuseUnknown } from './options.ts';
import { printReplay } from './print-replay.ts';

const MODELS = ['dec21140'];

/** `lab replay MODEL FILE`: a recording of a real driver against the model. Status 1 when they differ. */
export async function replayCommand(args: string[]): Promise<number> {
  refuseUnknown(args, ['json', 'pcap']);
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, pcap: { type: 'string' } },
    allowPositionals: true,
  });
  const [model, file, ...more] = positionals;
  if (model === undefined || !MODELS.includes(model))
    throw new UsageError(
      `replay: ${model === undefined ? 'name a model' : `there is no model '${model}'`}; there is ${MODELS.join(', ')}`,
    );
  if (file === undefined || more.length > 0)
    throw new UsageError(`replay: name one file, as in lab replay ${model} FILE.jsonl.gz`);
  const report = replayFile(file, values.pcap);
  if (values.json === true) console.log(JSON.stringify(report, null, 2));
  else printReplay(report);
  return hasMismatch(report) ? 1 : 0;
}
