import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { buildLab } from '../sandbox/runner/build/lab.ts';
import { judgeQuizzes, type QuizResult } from '../sandbox/runner/build/quizzes/build.ts';
import { LessonBuild } from './lesson-build.ts';
import { type Proof, work, wrong } from './lesson-thread.ts';
import type { Answer, Task } from './lesson-worker.ts';
import { type Exercise, type Lesson, lessonsIn } from './lessons.ts';
import { proofsOfQuizzes } from './prove-quizzes.ts';
import { writeCount } from './tally.ts';

/**
 * `npm run check:lessons`: every cell runs and shows something; every exercise has hints, its start fails
 * the check and its solution passes; every question has one clear key, and a cell that shows it. Each runs as it is written, with the whole lab, and as the page runs it,
 * with the lesson's own; both must come out the same. `--lessons FOLDER` proves other lessons.
 */

/** The first exercise of the course takes a reader by the hand. */
const HINTS_NEEDED: Record<string, number> = { '01-the-ledger': 2 };

function proofsOf(lesson: Lesson, judged: readonly QuizResult[]): Proof[] {
  const { slug, cells, exercises } = lesson;
  const build = new LessonBuild(lesson);
  const all = [
    ...cells.map((file) => ({ name: file, run: () => proveCell(build, file) })),
    ...exercises.flatMap((exercise) => proofsOfExercise(build, slug, exercise)),
    ...proofsOfQuizzes(
      build,
      lesson,
      judged.filter((one) => one.lesson === slug),
    ),
  ];
  return all.length > 0
    ? all
    : [{ name: slug, run: async () => wrong('has no cell and no exercise') }];
}

async function proveCell(build: LessonBuild, file: string): Promise<string> {
  const answer = await sameTwice({ kind: 'cell', cell: file }, async () => ({
    kind: 'cell',
    cell: await build.code(file),
    lab: await build.lab(),
  }));
  if (answer.kind !== 'cell' || answer.reports.length === 0) return wrong('shows nothing');
  return answer.reports.map(({ kind }) => kind).join(', ');
}

/** Does a task as it is written and as it was built. */
async function sameTwice(written: Task, build: () => Promise<Task>): Promise<Answer> {
  const [answer, built] = await Promise.all([work(written), build().then(work)]);
  return isDeepStrictEqual(answer, built)
    ? answer
    : wrong("comes out differently with the lesson's own lab");
}

function proofsOfExercise(
  build: LessonBuild,
  slug: string,
  { name, folder, hints }: Exercise,
): Proof[] {
  const needed = HINTS_NEEDED[slug] ?? 1;
  const enough = hints.filter((hint) => hint.trim() !== '').length >= needed;
  const seen = `${hints.length} of at least ${needed}`;
  return [
    { name: `${folder}: hints`, run: async () => (enough ? seen : wrong(seen)) },
    { name: `${folder}: start fails`, run: () => judge(build, folder, 'start', false) },
    { name: `${folder}: solution passes`, run: () => judge(build, folder, 'solution', true) },
  ].map((proof) => ({ ...proof, name: proof.name.replace(folder, `${slug}/exercises/${name}`) }));
}

async function judge(
  build: LessonBuild,
  folder: string,
  version: string,
  shouldPass: boolean,
): Promise<string> {
  const [file, check] = [join(folder, `${version}.ts`), join(folder, 'check.ts')];
  const answer = await sameTwice({ kind: 'exercise', work: file, check }, async () => ({
    kind: 'exercise',
    work: await build.code(file),
    check: await build.code(check),
    lab: await build.lab(),
  }));
  const found = answer.kind === 'exercise' ? answer.expectations : [];
  if (found.length === 0) return wrong('the check expects nothing');
  const missed = found.filter(({ passed }) => !passed);
  const list = missed.map(({ name, wanted, seen }) => `${name}: wanted ${wanted}, seen ${seen}`);
  if (shouldPass)
    return missed.length === 0 ? `${found.length} expectations` : wrong(list.join('; '));
  return missed.length > 0 ? `${missed.length} of ${found.length} not met` : wrong('it passes');
}

const { values } = parseArgs({ options: { lessons: { type: 'string', default: 'lessons' } } });
const { code: lab } = await buildLab(process.cwd(), 'sandbox/lab/bundle.ts');
const judged = await judgeQuizzes({ lessons: values.lessons, lab, cache: '.cache/quizzes' });
const proofs = lessonsIn(values.lessons).flatMap((lesson) => proofsOf(lesson, judged));
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
