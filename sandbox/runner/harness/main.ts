import type { Job } from '../job.ts';
import { installConsole } from './console.ts';
import { type Lab, rootsOf } from './evaluate.ts';
import { lockdown } from './lockdown.ts';
import { MemberTasks } from './member.ts';
import { Outlet } from './outlet.ts';
import { type MemberMessage, type MemberStart, WorkerPool } from './pool.ts';
import { Run } from './run.ts';

/**
 * The start of a worker: of a run, or of a member of a run's pool. The lab's script came before this one in
 * the same file and defined a global. Whoever made the worker sends one message with a port; the rest goes
 * through that port. Learner code is evaluated last, in a realm that is locked down, and never sees the port.
 */

/** The first message: a run gets its nonce and the script of the workers that it may start. */
type First = { member: true } | { member?: undefined; nonce: string; script: Blob };

const scope: typeof globalThis = globalThis;
const now = performance.now.bind(performance);

function listen(lab: Lab): void {
  scope.addEventListener(
    'message',
    (event) => {
      const { data, ports } = event as MessageEvent<First>;
      const port = ports[0];
      if (!port) return;
      if (data.member) serve(lab, port);
      else awaitJob(lab, port, data);
    },
    { once: true },
  );
}

/**
 * One job a worker, and no handler that learner code could find later. Where the page says that the code is
 * the site's own, the worker waits for another job with it: the engine has compiled by then what it uses.
 */
function awaitJob(
  lab: Lab,
  port: MessagePort,
  { nonce, script }: { nonce: string; script: Blob },
): void {
  const send = port.postMessage.bind(port);
  const post = (message: Record<string, unknown>): void => send({ ...message, nonce });
  let current: { outlet: Outlet; run: Run } | undefined;
  const take = ({ data }: MessageEvent<Job>): void => {
    port.onmessage = null;
    const first = current === undefined;
    const outlet = new Outlet(post, data.limits, now);
    const run = new Run(lab, data, outlet, new WorkerPool(script, lab, outlet, data.limits));
    current = { outlet, run };
    const console: Pick<Outlet, 'log'> = { log: (level, args) => current?.outlet.log(level, args) };
    if (first) prepare(lab, console, (thrown) => current?.run.fail(thrown));
    void run.start().then(() => {
      if (data.again) port.onmessage = take;
    });
  };
  port.onmessage = take;
  post({ type: 'ready' });
}

/** A member of a pool: it gets the lab to work with, then tasks. */
function serve(lab: Lab, port: MessagePort): void {
  const post: (message: MemberMessage) => void = port.postMessage.bind(port);
  port.onmessage = ({ data: { code, limits } }: MessageEvent<MemberStart>) => {
    const outlet = new Outlet((message) => post(message as MemberMessage), limits, now);
    prepare(lab, outlet, (thrown) => tasks.fail(thrown));
    const tasks = new MemberTasks(lab, code, (message) => {
      outlet.flush();
      post(message);
    });
    port.onmessage = ({ data }) => void tasks.take(data);
    post({ type: 'ready' });
  };
}

/** Readies the realm for code of others: `late` gets what nobody caught. */
function prepare(lab: Lab, outlet: Pick<Outlet, 'log'>, late: (thrown: unknown) => void): void {
  installConsole(scope, outlet);
  (Error as { stackTraceLimit?: number }).stackTraceLimit = 50;
  const uncaught = (event: Event, reason: unknown): void => {
    event.preventDefault();
    late(reason);
  };
  scope.addEventListener('error', (event) => uncaught(event, event.error ?? event.message));
  scope.addEventListener('unhandledrejection', (event) => uncaught(event, event.reason));
  lockdown(scope, rootsOf(lab));
}

listen((scope as unknown as { TwoCheckboxesLab: Lab }).TwoCheckboxesLab);
