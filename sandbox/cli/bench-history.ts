import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { UsageError } from '../lab/usage.ts';
import type { BenchResult } from './bench.ts';

/** Runs that the file keeps; the oldest go first. */
const KEPT = 200;
/** Runs before this one that it is compared with. */
const COMPARED = 10;

/** One run of `lab bench`, a line of the file. */
export interface HistoryEntry {
  /** When, as ISO 8601 in UTC. */
  date: string;
  node: string;
  cpu: string;
  result: BenchResult;
}

/** The result with where and when it was seen. */
export function historyEntry(result: BenchResult): HistoryEntry {
  const cpu = cpus()[0]?.model ?? 'unknown';
  return { date: new Date().toISOString(), node: process.version, cpu, result };
}

/**
 * The runs in `file`, oldest first; none when there is no such file.
 * @throws UsageError that names the line that is not a run
 */
export function readHistory(file: string): HistoryEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, `${file}:${i + 1}`)]));
}

/** Adds `entry` at the end of `file`. @throws UsageError when the file is something else */
export function keepRun(file: string, entry: HistoryEntry): void {
  const entries = [...readHistory(file), entry].slice(-KEPT);
  writeFileSync(file, entries.map((kept) => `${JSON.stringify(kept)}\n`).join(''));
}

/** Real-time factor of each path beside the median of the last runs on a processor of the same model. */
export function againstHistory(entry: HistoryEntry, earlier: readonly HistoryEntry[]): string[] {
  const peers = earlier.filter(({ cpu }) => cpu === entry.cpu).slice(-COMPARED);
  return Object.entries(entry.result.paths).flatMap(([path, { realTimeFactor }]) => {
    const factors = peers.flatMap(({ result }) => result.paths[path]?.realTimeFactor ?? []);
    if (factors.length === 0) return [];
    const usual = median(factors);
    const ratio = (realTimeFactor / usual).toFixed(2);
    return `${path}: ${ratio} of the median of ${factors.length} earlier runs (${usual.toFixed(2)}x)`;
  });
}

function parse(line: string, where: string): HistoryEntry {
  let entry: Partial<HistoryEntry> | null;
  try {
    entry = JSON.parse(line);
  } catch {
    entry = null;
  }
  if (
    typeof entry?.cpu !== 'string' ||
    typeof entry.result?.paths !== 'object' ||
    entry.result.paths === null
  )
    throw new UsageError(`${where}: not a run of lab bench; name another file with --keep`);
  return entry as HistoryEntry;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
