import { PacketTap } from '../../machine/guest/packet-tap.ts';
import { MAX_FRAME, MIN_FRAME } from '../../machine/net/frame.ts';
import type { FrameReceiver, Link } from '../../machine/wire/link.ts';
import { type CompareOptions, completeConfig, PATHS } from '../options.ts';
import { type CapturedFrame, writePcap } from '../pcap.ts';
import type { CaptureReport, CompareConfig, PathName } from '../report.ts';
import { Testbed } from '../testbed.ts';
import { UsageError } from '../usage.ts';

/**
 * Where frames are seen: `guest` between stack and driver of the first virtual machine, `vswitch` where they come
 * in at the virtual switch, `wire` where they come off the line, at either end of it.
 */
export const CAPTURE_TAPS = ['guest', 'vswitch', 'wire'] as const;
export type CaptureTap = (typeof CAPTURE_TAPS)[number];

/** What `captureFrames` takes: a path, a place on it, and a workload as `compare` has. */
export interface CaptureFramesOptions extends Omit<CompareOptions, 'paths' | 'durationMs'> {
  path: PathName;
  /** `wire` when left out. */
  tap?: CaptureTap;
  /** Writes times in nanoseconds; in microseconds when left out. */
  nanoseconds?: boolean;
}

/** Most bytes of frames in one capture. */
const MOST_BYTES = 256 << 20;
/** Frames of a workload that usually runs for a time. */
const USUAL_FRAMES = 200;

/**
 * Frames of a run as a capture file, seen at one place of the machine and in the order of their times, which begin
 * with the workload. The bytes are those that are there: a frame that never comes by is not in it.
 * @throws UsageError for a path without that place, a frame that the path refuses, or too large a capture
 */
export async function captureFrames(options: CaptureFramesOptions): Promise<CaptureReport> {
  const { path, tap = 'wire', nanoseconds = false, ...workload } = options;
  const config = completeCapture(path, tap, workload);
  const frames = runTapped(path, tap, config).sort((a, b) => a.time - b.time);
  return {
    kind: 'capture',
    name: `${path}-${tap}.pcap`,
    frames: frames.length,
    bytes: writePcap(frames, nanoseconds ? 'nanoseconds' : 'microseconds'),
  };
}

function completeCapture(path: PathName, tap: CaptureTap, workload: CompareOptions): CompareConfig {
  if (!CAPTURE_TAPS.includes(tap))
    throw new UsageError(`tap: '${String(tap)}' is not one of ${CAPTURE_TAPS.join(', ')}`);
  if (!PATHS.includes(path))
    throw new UsageError(`path: '${String(path)}' is not one of ${PATHS.join(', ')}`);
  const usual = workload.direction === 'both' ? { frames: USUAL_FRAMES } : {};
  const config = completeConfig({ ...usual, ...workload, paths: [path] });
  const { frame, frames = 0, durationMs } = config;
  if (durationMs !== undefined)
    throw new UsageError('duration: a capture is of a number of frames; give frames');
  if (path === 'native' && tap === 'vswitch')
    throw new UsageError('tap: the native path has no virtual switch; use guest or wire');
  if (path === 'emulated' && frame > MAX_FRAME)
    throw new UsageError(
      `frame: the emulated adapter takes ${MIN_FRAME} to ${MAX_FRAME} bytes, not ${frame}`,
    );
  const ways = config.direction === 'rr' || config.direction === 'both' ? 2 : 1;
  const bytes = ways * frames * frame;
  if (bytes > MOST_BYTES)
    throw new UsageError(
      `frames: ${frames} of ${frame} bytes are ${Math.ceil(bytes / 2 ** 20)} MiB; a capture has at most ${MOST_BYTES / 2 ** 20}`,
    );
  return config;
}

/** Runs the workload and collects what passes the tap; times in microseconds from its start. */
function runTapped(path: PathName, tap: CaptureTap, config: CompareConfig): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  let bed: Testbed | undefined;
  const keep = (bytes: Uint8Array, time: number) => {
    if (bed !== undefined) frames.push({ time: (time - bed.start) / 1e6, bytes });
  };
  let taps = 0;
  bed = new Testbed(path, config, {
    tap: (device) => {
      if (tap !== 'guest' || taps++ > 0) return device;
      const { bytes } = device.memory.host;
      return new PacketTap(device, (at, length, time) => keep(bytes.slice(at, at + length), time));
    },
  });
  const { memory, engine, lineIn, lineOut } = bed.host;
  if (tap === 'vswitch' && bed.vmSwitch !== undefined)
    bed.vmSwitch.core.monitor = (list, time) =>
      keep(
        Uint8Array.from({ length: list.length }, (_, i) => list.byte(memory, i)),
        time,
      );
  if (tap === 'wire')
    for (const line of [lineOut, lineIn])
      watch(line, (at, length) => keep(memory.bytes.slice(at, at + length), engine.now));
  bed.run();
  return frames;
}

/** Has `observe` see what comes off a line, before its receiver does. */
function watch(line: Link, observe: FrameReceiver['receive']): void {
  const { receiver } = line;
  line.receiver = {
    receive(address, length) {
      observe(address, length);
      receiver?.receive(address, length);
    },
  };
}
