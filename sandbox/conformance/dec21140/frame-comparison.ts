import type { CapturedFrame } from '../../lab/pcap.ts';
import type { BusRecord } from '../recording.ts';
import type { CaptureFigures, ReplayReport } from '../report.ts';
import { equalFrames, glance, keyOf, recordedTransmissions, type SeenFrame } from './frames.ts';
import type { Tally } from './tally.ts';

type Figures = Pick<ReplayReport, 'framesTotal' | 'framesDelivered' | 'capture'>;

/** Compares whole frames: those that the model sent and took, with the recording and with a capture. */
export class FrameComparison {
  readonly sent: SeenFrame[] = [];
  readonly received: SeenFrame[] = [];
  /** Frames that the recorded device saw and did not take, as far as the recording has their bytes. */
  readonly dropped: Uint8Array[] = [];
  /** Frames from the wire that the model was to take. */
  offered = 0;
  #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  figures(records: readonly BusRecord[], capture: readonly CapturedFrame[] | undefined): Figures {
    const expected = recordedTransmissions(records);
    return {
      framesTotal: expected.length + this.offered,
      framesDelivered: this.#intact(expected, records) + this.received.length,
      capture: capture === undefined ? null : compareCapture(capture, this, records, this.#tally),
    };
  }

  /** How many of the frames that the recorded device sent the model sent too, in order. */
  #intact(expected: readonly SeenFrame[], records: readonly BusRecord[]): number {
    let intact = 0;
    for (const [n, { at, bytes }] of expected.entries()) {
      const own = this.sent[n];
      if (own && equalFrames(own.bytes, bytes)) intact++;
      else
        this.#tally.differs(
          records[at],
          'frame sent',
          glance(bytes),
          own ? glance(own.bytes) : 'none',
        );
    }
    for (const { at, bytes } of this.sent.slice(expected.length))
      this.#tally.differs(records[at], 'frame sent', 'none', glance(bytes));
    return intact - Math.max(0, this.sent.length - expected.length);
  }
}

/**
 * Compares the model's frames with a capture of the same run, in which each must stand, sent ones in
 * order. Frames of the capture that the recorded device did not take are set aside.
 * @param dropped frames that it saw and did not take, as far as the recording has their bytes
 */
function compareCapture(
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
