import { type LimitName, type Limits, sizeOf } from '../limits.ts';
import type { LogLine } from '../protocol.ts';
import { inspect } from './describe.ts';

type Post = (message: Record<string, unknown>) => void;

/** Milliseconds between two batches of printed lines. */
const BATCH_MS = 50;
const BATCH_LINES = 200;
const AT_ONCE_LINES = 50;

/** The only way out of a run: counts what leaves, sends it in batches, and closes when a limit is passed. */
export class Outlet {
  #post: Post;
  #limits: Limits;
  #now: () => number;
  #closed = false;
  #lines: LogLine[] = [];
  #lastFlush = 0;
  #logLines = 0;
  #logChars = 0;
  #reports = 0;
  #progress = 0;
  #reportBytes = 0;

  constructor(post: Post, limits: Limits, now: () => number) {
    this.#post = post;
    this.#limits = limits;
    this.#now = now;
  }

  /** Sends a report. Throws a TypeError when it holds something that is not data. */
  report(report: unknown): void {
    if (this.#closed) return;
    const copy = cloneData(report);
    this.#reports += 1;
    if (this.#reports > this.#limits.reports) return this.#close('reports');
    this.#show({ type: 'report', report: copy }, copy);
  }

  /** Sends what a sweep has so far. Throws as `report` does. */
  progress(progress: unknown): void {
    if (this.#closed) return;
    const copy = cloneData(progress);
    this.#progress += 1;
    if (this.#progress > this.#limits.progress) return this.#close('progress');
    this.#show({ type: 'progress', progress: copy }, copy);
  }

  #show(message: Record<string, unknown>, content: unknown): void {
    this.#reportBytes += sizeOf(content, this.#limits.reportBytes);
    if (this.#reportBytes > this.#limits.reportBytes) return this.#close('reportBytes');
    this.flush();
    this.#post(message);
  }

  /** Keeps a printed line until the batch is full or old enough. */
  log(level: LogLine['level'], args: readonly unknown[]): void {
    if (this.#closed) return;
    const text = args.map((arg) => inspect(arg)).join(' ');
    this.#logLines += text.split('\n', this.#limits.logLines + 2).length;
    this.#logChars += text.length;
    this.#lines.push({ level, text });
    if (this.#logLines > this.#limits.logLines) return this.#close('logLines');
    if (this.#logChars > this.#limits.logChars) return this.#close('logChars');
    const due = this.#lines.length >= BATCH_LINES || this.#now() - this.#lastFlush > BATCH_MS;
    // The first lines go at once: they are all there is when a loop without an end follows.
    if (due || this.#logLines <= AT_ONCE_LINES) this.flush();
  }

  flush(): void {
    this.#lastFlush = this.#now();
    if (this.#lines.length === 0) return;
    this.#post({ type: 'log', lines: this.#lines });
    this.#lines = [];
  }

  send(message: Record<string, unknown>): void {
    if (this.#closed) return;
    this.flush();
    this.#post(message);
  }

  #close(limit: LimitName): void {
    this.flush();
    this.#closed = true;
    this.#post({ type: 'limit', limit });
  }
}

/** An inert copy: reading it later runs no code of the reader's. */
export function cloneData(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    throw new TypeError(
      `a result is plain data: numbers, text, arrays, objects and bytes; this one is not: ${inspect(value)}`,
    );
  }
}
