/**
 * How a stream is cut: its application writes `write` bytes in each call, and each call's bytes become
 * segments of `segment` bytes, the last of them shorter. All in bytes of payload.
 */
export class StreamLayout {
  readonly bytes: number;
  readonly write: number;
  readonly segment: number;

  constructor(bytes: number, write: number, segment: number) {
    this.bytes = bytes;
    this.write = write;
    this.segment = segment;
  }

  /** Segments of the whole stream. */
  get segments(): number {
    return this.segmentsBefore(this.bytes);
  }

  /** Segments that begin before `position`: those that are complete there, if one ends there. */
  segmentsBefore(position: number): number {
    const calls = Math.floor(position / this.write);
    const inside = position - calls * this.write;
    return calls * Math.ceil(this.write / this.segment) + Math.ceil(inside / this.segment);
  }

  /** Segments that are complete at `position`. */
  segmentsUntil(position: number): number {
    if (position >= this.bytes) return this.segments;
    const calls = Math.floor(position / this.write);
    const inside = position - calls * this.write;
    return calls * Math.ceil(this.write / this.segment) + Math.floor(inside / this.segment);
  }

  /** Where segment `index` begins. */
  startOf(index: number): number {
    const each = Math.ceil(this.write / this.segment);
    const calls = Math.floor(index / each);
    return calls * this.write + (index - calls * each) * this.segment;
  }

  /** Where segment `index` ends. */
  endOf(index: number): number {
    return Math.min(this.startOf(index) + this.segment, this.callEnd(this.startOf(index)));
  }

  /** Where the call ends in which the byte at `position` is written. */
  callEnd(position: number): number {
    return Math.min(this.bytes, (Math.floor(position / this.write) + 1) * this.write);
  }
}

/** Told of the segments of a stream, each by its number from 0 on. */
export interface StreamListener {
  /** The application has handed it over. */
  sent(flow: number, segment: number, time: number): void;
  /** The application at the other end has it: `length` bytes of payload. */
  arrived(flow: number, segment: number, length: number, time: number): void;
  /** Where the next bytes of the stream lie that have arrived and are right. */
  took(flow: number, address: number, length: number): void;
}
