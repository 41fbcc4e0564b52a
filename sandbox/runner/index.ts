import * as v from 'valibot';
import {
  Assets,
  type CellEntry,
  type CompiledFile,
  type LessonEntry,
  type LessonTexts,
} from './assets.ts';
import { BundlerClient, type EditedCell } from './edit/client.ts';
import { explainDiagnostics, explainThrown, type RunError } from './errors.ts';
import type { SandboxFrame } from './frame.ts';
import type { Job } from './job.ts';
import { DEFAULT_LIMITS, describeLimit, type Limits } from './limits.ts';
import { plainProgram } from './plain.ts';
import { FramePool } from './pool.ts';
import type { LogLine, WorkerMessage } from './protocol.ts';
import {
  type Expectation,
  type KnobSpec,
  type KnobValue,
  ProgressSchema,
  type Report,
  ReportSchema,
  type SweepProgress,
} from './reports.ts';

export {
  Assets,
  type LessonEntry,
  type LessonTexts,
  type Manifest,
  type ProfileRules,
} from './assets.ts';
export type { Diagnostic } from './bundle-names.ts';
export type { Place, RunError } from './errors.ts';
export type { LogLine } from './protocol.ts';
export type { LessonQuizzes, QuizEntry, QuizVariant } from './quiz.ts';
export type { Expectation, KnobSpec, KnobValue, Report, SweepProgress } from './reports.ts';
export { ReportSchema } from './reports.ts';

/** How a run ended. Text and output stay in every case. */
export type Outcome = 'done' | 'failed' | 'stopped';

export interface RunRequest {
  lesson: string;
  /** Name of the cell without `.ts`. */
  cell: string;
  /** Edited texts: by file name for cells, by project path for machine and lab files. */
  files?: Record<string, string>;
  knobs?: Record<string, KnobValue>;
  /** The reader's own cost profile, as it was kept: the lab knows it as `own` and checks it. */
  profile?: unknown;
}

export interface RunCallbacks {
  report?(report: Report): void;
  /** What a sweep has so far, while it goes on. */
  progress?(progress: SweepProgress): void;
  knobs?(knobs: KnobSpec[]): void;
  log?(lines: LogLine[]): void;
  error?(error: RunError): void;
  /** Called once, last. */
  done?(outcome: Outcome): void;
}

export interface CheckRequest {
  lesson: string;
  exercise: string;
  /** The reader's text; without it the start as it was compiled. */
  text?: string;
  /** What the check draws its cases from, 32 bits; another one each time when left out. */
  seed?: number;
}

export interface CheckCallbacks {
  log?(lines: LogLine[]): void;
  error?(error: RunError): void;
  /** The judgement; an exercise is passed when there is at least one expectation and all passed. */
  expectations?(expectations: Expectation[]): void;
  done?(outcome: Outcome): void;
}

export interface Running {
  /** Ends the run at once, whatever it is doing. Does nothing once it is over. */
  stop(): void;
}

export interface Runner {
  readonly assets: Assets;
  /** Loads a lesson's lab and starts a worker ahead of the first run. */
  warm(lesson: string): Promise<void>;
  /**
   * Starts the bundler ahead of the first run of edited code. With `machine` it reads the whole machine once,
   * which takes seconds in which it does nothing else.
   */
  prepareEditing(options?: { machine?: boolean }): Promise<unknown>;
  run(request: RunRequest, callbacks: RunCallbacks): Running;
  check(request: CheckRequest, callbacks: CheckCallbacks): Running;
}

