import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type CapturedFrame, readPcap } from '../lab/pcap.ts';
import { UsageError } from '../lab/usage.ts';

/**
 * The text of a file that may be compressed with gzip, which its content says and not its name.
 * `command` begins what is said of a file that is not there or damaged.
 * @throws UsageError when there is no such file, or it is damaged
 */
export function readText(path: string, command = 'replay'): string {
  requireFile(path, command);
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? unzip(bytes, path, command) : bytes).toString('utf8');
}

function unzip(bytes: Buffer, path: string, command: string): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const cut = (error as { code?: string }).code === 'Z_BUF_ERROR';
    throw new UsageError(
      `${command}: ${path}: ${cut ? 'the gzip file ends too early' : 'damaged gzip'}`,
    );
  }
}

/** The capture beside a recording: `x.pcap` beside `x.bus.jsonl.gz`; undefined when there is none. */
export function captureBeside(path: string): string | undefined {
  const stem = basename(path).replace(/(\.bus)?\.jsonl(\.gz)?$/, '');
  const capture = join(dirname(path), `${stem}.pcap`);
  return existsSync(capture) ? capture : undefined;
}

/** @throws UsageError, which begins with `command`, when there is no such file, or it is no capture */
export function readCapture(path: string, command = 'replay'): CapturedFrame[] {
  requireFile(path, command);
  return readPcap(readFileSync(path));
}

function requireFile(path: string, command: string): void {
  if (!existsSync(path)) throw new UsageError(`${command}: there is no file ${path}`);
  if (!statSync(path).isFile()) throw new UsageError(`${command}: ${path} is not a file`);
}
