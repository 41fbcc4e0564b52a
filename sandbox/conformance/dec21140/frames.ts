import type { BusRecord, DmaRecord, FrameRecord } from '../recording.ts';
import { isOwned } from './recorded-memory.ts';
import * as spec from './spec.ts';

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

/** Equal for frames that are equal on the wire. */
export function keyOf(bytes: Uint8Array): string {
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
