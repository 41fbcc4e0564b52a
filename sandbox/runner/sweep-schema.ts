import * as v from 'valibot';

/** Schemas of a sweep and of its parts as they come, from those of the names, runs and configurations in it. */
export function sweepSchemas<
  L extends v.GenericSchema,
  P extends v.GenericSchema,
  C extends v.GenericSchema,
  R extends v.GenericSchema,
>({ label, path, config, run }: { label: L; path: P; config: C; run: R }) {
  const find = v.picklist(['run', 'loss-free']);
  const value = v.union([label, v.number()]);
  const id = v.pipe(v.number(), v.integer());
  const trial = v.object({ load: v.number(), lossRate: v.number(), held: v.boolean() });
  const point = v.object({
    value,
    path,
    run,
    load: v.optional(v.number()),
    trials: v.optional(v.pipe(v.array(trial), v.maxLength(200))),
  });
  const sweepReport = v.object({
    kind: v.literal('sweep'),
    title: v.optional(label),
    id: v.optional(id),
    find,
    over: v.object({ option: label, values: v.pipe(v.array(value), v.maxLength(200)) }),
    config,
    figure: v.picklist([
      'throughputGbps',
      'framesPerSecond',
      'cores',
      'cyclesPerFrame',
      'cyclesPerByte',
      'latencyP50',
      'latencyP99',
      'lossRate',
      'ioExits',
    ]),
    points: v.pipe(v.array(point), v.maxLength(1_000)),
  });
  const progress = v.union([v.object({ id, sweep: sweepReport }), v.object({ id, point })]);
  return { sweepReport, progress };
}
