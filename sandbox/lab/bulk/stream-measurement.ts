import type { StreamListener } from '../../machine/net/stream-layout.ts';
import type { Measurement } from '../measure.ts';

/** Measures the streams of one direction, for themselves or among those of both. */
export class StreamMeasurement implements StreamListener {
  /** Segments that an application has got. */
  delivered = 0;
  #into: readonly { measurement: Measurement; offset: number }[];

  /** @param into where they are counted, and what is added to their numbers there */
  constructor(into: readonly { measurement: Measurement; offset: number }[]) {
    this.#into = into;
  }

  sent(flow: number, segment: number, time: number): void {
    for (const { measurement, offset } of this.#into)
      measurement.sent(offset + flow, segment, time);
  }

  arrived(flow: number, segment: number, length: number, time: number): void {
    this.delivered++;
    for (const { measurement, offset } of this.#into)
      measurement.count(offset + flow, segment, length, time);
  }

  took(flow: number, address: number, length: number): void {
    for (const { measurement, offset } of this.#into)
      measurement.took(offset + flow, address, length);
  }
}
