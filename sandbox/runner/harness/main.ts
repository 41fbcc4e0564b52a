import { CODE_NAME, type Job } from '../job.ts';
import { sizeOf } from '../limits.ts';
import { describeThrown, inspect } from './describe.ts';
import { lockdown } from './lockdown.ts';
import { guardedMemory } from './memory.ts';
import { cloneData, Outlet } from './outlet.ts';

/**
 * The start of a run's worker. The lab's script came before this one in the same file and defined a global;
 * the frame then sends one message with a port, the port one message with a job. Learner code is evaluated
 * last, in a realm that is locked down, and never sees the port.
 */

interface Lab {
  face: Record<string, unknown>;
  beginSession(session: {
    knobs: Job['knobs'];
    emit(report: unknown): void;
    profile: unknown;
  }): void;
  endSession(): { knobs: unknown[] };
}

type Exports = Record<string, unknown>;
type Body = (
  lab: unknown,
  open: (lab: Lab) => void,
  finish: (exports: Exports) => void,
  ...guards: unknown[]
) => Promise<void>;

const scope: typeof globalThis = globalThis;
const bodyOf = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => Body;
const now = performance.now.bind(performance);
const guarded = guardedMemory();
const guards = [...guarded.values()];
/** A bundle is the body of an async function with these parameters. */
const parameters = ['__lab', '__open', '__finish', ...guarded.keys()];
const MOST_EVIDENCE_BYTES = 4_000_000;

function listen(lab: Lab): void {
  scope.addEventListener(
    'message',
    (event) => {
      const port = (event as MessageEvent).ports[0];
      if (!port) return;
      const post = port.postMessage.bind(port);
      const nonce: string = (event as MessageEvent).data;
      port.onmessage = (first) => {
        // One job a worker, and no handler that learner code could find later.
        port.onmessage = null;
        start(lab, first.data as Job, (message) => post({ ...message, nonce }));
      };
      post({ type: 'ready', nonce });
    },
    { once: true },
  );
}

function start(lab: Lab, job: Job, post: (message: Record<string, unknown>) => void): void {
  const outlet = new Outlet(post, job.limits, now);
  installConsole(outlet);
  (Error as { stackTraceLimit?: number }).stackTraceLimit = 50;
  const run = new Run(lab, job, outlet);
  const late = (event: Event, reason: unknown): void => {
    event.preventDefault();
    run.fail(reason);
  };
  scope.addEventListener('error', (event) => late(event, event.error ?? event.message));
  scope.addEventListener('unhandledrejection', (event) => late(event, event.reason));
  // A bundle's exports are getters: what they return has to be frozen too.
  lockdown(scope, [lab.face, ...Object.values(lab.face), ...guards]);
  void run.start();
}

/** One job from its first line to `done` or `thrown`. */
class Run {
  #lab: Lab;
  #job: Job;
  #outlet: Outlet;
  #lineOffset = 0;
  #over = false;

  constructor(lab: Lab, job: Job, outlet: Outlet) {
    this.#lab = lab;
    this.#job = job;
    this.#outlet = outlet;
  }

  async start(): Promise<void> {
    try {
      this.#lineOffset = await measureOffset();
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
    this.#finish({ type: 'thrown', thrown: describeThrown(thrown, this.#lineOffset) });
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
    const evidence = cloneData(await call(check, 'measure', work));
    if (sizeOf(evidence, MOST_EVIDENCE_BYTES) > MOST_EVIDENCE_BYTES)
      throw new RangeError('the check collected more evidence than can be judged');
    return { evidence };
  }

  async #judge(): Promise<Record<string, unknown>> {
    const check = await this.#evaluate(this.#job.check);
    return { expectations: cloneData(await call(check, 'judge', this.#job.evidence)) };
  }

  /** Evaluates a bundle in a session of its own and returns what its entry exports. */
  async #evaluate(code: string): Promise<Exports> {
    const body = new bodyOf(...parameters, `${code}\n//# sourceURL=${CODE_NAME}`);
    let exports: Exports | undefined;
    const open = (lab: Lab): void => {
      this.#lab = lab;
      this.#begin();
    };
    this.#begin();
    const finish = (found: Exports): void => {
      exports ??= found;
    };
    await body(this.#lab.face, open, finish, ...guards);
    return exports ?? {};
  }

  #begin(): void {
    this.#lab.beginSession({
      knobs: this.#job.knobs,
      emit: (report) => this.#outlet.report(report),
      profile: this.#job.profile,
    });
  }
}

async function call(exports: Exports, name: string, argument: unknown): Promise<unknown> {
  const found = exports[name];
  if (typeof found !== 'function') throw new TypeError(`check.ts must export a function ${name}()`);
  return await found(argument);
}

/** What a cell exports by default, as reports: text for anything that is not one. */
function asReports(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(asReports);
  if (typeof value === 'object' && 'kind' in value) return [value];
  if (typeof value === 'object' && 'reports' in value) return asReports(value.reports);
  return [{ kind: 'text', text: inspect(value) }];
}

/** Engines put their own lines before the body of a constructed function; counts them. */
async function measureOffset(): Promise<number> {
  const probe = new bodyOf(...parameters, 'throw new Error("probe");\n//# sourceURL=probe.js');
  try {
    await probe(
      undefined,
      () => {},
      () => {},
      ...guards,
    );
  } catch (error) {
    const line = /probe\.js:(\d+)/.exec(String((error as Error).stack))?.[1];
    return line ? Number(line) - 1 : 0;
  }
  return 0;
}

function installConsole(outlet: Outlet): void {
  const at =
    (level: 'log' | 'warn' | 'error') =>
    (...args: unknown[]): void =>
      outlet.log(level, args);
  const log = at('log');
  const counts = new Map<string, number>();
  const count = (label = 'default'): void => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    log(`${label}: ${counts.get(label)}`);
  };
  const assert = (condition?: unknown, ...args: unknown[]): void => {
    if (!condition) outlet.log('error', ['assertion failed', ...args]);
  };
  const nothing = (): void => {};
  const console = {
    log,
    info: log,
    debug: log,
    dir: log,
    table: log,
    group: log,
    trace: log,
    assert,
    count,
    warn: at('warn'),
    error: at('error'),
    groupEnd: nothing,
    time: nothing,
    timeEnd: nothing,
    timeLog: nothing,
    clear: nothing,
  };
  // Only the object itself: the prototypes behind it are frozen by lockdown, which prepares them first.
  Object.freeze(console);
  Object.defineProperty(scope, 'console', {
    value: console,
    writable: false,
    configurable: true,
    enumerable: false,
  });
}

listen((scope as unknown as { TwoCheckboxesLab: Lab }).TwoCheckboxesLab);
