/** What one run may use. Going over a limit ends the run; what it produced so far stays. */
export interface Limits {
  /** Wall time of a run, milliseconds. It begins anew with each point of a sweep that comes. */
  wallMs: number;
  /** Wall time of a run with sweeps, milliseconds. */
  sweepMs: number;
  /** Lines printed with console. */
  logLines: number;
  /** Characters printed with console. */
  logChars: number;
  /** Reports shown. */
  reports: number;
  /** Points of sweeps shown while these go on. */
  progress: number;
  /** Bytes in all reports together, and points of sweeps, as counted by `sizeOf`. */
  reportBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  wallMs: 20_000,
  sweepMs: 60_000,
  logLines: 1_000,
  logChars: 200_000,
  reports: 100,
  progress: 2_000,
  reportBytes: 4_000_000,
};

export type LimitName = keyof Limits;

/** What a reader is told when a run goes over a limit. */
export function describeLimit(name: LimitName, limits: Limits): string {
  const count = (n: number): string => n.toLocaleString('en');
  switch (name) {
    case 'wallMs':
      return `Stopped: it ran longer than ${limits.wallMs / 1000} s. Ask for fewer frames or a shorter duration, or look for a loop or a list without an end.`;
    case 'sweepMs':
      return `Stopped: its sweeps went on for more than ${limits.sweepMs / 1000} s. Ask for fewer points or frames. The points so far stay.`;
    case 'logLines':
      return `Stopped: it printed more than ${count(limits.logLines)} lines. What was printed so far is below.`;
    case 'logChars':
      return `Stopped: it printed more than ${count(limits.logChars)} characters. What was printed so far is below.`;
    case 'reports':
      return `Stopped: it showed more than ${count(limits.reports)} results. Those shown so far stay.`;
    case 'progress':
      return `Stopped: its sweeps showed more than ${count(limits.progress)} points. Those shown so far stay.`;
    case 'reportBytes':
      return `Stopped: its results are larger than ${count(limits.reportBytes / 1e6)} MB together. Those shown so far stay.`;
  }
}

/**
 * Bytes that inert, cloned data takes, roughly: 8 for a number or a reference, 2 a character, a buffer's
 * length. Stops counting once `enough` is passed.
 */
export function sizeOf(value: unknown, enough: number): number {
  const seen = new Set<unknown>();
  const stack: unknown[] = [value];
  let size = 0;
  while (stack.length > 0 && size <= enough) {
    const item = stack.pop();
    size += 8;
    if (typeof item === 'string') size += 2 * item.length;
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    if (ArrayBuffer.isView(item)) size += item.byteLength;
    else if (item instanceof ArrayBuffer) size += item.byteLength;
    else if (item instanceof Map) for (const pair of item) stack.push(pair[0], pair[1]);
    else if (item instanceof Set) for (const member of item) stack.push(member);
    else if (Array.isArray(item) && item.length > enough) size += item.length;
    else
      for (const key of Object.keys(item)) {
        size += key.length;
        stack.push((item as Record<string, unknown>)[key]);
      }
  }
  return size;
}
