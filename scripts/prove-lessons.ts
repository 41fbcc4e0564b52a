import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Answer, Task } from './lesson-worker.ts';
import { type Exercise, type Lesson, lessonsIn } from './lessons.ts';
import { writeCount } from './tally.ts';

/**
 * `npm run check:lessons`: every cell runs and shows something; every exercise has hints, its start fails
 * the check and its solution passes. `--lessons FOLDER` proves other lessons.
 */

const MOST_SECONDS = 60;
/** The first exercise of the course takes a reader by the hand. */
const HINTS_NEEDED: Record<string, number> = { '01-the-ledger': 2 };

interface Proof {
  name: string;
  /** Resolves to what was seen. Rejects with what is wrong. */
  run(): Promise<string>;
}

const wrong = (why: string): never => {
  throw new Error(why);
};

/** Does a task in a thread of its own, so that an endless loop ends. */
function work(task: Task): Promise<Answer> {
  return new Promise((done, fail) => {
    const worker = new Worker(new URL('./lesson-worker.ts', import.meta.url), { workerData: task });
    const timer = setTimeout(() => {
      fail(new Error(`not over after ${MOST_SECONDS} s`));
      void worker.terminate();
    }, MOST_SECONDS * 1000);
    worker.on('message', done);
    worker.on('error', fail);
    worker.on('exit', () => {
      clearTimeout(timer);
      fail(new Error('ended without an answer'));
    });
  });
}

function proofsOf({ slug, cells, exercises }: Lesson): Proof[] {
  const all = [
    ...cells.map((file) => ({ name: file, run: () => proveCell(file) })),
    ...exercises.flatMap((exercise) => proofsOfExercise(slug, exercise)),
  ];
  return all.length > 0
    ? all
    : [{ name: slug, run: async () => wrong('has no cell and no exercise') }];
}

async function proveCell(file: string): Promise<string> {
  const answer = await work({ kind: 'cell', file });
  if (answer.kind !== 'cell' || answer.reports.length === 0) return wrong('shows nothing');
  return answer.reports.join(', ');
}

function proofsOfExercise(slug: string, { name, folder, hints }: Exercise): Proof[] {
  const needed = HINTS_NEEDED[slug] ?? 1;
  const enough = hints.filter((hint) => hint.trim() !== '').length >= needed;
  const seen = `${hints.length} of at least ${needed}`;
  return [
    { name: `${folder}: hints`, run: async () => (enough ? seen : wrong(seen)) },
    { name: `${folder}: start fails`, run: () => judge(folder, 'start', false) },
    { name: `${folder}: solution passes`, run: () => judge(folder, 'solution', true) },
  ].map((proof) => ({ ...proof, name: proof.name.replace(folder, `${slug}/exercises/${name}`) }));
}

async function judge(folder: string, version: string, shouldPass: boolean): Promise<string> {
  const check = join(folder, 'check.ts');
  const answer = await work({ kind: 'exercise', work: join(folder, `${version}.ts`), check });
  const found = answer.kind === 'exercise' ? answer.expectations : [];
  if (found.length === 0) return wrong('the check expects nothing');
  const missed = found.filter(({ passed }) => !passed);
  const list = missed.map(({ name, wanted, seen }) => `${name}: wanted ${wanted}, seen ${seen}`);
  if (shouldPass)
    return missed.length === 0 ? `${found.length} expectations` : wrong(list.join('; '));
  return missed.length > 0 ? `${missed.length} of ${found.length} not met` : wrong('it passes');
}

const { values } = parseArgs({ options: { lessons: { type: 'string', default: 'lessons' } } });
const proofs = lessonsIn(values.lessons).flatMap(proofsOf);
const count = { passed: 0, failed: 0 };
for (const proof of proofs) {
  try {
    const seen = await proof.run();
    count.passed += 1;
    console.log(`ok      ${proof.name} (${seen})`);
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED  ${proof.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`lessons: ${count.passed} proved, ${count.failed} not`);
writeCount(count);
