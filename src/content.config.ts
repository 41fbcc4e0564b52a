import { defineCollection, reference } from 'astro:content';
import { docsSchema } from '@astrojs/starlight/schema';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';

const data = (folder: string) => glob({ base: `./content/${folder}`, pattern: '*.json' });

/** Lessons live outside src: lessons/NN-slug/index.mdx is served at /lessons/NN-slug/. */
const docs = defineCollection({
  loader: glob({
    base: './lessons',
    pattern: '*/index.mdx',
    generateId: ({ entry }) => `lessons/${entry.replace(/\/index\.mdx$/, '')}`,
  }),
  schema: docsSchema({
    extend: z.object({
      /** Minutes a reader needs, shown under the title. */
      minutes: z.number().int().min(5).max(60).optional(),
      /** What a reader can do afterwards; one line each. */
      goals: z.array(z.string()).max(5).optional(),
      /** Per exercise folder: hints, given one at a time, and the exercise whose solution it may start from. */
      exercises: z
        .record(
          z.string(),
          z.strictObject({ hints: z.array(z.string()).min(1), from: z.string().optional() }),
        )
        .optional(),
    }),
  }),
});

/** A published text, measurement or manual that a claim rests on. */
const sources = defineCollection({
  loader: data('sources'),
  schema: z.strictObject({
    title: z.string(),
    authors: z.array(z.string()).min(1),
    year: z.number().int().min(1970).optional(),
    publisher: z.string().optional(),
    /** How a citation names it; without it, author and year. */
    short: z.string().max(24).optional(),
    url: z.url({ protocol: /^https$/ }).optional(),
    kind: z.enum(['article', 'paper', 'manual', 'standard', 'documentation', 'code', 'recording']),
    /** What the course takes from it, one claim each. */
    supports: z.array(z.string()).min(1),
    /** What a reader should know before trusting it. */
    caveat: z.string().optional(),
  }),
});

const glossary = defineCollection({
  loader: data('glossary'),
  schema: z.strictObject({
    term: z.string(),
    /** Other names that the field uses for the same thing. */
    also: z.array(z.string()).optional(),
    definition: z.string(),
    sources: z.array(reference('sources')).optional(),
  }),
});

/** A question that somebody asked in public, answered in the course's own words. */
const questions = defineCollection({
  loader: data('questions'),
  schema: z.strictObject({
    question: z.string(),
    /** Where it was asked. */
    asked: z.string(),
    answer: z.string(),
    /** The lesson that has the whole story. */
    lesson: reference('docs'),
    /** What the answer stands on: the lesson's model, the sources, or a conclusion from them. */
    rests: z.enum(['model', 'source', 'derived']),
    terms: z.array(reference('glossary')).min(1),
    sources: z.array(reference('sources')).min(1),
  }),
});

/** Which figure of an experiment answers a row; `lab/validation/row.ts` says how. */
const against = z.strictObject({
  path: z.string().optional(),
  experiment: z.record(z.string(), z.unknown()).optional(),
});
const reading = z.strictObject({
  path: z.string().optional(),
  figure: z.string().optional(),
  minus: against.optional(),
  over: against.optional(),
  per: z.number().positive().optional(),
});

/** A published number, as the source states it. */
const measurements = defineCollection({
  loader: data('measurements'),
  schema: z.strictObject({
    claim: z.string(),
    value: z.union([z.number(), z.tuple([z.number(), z.number()])]),
    unit: z.string(),
    platform: z.string(),
    source: reference('sources'),
    evidence: z.enum(['primary', 'secondary', 'figure-read', 'derived', 'measured', 'recalled']),
    use: z.enum(['calibrate', 'validate', 'quote']),
    note: z.string().optional(),
    /** The options of the lab that repeat it, or why none do. */
    experiment: z.record(z.string(), z.unknown()).optional(),
    reading: reading.optional(),
    notExpressed: z.string().optional(),
    /** What the model lacks when a row is outside its band. */
    gap: z.string().optional(),
  }),
});

/** One figure of a cost profile. */
const primitive = z.strictObject({
  value: z.number().nonnegative(),
  unit: z.enum(['cycles', 'cycles/byte', 'ns', 'GB/s']),
  status: z.enum(['verified', 'derived', 'interpolated', 'assumed']),
  /** Rows of published measurements that it rests on. */
  source: z.array(reference('measurements')),
  note: z.string(),
});

/** What primitive operations cost on a generation of machines. */
const profiles = defineCollection({
  loader: data('profiles'),
  schema: z.strictObject({
    id: z.string(),
    name: z.string(),
    ghz: z.number().positive(),
    pcie: z.string(),
    apicv: z.boolean(),
    postedInterrupts: z.boolean(),
    p: z.record(z.string(), primitive),
    /** Whether the figures are those with the mitigations of 2018, and the figures of the other state. */
    mitigations: z.strictObject({ included: z.boolean(), p: z.record(z.string(), primitive) }),
  }),
});

export const collections = { docs, sources, glossary, questions, measurements, profiles };
