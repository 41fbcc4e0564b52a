import type { Job } from '../job.ts';
import { sizeOf } from '../limits.ts';
import { describeThrown, inspect } from './describe.ts';
import { type Exports, evaluate, type Lab, LINES_BEFORE } from './evaluate.ts';
import { cloneData, type Outlet } from './outlet.ts';
import type { WorkerPool } from './pool.ts';

const MOST_EVIDENCE_BYTES = 4_000_000;

/** One job from its first line to `done` or `thrown`. */
export class Run {
  #lab: Lab;
  #job: Job;
  #outlet: Outlet;
  #pool: WorkerPool;
  #over = false;

  constructor(lab: Lab, job: Job, outlet: Outlet, pool: WorkerPool) {
    this.#lab = lab;
    this.#job = job;
    this.#outlet = outlet;
    this.#pool = pool;
  }

  async start(): Promise<void> {
    try {
      const { mode } = this.#job;
      const result =
        mode === 'cell'
          ? await this.#cell()
          : mode === 'measure'
            ? await this.#measure()
            : await this.#judge();
      this.#knobs();
      this.#finish({ type: 'done', evidence: undefined, expectations: [], ...result });
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  fail(thrown: unknown): void {
    this.#knobs();
    this.#finish({ type: 'thrown', thrown: describeThrown(thrown, LINES_BEFORE) });
  }

  #finish(message: Record<string, unknown>): void {
    if (this.#over) return;
    this.#over = true;
    this.#outlet.send(message);
  }

  #knobs(): void {
    if (this.#over || this.#job.mode !== 'cell') return;
    try {
      this.#outlet.send({ type: 'knobs', knobs: cloneData(this.#lab.endSession().knobs) });
    } catch {
      // A lab that the reader broke: the error that follows says so.
    }
  }

  async #cell(): Promise<Record<string, unknown>> {
    const exports = await this.#evaluate(this.#job.code);
    for (const report of asReports(await exports.default)) this.#outlet.report(report);
    return {};
  }

  /** Runs the reader's exercise under the check's eyes; the check is evaluated first. */
  async #measure(): Promise<Record<string, unknown>> {
    const check = await this.#evaluate(this.#job.check);
    const work = await this.#evaluate(this.#job.code);
    const evidence = cloneData(await call(check, 'measure', work, this.#job.seed));
    if (sizeOf(evidence, MOST_EVIDENCE_BYTES) > MOST_EVIDENCE_BYTES)
      throw new RangeError('the check collected more evidence than can be judged');
    return { evidence };
  }

  async #judge(): Promise<Record<string, unknown>> {
    const check = await this.#evaluate(this.#job.check);
    const { evidence, seed } = this.#job;
    return { expectations: cloneData(await call(check, 'judge', evidence, seed)) };
  }

  /** Evaluates a bundle in a session of its own and returns what its entry exports. */
  #evaluate(code: string): Promise<Exports> {
    this.#begin();
    return evaluate(code, this.#lab, (lab) => {
      this.#lab = lab;
      this.#pool.use(lab, code);
      this.#begin();
    });
  }

  #begin(): void {
    this.#lab.beginSession({
      knobs: this.#job.knobs,
      emit: (report) => this.#outlet.report(report),
      progress: (progress) => this.#outlet.progress(progress),
      profile: this.#job.profile,
      pool: this.#pool.face,
    });
  }
}

async function call(exports: Exports, name: string, ...given: unknown[]): Promise<unknown> {
  const found = exports[name];
  if (typeof found !== 'function') throw new TypeError(`check.ts must export a function ${name}()`);
  return await found(...given);
}

/** What a cell exports by default, as reports: text for anything that is not one. */
function asReports(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(asReports);
  if (typeof value === 'object' && 'kind' in value) return [value];
  if (typeof value === 'object' && 'reports' in value) return asReports(value.reports);
  return [{ kind: 'text', text: inspect(value) }];
}