/** A runner for the sandbox files at `base`, absolute or relative to the document. */
export function createRunner(options: { base: string | URL; limits?: Partial<Limits> }): Runner {
  const assets = new Assets(options.base);
  const kit: Kit = {
    assets,
    bundler: new BundlerClient(assets),
    pool: new FramePool(assets),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
  return {
    assets,
    warm: async (lesson) => kit.pool.warm((await assets.lesson(lesson)).lab),
    prepareEditing: ({ machine = false } = {}) => kit.bundler.prepare(machine),
    run: (request, callbacks) =>
      new Run(kit, callbacks).begin((run) => runCell(kit, run, request, callbacks)),
    check: (request, callbacks) =>
      new Run(kit, callbacks).begin((run) => runCheck(kit, run, request, callbacks)),
  };
}

interface Kit {
  assets: Assets;
  bundler: BundlerClient;
  pool: FramePool;
  limits: Limits;
}

/** Ends a run early; carries what to tell the reader. */
class RunFailure extends Error {
  readonly explained: RunError;
  constructor(explained: RunError) {
    super(explained.text);
    this.explained = explained;
  }
}

type JobPart = Pick<Job, 'mode' | 'code' | 'check' | 'knobs' | 'profile' | 'evidence' | 'seed'>;
type EndCallbacks = Pick<RunCallbacks, 'error' | 'done'>;
type Done = Extract<WorkerMessage, { type: 'done' }>;

/** One press of Run or Check: at most one frame at a time, and exactly one outcome. */
class Run implements Running {
  #kit: Kit;
  #callbacks: EndCallbacks;
  #frame: SandboxFrame | undefined;
  #over = false;

  constructor(kit: Kit, callbacks: EndCallbacks) {
    this.#kit = kit;
    this.#callbacks = callbacks;
  }

  begin(work: (run: Run) => Promise<void>): Running {
    work(this).then(
      () => this.#end('done'),
      (error: unknown) => {
        if (this.#over) return;
        const explained =
          error instanceof RunFailure
            ? error.explained
            : { text: String((error as Error)?.message ?? error), places: [] };
        this.#callbacks.error?.(explained);
        this.#end('failed');
      },
    );
    return this;
  }

  stop(): void {
    this.#end('stopped');
  }

  /**
   * Runs one job in a frame with `lab`: a fresh one or, when the code is the site's own, one that has run
   * nothing but it. Messages other than the last go to `on`.
   */
  async job(
    { lab, map, own }: Pick<Program, 'lab' | 'map' | 'own'>,
    part: JobPart,
    on: (message: WorkerMessage) => void,
  ): Promise<Done> {
    const { pool } = this.#kit;
    const frame = await pool.take(lab, own ? part.code : undefined);
    if (this.#over) {
      frame.drop();
      throw new RunFailure({ text: 'stopped', places: [] });
    }
    this.#frame = frame;
    const { limits } = this.#kit;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let began = 0;
    let again = own;
    try {
      const done = await new Promise<Done>((resolve, reject) => {
        const fail = (text: string): void => reject(new RunFailure({ text, places: [] }));
        // A sweep whose points come is no loop without an end: with each it has its time anew, up to a bound.
        const wait = (all: number): void => {
          clearTimeout(timer);
          const left = all - (performance.now() - began);
          const limit = left < limits.wallMs ? 'sweepMs' : 'wallMs';
          timer = setTimeout(
            () => fail(describeLimit(limit, limits)),
            Math.min(left, limits.wallMs),
          );
        };
        void frame.ready.then(() => {
          began = performance.now();
          wait(Infinity);
        });
        frame.start(
          { ...part, limits, again: own },
          {
            lost: fail,
            unreadable: () => fail('The run sent a result that this page cannot read.'),
            message: (message) => {
              if (message.type === 'done') return resolve(message);
              if (message.type === 'limit') return fail(describeLimit(message.limit, limits));
              if (message.type === 'progress') {
                // It has workers of its own, which are not to wait with it.
                again = false;
                wait(limits.sweepMs);
              }
              if (message.type !== 'thrown') return on(message);
              explainThrown(message.thrown, map).then(
                (explained) => reject(new RunFailure(explained)),
                reject,
              );
            },
          },
        );
      });
      if (again && frame.lostBecause === undefined) {
        this.#frame = undefined;
        pool.keep(frame, lab, part.code);
      }
      return done;
    } finally {
      clearTimeout(timer);
      if (this.#frame === frame) frame.drop();
    }
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#frame?.drop();
    this.#callbacks.done?.(outcome);
    void this.#kit.pool.warm().catch(() => {});
  }
}

interface Program {
  /** Name of the file with the lab that it runs with. */
  lab: string;
  code: string;
  map: () => Promise<string>;
  /** Whether the code is as the site has it. */
  own: boolean;
}

async function runCell(
  kit: Kit,
  run: Run,
  request: RunRequest,
  callbacks: RunCallbacks,
): Promise<void> {
  const program = await cellProgram(kit, request);
  const part: JobPart = {
    mode: 'cell',
    code: program.code,
    check: '',
    knobs: request.knobs ?? {},
    profile: request.profile,
    evidence: undefined,
    seed: 0,
  };
  let bad: string | undefined;
  await run.job(program, part, (message) => {
    if (message.type === 'log') callbacks.log?.(message.lines);
    if (message.type === 'knobs') callbacks.knobs?.(message.knobs);
    if (message.type === 'report')
      bad ??= accept(ReportSchema, message.report, (report) => callbacks.report?.(report));
    if (message.type === 'progress')
      bad ??= accept(ProgressSchema, message.progress, (part) => callbacks.progress?.(part));
  });
  if (bad) throw new RunFailure({ text: bad, places: [] });
}

async function runCheck(
  kit: Kit,
  run: Run,
  request: CheckRequest,
  callbacks: CheckCallbacks,
): Promise<void> {
  const { lab, exercises } = await kit.assets.lesson(request.lesson);
  const exercise = exercises[request.exercise];
  if (!exercise) throw new Error(`the lesson has no exercise '${request.exercise}'`);
  const file = `${request.exercise}.ts`;
  const program =
    request.text === undefined
      ? await compiled(kit, lab, exercise.start)
      : await bundled(kit, { entry: file, cells: { [file]: request.text } });
  const check = await compiled(kit, lab, exercise.check);
  const log = (message: WorkerMessage): void => {
    if (message.type === 'log') callbacks.log?.(message.lines);
  };
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  const { seed = drawn } = request;
  const base = { check: check.code, knobs: {}, evidence: undefined, seed };
  const measured = await run.job(
    { ...program, own: false },
    { ...base, mode: 'measure', code: program.code },
    log,
  );
  const judged = await run.job(
    { lab: program.lab, map: check.map, own: false },
    { ...base, mode: 'judge', code: '', evidence: measured.evidence },
    () => {},
  );
  callbacks.expectations?.(judged.expectations);
}

/** The compiled cell, unless the reader changed it, a cell it imports, or the machine. */
async function cellProgram(kit: Kit, request: RunRequest): Promise<Program> {
  const lesson = await kit.assets.lesson(request.lesson);
  const index = lesson.cells.findIndex(({ file }) => file === `${request.cell}.ts`);
  const entry = lesson.cells[index];
  if (!entry) throw new Error(`the lesson has no cell '${request.cell}'`);
  const files = request.files ?? {};
  const machine = Object.keys(files).filter((file) => file.includes('/'));
  if (machine.length === 0 && ![entry.file, ...entry.imports].some((file) => file in files))
    return compiled(kit, lesson.lab, entry);
  const plain = machine.length === 0 && (await plainCell(kit, lesson, entry, files));
  if (plain) return plain;

  const texts = (await kit.assets.lessonTexts(request.lesson)).cells;
  const cells: Record<string, string> = {};
  for (const { file } of lesson.cells.slice(0, index + 1))
    cells[file] = files[file] ?? texts[file] ?? '';
  const edits = Object.fromEntries(machine.map((path) => [path, files[path] ?? '']));
  return bundled(kit, { entry: entry.file, cells, ...(machine.length > 0 && { edits }) });
}

/** A cell whose text only calls, with other plain data, what the lesson's own lab has: needs no bundler. */
async function plainCell(
  { assets }: Kit,
  { lab, partial, texts }: LessonEntry,
  { file }: CellEntry,
  files: Record<string, string>,
): Promise<Program | undefined> {
  const program = partial ? undefined : plainProgram(file, files[file] ?? '');
  if (program === undefined) return undefined;
  const original = (await assets.json<LessonTexts>(texts)).cells[file] ?? '';
  if (plainProgram(file, original)?.called !== program.called) return undefined;
  return { lab, code: program.code, map: () => Promise.resolve(program.map), own: false };
}

/** Code as it was built: it imports what the lesson's own lab has. */
async function compiled(kit: Kit, lab: string, file: CompiledFile): Promise<Program> {
  const code = await kit.assets.text(file.code);
  return { lab, code, map: () => kit.assets.text(file.map), own: true };
}

/** Code that a reader edited: it may import anything, and gets the whole lab. */
async function bundled(kit: Kit, cell: EditedCell): Promise<Program> {
  const { lab } = await kit.assets.manifest();
  // Gets ready while the bundler works; the run says so if it cannot.
  void kit.pool.warm(lab).catch(() => {});
  const result = await kit.bundler.bundle(cell);
  if (!result.ok) throw new RunFailure(explainDiagnostics(result.diagnostics));
  return { lab, code: result.code, map: () => kit.bundler.sourceMap(cell), own: false };
}

/** Passes on what fits the schema; says what is wrong with anything else. */
function accept<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  take: (output: v.InferOutput<S>) => void,
): string | undefined {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (!parsed.success) return describeIssue(parsed.issues[0]);
  take(parsed.output);
  return undefined;
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue);
  return `A result cannot be shown: ${where ? `${where}: ` : ''}${issue.message}`;
}
