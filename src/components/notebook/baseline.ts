import * as v from 'valibot';
import type { CompareReport } from '../../../sandbox/lab/report.ts';
import { type KnobValue, ReportSchema } from '../../../sandbox/runner/index.ts';
import type { Baseline } from './store.ts';

export { drawDifference } from './baseline-view.ts';

/** A comparison and the knobs that it ran with. */
export interface Compared {
  knobs: Record<string, KnobValue>;
  report: CompareReport;
  /** Tells one state of the code from another. */
  code?: string;
}

/** A baseline that was checked. */
export interface PinnedRun extends Compared {
  when: string;
}

const words = v.pipe(v.string(), v.maxLength(300));
const BaselineSchema = v.object({
  when: v.pipe(v.string(), v.maxLength(40), v.isoTimestamp()),
  knobs: v.record(words, v.union([v.number(), words, v.boolean()])),
  report: ReportSchema,
  code: v.optional(words),
});

/** JSON has no NaN and writes null for it; a report has no null. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return Number.NaN;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNulls(item)]));
}

/** What is kept as a baseline, if it is one. It may come from a link or from a file that was imported. */
export function readBaseline(kept: unknown): PinnedRun | undefined {
  const parsed = v.safeParse(BaselineSchema, withoutNulls(kept), { abortEarly: true });
  if (!parsed.success || parsed.output.report.kind !== 'compare') return undefined;
  return { ...parsed.output, report: parsed.output.report as CompareReport };
}

/** What to keep of a comparison: all but what no difference shows, which is most of its bytes. */
export function toBaseline({ report, knobs, code }: Compared): Baseline {
  const { recorded: _, ...config } = report.config;
  const paths = Object.fromEntries(
    Object.entries(report.paths).map(([name, path]) => [name, { ...path, latencyHistogram: [] }]),
  );
  const small = { ...report, config, paths } as Baseline['report'];
  return { when: new Date().toISOString(), knobs, report: small, ...(code ? { code } : {}) };
}
