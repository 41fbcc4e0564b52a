import { MICROSECOND } from '../../machine/engine/engine.ts';
import { ETHERNET_HEADER, MAX_JUMBO_FRAME, MIN_FRAME } from '../../machine/net/frame.ts';
import type { CapturedFrame } from '../pcap.ts';
import { UsageError } from '../usage.ts';
import type { RecordedFrame } from './config.ts';

/** Frames that a recording may have. */
const MOST_FRAMES = 200_000;

/** The frames of a capture as a recording: lengths on the wire and times. Both directions count as one stream. */
export function recordingOf(frames: readonly CapturedFrame[]): RecordedFrame[] {
  return frames.map(({ time, bytes, wireLength }) => ({
    length: wireLength ?? bytes.length,
    time,
  }));
}

/**
 * A recording that can be played. Frames shorter than the Ethernet minimum get its length, as on the wire.
 * @throws UsageError that says which frame cannot be
 */
export function completeRecording(recorded: unknown): RecordedFrame[] {
  if (!Array.isArray(recorded) || recorded.length < 2)
    throw new UsageError('recorded: give two frames or more, as { length, time } in microseconds');
  if (recorded.length > MOST_FRAMES)
    throw new UsageError(`recorded: ${recorded.length} frames are more than ${MOST_FRAMES}`);
  const frames = recorded.map(completeFrame);
  const late = frames.findIndex(({ time }, i) => i > 0 && time < frames[i - 1].time);
  if (late > 0)
    throw new UsageError(`recorded: frame ${late + 1} is earlier than the one before it`);
  if (frames[frames.length - 1].time === frames[0].time)
    throw new UsageError('recorded: all frames have the same time, so that there is no rate');
  return frames;
}

function completeFrame(frame: unknown, i: number): RecordedFrame {
  const { length, time } = (frame ?? {}) as { length?: unknown; time?: unknown };
  const where = `recorded: frame ${i + 1}`;
  if (typeof length !== 'number' || !Number.isInteger(length))
    throw new UsageError(`${where}: ${String(length)} is not a length in whole bytes`);
  if (length < ETHERNET_HEADER || length > MAX_JUMBO_FRAME)
    throw new UsageError(
      `${where}: ${length} bytes are not ${ETHERNET_HEADER} to ${MAX_JUMBO_FRAME}`,
    );
  if (typeof time !== 'number' || !(time >= 0 && time < Infinity))
    throw new UsageError(`${where}: ${String(time)} is not a time in microseconds`);
  return { length: Math.max(MIN_FRAME, length), time };
}

/** Picoseconds from the first frame to the first one again: the last frame is followed by a mean gap. */
function roundOf(recorded: readonly RecordedFrame[]): number {
  const span = (recorded[recorded.length - 1].time - recorded[0].time) * MICROSECOND;
  return Math.round((span * recorded.length) / (recorded.length - 1));
}

/** Frames a second of a recording that is played again and again. */
export function rateOf(recorded: readonly RecordedFrame[]): number {
  return (recorded.length * 1e12) / roundOf(recorded);
}

/** What one of several queues gets of a recording. */
export interface QueueRecording {
  /** Picoseconds from the recording's first frame to the queue's first. */
  start: number;
  lengths: Uint16Array;
  /** Picoseconds from each frame of the queue to its next. */
  gaps: Float64Array;
}

/** Frames `queue`, `queue + queues` and so on of a recording that is played again and again. */
export function dealOut(
  recorded: readonly RecordedFrame[],
  queue: number,
  queues: number,
): QueueRecording {
  const { length } = recorded;
  const round = roundOf(recorded);
  const timeOf = (frame: number) =>
    Math.floor(frame / length) * round +
    Math.round((recorded[frame % length].time - recorded[0].time) * MICROSECOND);
  const turns = length / greatestDivisor(length, queues);
  const lengths = new Uint16Array(turns);
  const gaps = new Float64Array(turns);
  for (let i = 0; i < turns; i++) {
    const frame = i * queues + queue;
    lengths[i] = recorded[frame % length].length;
    gaps[i] = timeOf(frame + queues) - timeOf(frame);
  }
  return { start: timeOf(queue), lengths, gaps };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
