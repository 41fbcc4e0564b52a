import { parseArgs } from 'node:util';
import { replayFile, replaySriovFile } from '../conformance/replay-file.ts';
import { hasMismatch } from '../conformance/report.ts';
import { UsageError } from '../lab/usage.ts';
import { refuseUnknown } from './options.ts';
import { printReplay } from './print-replay.ts';
import { printSriovReplay } from './print-sriov-replay.ts';

const MODELS = ['dec21140', 'sriov'];

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
  if (model === 'sriov') return replayFunctions(file, values);
  const report = replayFile(file, values.pcap);
  if (values.json === true) console.log(JSON.stringify(report, null, 2));
  else printReplay(report);
  return hasMismatch(report) ? 1 : 0;
}

function replayFunctions(file: string, { json, pcap }: { json?: boolean; pcap?: string }): number {
  if (pcap !== undefined)
    throw new UsageError('replay: --pcap is for dec21140; a recording of sriov holds no frames');
  const report = replaySriovFile(file);
  if (json === true) console.log(JSON.stringify(report, null, 2));
  else printSriovReplay(report);
  return report.readMismatches > 0 ? 1 : 0;
}
