/** What was set aside, how often, and why. `count` is of what `what` names: reads, bits of reads, frames. */
export interface NotCompared {
  what: string;
  count: number;
  why: string;
}

/** Reads of one register. `mask`: the bits that are defined and compared, as hexadecimal. */
export interface RegisterFigures {
  reads: number;
  compared: number;
  mismatches: number;
  mask: string;
}

/** A difference, with the line of the recording where it shows. */
export interface Difference {
  line: number;
  phase: string;
  what: string;
  recorded: string;
  model: string;
}

/** What the frames of a capture became; counts are frames. */
export interface CaptureFigures {
  frames: number;
  /** Found among those that the model sent and that it put into guest memory, byte for byte. */
  matched: number;
  sent: number;
  received: number;
  mismatches: number;
}

/** A recording against the model. Counts of reads and accesses are of registers; `config` has its own. */
export interface ReplayReport {
  accesses: number;
  readsCompared: number;
  readMismatches: number;
  dmaCompared: number;
  dmaMismatches: number;
  irqCompared: number;
  irqMismatches: number;
  perRegister: Record<string, RegisterFigures>;
  config: { accesses: number; readsCompared: number; readMismatches: number };
  /** Frames that the recorded device sent, and those it took from the wire. */
  framesTotal: number;
  /** Those of them that the model sent, or put into guest memory, byte for byte. */
  framesDelivered: number;
  capture: CaptureFigures | null;
  notCompared: NotCompared[];
  first: Difference[];
}

/** Whether anything that was compared differs. */
export function hasMismatch(report: ReplayReport): boolean {
  return (
    report.readMismatches > 0 ||
    report.dmaMismatches > 0 ||
    report.irqMismatches > 0 ||
    report.config.readMismatches > 0 ||
    report.framesDelivered < report.framesTotal ||
    (report.capture?.mismatches ?? 0) > 0
  );
}
