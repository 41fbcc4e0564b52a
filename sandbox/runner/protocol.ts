import * as v from 'valibot';
import { ExpectationSchema, KnobSchema } from './reports.ts';

/**
 * What crosses the border. The page sends a worker one job and nothing after it; the worker answers
 * through a port that learner code never holds. Each message carries the nonce of its frame, and each
 * frame serves one job.
 */

const nonce = v.string();
const text = v.pipe(v.string(), v.maxLength(20_000));

const ThrownSchema = v.object({
  /** `Error` and its like, or `value` when something else was thrown. */
  kind: v.picklist(['error', 'value']),
  message: text,
  stack: text,
  /** Lines that the engine puts before an async function's body. */
  lineOffset: v.number(),
});
export type Thrown = v.InferOutput<typeof ThrownSchema>;

const LogLineSchema = v.object({ level: v.picklist(['log', 'warn', 'error']), text });
export type LogLine = v.InferOutput<typeof LogLineSchema>;

/** Reports are checked one by one where they are received, so that one bad report names itself. */
export const WorkerMessageSchema = v.variant('type', [
  v.object({ nonce, type: v.literal('ready') }),
  v.object({ nonce, type: v.literal('report'), report: v.unknown() }),
  v.object({ nonce, type: v.literal('progress'), progress: v.unknown() }),
  v.object({
    nonce,
    type: v.literal('log'),
    lines: v.pipe(v.array(LogLineSchema), v.maxLength(2_000)),
  }),
  v.object({
    nonce,
    type: v.literal('limit'),
    limit: v.picklist(['logLines', 'logChars', 'reports', 'progress', 'reportBytes']),
  }),
  v.object({ nonce, type: v.literal('thrown'), thrown: ThrownSchema }),
  v.object({
    nonce,
    type: v.literal('knobs'),
    knobs: v.pipe(v.array(KnobSchema), v.maxLength(50)),
  }),
  v.object({
    nonce,
    type: v.literal('done'),
    evidence: v.unknown(),
    expectations: v.pipe(v.array(ExpectationSchema), v.maxLength(100)),
  }),
]);
export type WorkerMessage = v.InferOutput<typeof WorkerMessageSchema>;

/** A message a worker may send, or undefined for anything else and for another run's nonce. */
export function readMessage(data: unknown, expected: string): WorkerMessage | undefined {
  const parsed = v.safeParse(WorkerMessageSchema, data);
  return parsed.success && parsed.output.nonce === expected ? parsed.output : undefined;
}
