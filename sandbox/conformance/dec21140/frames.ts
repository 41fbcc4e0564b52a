import type { CapturedFrame } from '../../lab/pcap.ts';
import type { BusRecord, DmaRecord, FrameRecord } from '../recording.ts';
import type { CaptureFigures } from '../report.ts';
import { isOwned } from './recorded-memory.ts';
import * as spec from './spec.ts';
import type { Tally } from './tally.ts';

/** Bytes of the shortest Ethernet frame without FCS; who sends less is padded with zeros on the way. */
const SHORTEST = 60;

/** A frame of a run, with the record in which it left or arrived. */
export interface SeenFrame {
  at: number;
  bytes: Uint8Array;
}

/** The frames that the recorded device gathered from guest memory, from first to last descriptor. */
export function recordedTransmissions(records: readonly BusRecord[]): SeenFrame[] {
  const frames: SeenFrame[] = [];
  let pieces: Uint8Array[] = [];
  let last = false;
  for (const [index, record] of records.entries()) {
    if (record.op === 'dmar' && record.what === 'tdes') {
      const control = spec.word(record.data, 4);
      if ((control & spec.TDES1_FIRST) !== 0) pieces = [];
      last = isOwned(record) && (control & spec.TDES1_LAST) !== 0;
      if ((control & spec.TDES1_SET) !== 0) last = false;
    } else if (record.op === 'dmar' && record.what === 'txbuf') pieces.push(record.data);
    else if (record.op === 'dmaw' && record.what === 'tdes' && last) {
      frames.push({ at: index, bytes: concatenate(pieces) });
      pieces = [];
      last = false;
    }
  }
  return frames;
}

/** What the recorded device wrote into receive buffers for the frame of record `index`, without FCS. */
export function deliveredBytes(
  records: readonly BusRecord[],
  index: number,
  end: number,
): Uint8Array | undefined {
  const { length, outcome } = records[index] as FrameRecord;
  if (outcome !== undefined && outcome !== 'accepted') return undefined;
  const pieces = records
    .slice(index + 1, end)
    .filter((record): record is DmaRecord => record.op === 'dmaw' && record.what === 'rxbuf')
    .map((record) => record.data);
  if (pieces.length === 0) return undefined;
  return concatenate(pieces).subarray(0, length);
}

/** A frame as it is on the wire: padded, where it is shorter, to the shortest. */
export function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= SHORTEST) return bytes;
  const frame = new Uint8Array(SHORTEST);
  frame.set(bytes);
  return frame;
}

export function equalFrames(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [padded(a), padded(b)];
  return left.length === right.length && left.every((byte, n) => byte === right[n]);
}

/**
 * Compares the model's frames with a capture of the same run, in which each must stand, sent ones in
 * order. Frames of the capture that the recorded device did not take are set aside.
 * @param dropped frames that it saw and did not take, as far as the recording has their bytes
 */
export function compareCapture(
  capture: readonly CapturedFrame[],
  frames: {
    sent: readonly SeenFrame[];
    received: readonly SeenFrame[];
    dropped: readonly Uint8Array[];
  },
  records: readonly BusRecord[],
  tally: Tally,
): CaptureFigures {
  const places = new Map<string, number[]>();
  for (const [n, { bytes }] of capture.entries()) {
    const key = keyOf(bytes);
    places.set(key, [...(places.get(key) ?? []), n]);
  }
  let mismatches = 0;
  let highest = -1;
  const find = (frame: SeenFrame, what: string, inOrder: boolean): number => {
    const place = places.get(keyOf(frame.bytes))?.shift();
    const good = place !== undefined && (!inOrder || place > highest);
    if (inOrder && place !== undefined) highest = place;
    if (good) return 1;
    mismatches++;
    const problem = place === undefined ? 'not in the capture' : 'out of order';
    tally.differs(records[frame.at], `frame ${what}`, problem, glance(frame.bytes));
    return 0;
  };
  const sent = frames.sent.reduce((sum, frame) => sum + find(frame, 'sent', true), 0);
  const received = frames.received.reduce((sum, frame) => sum + find(frame, 'received', false), 0);
  for (const bytes of frames.dropped) places.get(keyOf(bytes))?.shift();
  const left = [...places.values()].reduce((sum, list) => sum + list.length, 0);
  for (let n = 0; n < left; n++)
    tally.setAside(
      'frames of the capture that the device never took',
      'they are in no transfer of the recording',
    );
  return { frames: capture.length, matched: sent + received, sent, received, mismatches };
}

function keyOf(bytes: Uint8Array): string {
  return textOf(padded(bytes));
}

/** The beginning of a frame, for a difference. */
export function glance(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${textOf(bytes.subarray(0, 32))}`;
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
