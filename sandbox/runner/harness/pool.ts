import type { Limits } from '../limits.ts';
import type { LogLine, Thrown } from '../protocol.ts';
import type { Lab } from './evaluate.ts';
import type { Outlet } from './outlet.ts';

/**
 * More threads for a run: workers inside its worker, which start from the same script, lock their realms in
 * the same way and do tasks of the lab. What makes them is taken from the realm before it is locked, and the
 * lab gets one frozen function for plain data. Dropping the frame ends them with the run's own worker.
 */

const scope = globalThis as typeof globalThis & { navigator?: { hardwareConcurrency?: number } };
const { Worker, MessageChannel } = scope;
const createUrl = scope.URL.createObjectURL.bind(scope.URL);
const CORES = scope.navigator?.hardwareConcurrency ?? 1;
/** More than this bring little, and each takes memory. */
const MOST_MEMBERS = 16;

/** The first message to a member. Without `code` it works with the lab of its script. */
export interface MemberStart {
  code: string | undefined;
  limits: Limits;
}

/** What a member says. `result` and `thrown` answer the task with that number. */
export type MemberMessage =
  | { type: 'ready' }
  | { type: 'result'; id: number; result: unknown }
  | { type: 'thrown'; id: number; thrown: Thrown }
  | { type: 'log'; lines: LogLine[] }
  | { type: 'limit'; limit: string };

/** A task that waits or is being done. */
interface Order {
  task: unknown;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

/** What the lab gets of a pool. */
type PoolFace = NonNullable<Parameters<Lab['beginSession']>[0]['pool']>;

export class WorkerPool {
  /** None where a run has one thread: one core, no workers in workers, or a lab without tasks. */
  face: PoolFace | undefined;
  #script: Blob;
  #outlet: Outlet;
  #limits: Limits;
  #lab: Lab;
  #code: string | undefined;
  #members: Member[] | undefined;
  #waiting: Order[] = [];

  constructor(script: Blob, lab: Lab, outlet: Outlet, limits: Limits) {
    this.#script = script;
    this.#outlet = outlet;
    this.#limits = limits;
    this.#lab = lab;
    this.use(lab, undefined);
  }

  /** From now on tasks are those of `lab`, which the bundle `code` carries, or the script when there is none. */
  use(lab: Lab, code: string | undefined): void {
    this.#lab = lab;
    this.#code = code;
    const size = Math.min(CORES, MOST_MEMBERS);
    const able = typeof Worker === 'function' && size > 1 && typeof lab.runTask === 'function';
    const run = (task: unknown): Promise<unknown> => this.#run(task);
    this.face = able ? Object.freeze({ size, run: Object.freeze(run) }) : undefined;
  }

  #run(task: unknown): Promise<unknown> {
    this.#members ??= this.#start();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#hand();
    });
  }

  #start(): Member[] {
    const start: MemberStart = { code: this.#code, limits: this.#limits };
    const url = createUrl(this.#script);
    const length = Math.min(CORES, MOST_MEMBERS);
    return Array.from({ length }, () => new Member(url, start, this.#outlet, () => this.#hand()));
  }

  /** Gives tasks that wait to members that are free. Where none could start, this thread does them. */
  #hand(): void {
    const members = this.#members ?? [];
    for (const member of members)
      if (member.free) {
        const order = this.#waiting.shift();
        if (order) member.take(order);
      }
    if (members.some(({ failed }) => !failed)) return;
    for (const order of this.#waiting.splice(0)) this.#doHere(order);
  }

  #doHere({ task, resolve, reject }: Order): void {
    try {
      resolve(this.#lab.runTask?.(task));
    } catch (error) {
      reject(error);
    }
  }
}

/** One worker of the pool, seen from the run's. */
class Member {
  /** Whether it has never come up. */
  failed = false;
  #port: MessagePort | undefined;
  #post: (message: unknown) => void = () => {};
  #outlet: Outlet;
  #changed: () => void;
  #ready = false;
  #order: Order | undefined;
  /** Number of the task that it does, or did last: an answer with another one is none. */
  #id = 0;

  constructor(url: string, start: MemberStart, outlet: Outlet, changed: () => void) {
    this.#outlet = outlet;
    this.#changed = changed;
    try {
      const worker = new Worker(url);
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      this.#post = port1.postMessage.bind(port1);
      port1.onmessage = (event) => this.#receive(event.data as MemberMessage);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(event.message);
      };
      worker.postMessage({ member: true }, [port2]);
      this.#post(start);
    } catch {
      this.failed = true;
    }
  }

  get free(): boolean {
    return this.#ready && this.#order === undefined;
  }

  take(order: Order): void {
    this.#order = order;
    this.#id += 1;
    try {
      this.#post({ id: this.#id, task: order.task });
    } catch (error) {
      // The task is no plain data.
      this.#order = undefined;
      order.reject(error);
    }
  }

  #receive(message: MemberMessage): void {
    if (message.type === 'ready') this.#ready = true;
    else if (message.type === 'log')
      for (const { level, text } of message.lines) this.#outlet.log(level, [text]);
    else if (message.type === 'limit') this.#outlet.send({ ...message });
    else if (message.id === this.#id && this.#order) {
      const order = this.#order;
      this.#order = undefined;
      if (message.type === 'result') order.resolve(message.result);
      else order.reject(asError(message.thrown));
    }
    this.#changed();
  }

  /** Its worker did not start, or has ended on its own. */
  #fail(why: string): void {
    const order = this.#order;
    this.#order = undefined;
    this.failed = !this.#ready;
    this.#ready = false;
    this.#port?.close();
    order?.reject(new Error(`a worker of the pool failed: ${why}`));
    this.#changed();
  }
}

/** What a task threw, with the name and the stack that it had there. */
function asError({ kind, message, stack }: Thrown): unknown {
  if (kind === 'value') return message;
  const [, name = 'Error', words = message] = /^([\w$]+): ([\s\S]*)$/.exec(message) ?? [];
  const error = new Error(words);
  error.name = name;
  error.stack = stack;
  return error;
}
