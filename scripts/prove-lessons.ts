import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { Expectation } from '../sandbox/lab/report.ts';
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
 * the check, and so does every `cheat*.ts` in its folder, and its solution passes, whatever cases the check
 * draws; every question has one clear key, and a cell that shows it. Each runs as it is written, with the
 * whole lab, and as the page runs it, with the lesson's own; both must come out the same. `--lessons FOLDER`
 * proves other lessons, `--seeds N` solutions with more draws.
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
  { name, folder, hints, cheats }: Exercise,
): Proof[] {
  const needed = HINTS_NEEDED[slug] ?? 1;
  const enough = hints.filter((hint) => hint.trim() !== '').length >= needed;
  const seen = `${hints.length} of at least ${needed}`;
  return [
    { name: `${folder}: hints`, run: async () => (enough ? seen : wrong(seen)) },
    { name: `${folder}: start fails`, run: () => proveFails(build, folder, 'start') },
    ...cheats.map((cheat) => ({
      name: `${folder}: ${cheat} fails`,
      run: () => proveFails(build, folder, cheat),
    })),
    { name: `${folder}: solution passes`, run: () => provePasses(build, folder) },
  ].map((proof) => ({ ...proof, name: proof.name.replace(folder, `${slug}/exercises/${name}`) }));
}

async function proveFails(build: LessonBuild, folder: string, version: string): Promise<string> {
  const found = await judge(build, folder, version, 1);
  const missed = found.filter(({ passed }) => !passed);
  return missed.length > 0 ? `${missed.length} of ${found.length} not met` : wrong('it passes');
}

async function provePasses(build: LessonBuild, folder: string): Promise<string> {
  let count = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const found = await judge(build, folder, 'solution', seed);
    const missed = found.filter(({ passed }) => !passed);
    const list = missed.map(({ name, wanted, seen }) => `${name}: wanted ${wanted}, seen ${seen}`);
    if (missed.length > 0) wrong(`seed ${seed}: ${list.join('; ')}`);
    count = found.length;
  }
  return `${count} expectations, ${seeds} draws`;
}

async function judge(
  build: LessonBuild,
  folder: string,
  version: string,
  seed: number,
): Promise<Expectation[]> {
  const [file, check] = [join(folder, `${version}.ts`), join(folder, 'check.ts')];
  const written: Task = { kind: 'exercise', work: file, check, seed };
  // One draw shows that the two labs are one. What a reader writes has the whole lab, and so has a cheat.
  const answer =
    seed > 1 || version.startsWith('cheat')
      ? await work(written)
      : await sameTwice(written, async () => ({
          ...{ kind: 'exercise', seed },
          work: await build.code(file),
          check: await build.code(check),
          lab: await build.lab(),
        }));
  const found = answer.kind === 'exercise' ? answer.expectations : [];
  return found.length > 0 ? found : wrong('the check expects nothing');
}

const { values } = parseArgs({
  options: {
    lessons: { type: 'string', default: 'lessons' },
    seeds: { type: 'string', default: '2' },
  },
});
const seeds = Number(values.seeds);
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
