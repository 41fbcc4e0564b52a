import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readPcap } from '../lab/pcap.ts';
import { UsageError } from '../lab/usage.ts';
import { CAPTURE_TAPS, type CaptureTap, captureFrames } from '../lab/workload/capture.ts';
import { COMPARE_OPTIONS, refuseUnknown, toCompareOptions, toPath } from './options.ts';

const { paths, duration, ...WORKLOAD } = COMPARE_OPTIONS;
const OPTIONS = {
  path: { type: 'string' },
  tap: { type: 'string' },
  nanoseconds: { type: 'boolean' },
  json: { type: 'boolean' },
  ...WORKLOAD,
} as const;

/** `lab pcap OUT --path P --tap guest|vswitch|wire --frames N`: frames of a run as a capture file. */
export async function pcapCommand(args: string[]): Promise<number> {
  refuseUnknown(args, Object.keys(OPTIONS));
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const { path, tap = 'wire', nanoseconds, json, ...workload } = values;
  const [out] = positionals;
  if (out === undefined || positionals.length > 1)
    throw new UsageError('pcap: name one file to write, as in lab pcap OUT.pcap --path vmbus');
  if (path === undefined) throw new UsageError('pcap: name a path, as in --path vmbus');
  requireReplaceable(out);
  const captured = await captureFrames({
    ...toCompareOptions(workload),
    path: toPath(path, 'path'),
    tap: toTap(tap),
    nanoseconds,
  });
  write(out, captured.bytes);
  const { frames, bytes } = captured;
  const note = frames === 0 ? { note: `no frame of the ${path} path passes ${tap}` } : {};
  const written = { file: out, path, tap, frames, bytes: bytes.length, ...note };
  if (json === true) console.log(JSON.stringify(written, null, 2));
  else
    console.log(
      `${out}: ${[`${frames} frames, ${bytes.length} bytes`, note.note ?? []].flat().join('; ')}`,
    );
  return 0;
}

function toTap(word: string): CaptureTap {
  const tap = CAPTURE_TAPS.find((candidate) => candidate === word);
  if (tap !== undefined) return tap;
  throw new UsageError(`--tap: '${word}' is not one of ${CAPTURE_TAPS.join(', ')}`);
}

/** A capture may be written over, anything else may not. @throws UsageError for a file that is no capture */
function requireReplaceable(out: string): void {
  if (!existsSync(out)) return;
  if (!statSync(out).isFile()) throw new UsageError(`pcap: ${out} is not a file`);
  const before = readFileSync(out);
  if (before.length === 0) return;
  try {
    readPcap(before);
  } catch {
    throw new UsageError(`pcap: ${out} is there already and is no capture; name another file`);
  }
}

function write(out: string, bytes: Uint8Array): void {
  try {
    writeFileSync(out, bytes);
  } catch (error) {
    throw new UsageError(`pcap: cannot write ${out}: ${(error as Error).message}`);
  }
}
