/** A frame of a recording: its length without FCS in bytes, and when it came, in microseconds. */
export interface RecordedFrame {
  length: number;
  time: number;
}

/** How the frames of a workload come. Everything is absent where it was not asked for. */
export interface WorkloadConfig {
  /** How a load by the clock comes: evenly, or as a Poisson process of that rate. */
  arrivals?: 'regular' | 'poisson';
  /**
   * Frame lengths without FCS by sequence number of a flow, from the first again after the last; `frame` is then
   * the longest of them. `imix` is the simple IMIX.
   */
  sizes?: 'imix' | number[];
  /**
   * A recording that each VM plays, from the first frame again after the last: `frame` is then its longest, and
   * `load` its rate. With several queues a VM deals its frames out to them in turn.
   */
  recorded?: RecordedFrame[];
  /** Requests of a flow that are under way at once, for `rr`. */
  inFlight?: number;
  /** Share of each guest processor that an application takes which does no I/O. */
  appShare?: number;
}

/** What one way of traffic in both directions did, seen from the guest. */
export interface WayReport {
  deliveredFrames: number;
  deliveredBytes: number;
  deliveredSha256: string;
  throughputGbps: number;
  framesPerSecond: number;
  lossRate: number;
  latencyUs: { p50: number; p99: number; p999: number };
}
