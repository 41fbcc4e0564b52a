import { parseArgs } from 'node:util';
import { replayDec21140 } from '../conformance/dec21140/replay.ts';
import { captureBeside, readCapture, readText } from '../conformance/read-file.ts';
import { parseRecording } from '../conformance/recording.ts';
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
  const records = parseRecording(readText(file));
  const capture = values.pcap ?? captureBeside(file);
  const frames = capture === undefined ? undefined : readCapture(capture);
  const report = replayDec21140(records, frames);
  if (values.json === true) console.log(JSON.stringify(report, null, 2));
  else printReplay(report);
  return hasMismatch(report) ? 1 : 0;
}
