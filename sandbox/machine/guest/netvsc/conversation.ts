import { type Handler, SECOND, type Timer } from '../../engine/engine.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import { type Answer, NetVscRefused, type Request, type Steps } from './agreement.ts';

/**
 * How long the driver waits, in picoseconds: for an answer to a message, and for what takes more than one.
 * Real drivers wait for ever, or as long as each of them thinks fit; these limits are this model's.
 */
const ANSWER_LIMIT = 5 * SECOND;
const LONG_LIMIT = 10 * SECOND;

const NOTHING: Answer = { message: new DataView(new ArrayBuffer(0)), handle: 0 };
/** What a silent host leaves out, by what was asked. */
const AWAITED: Record<Request['kind'], string> = {
  nvsp: 'answer a message of NVSP',
  rndis: 'answer a request of RNDIS',
  gpadl: 'take the description of a buffer',
  teardown: 'give a buffer back',
  subchannels: 'offer the channels that it granted',
  drain: 'complete what was sent',
  close: 'give the rings back',
  notice: 'nothing',
  'rndis-notice': 'nothing',
};

/** What the driver does for a step: asks the host. */
export type Perform = (processor: VirtualProcessor, request: Request) => void;
/** The steps are done; `problem` says why they are not. */
export type Ended = (processor: VirtualProcessor, problem: string | undefined) => void;

/** Runs a list of steps: asks, waits for the answer, goes on; and gives up a host that does not answer. */
export class Conversation implements Handler {
  /** What an answer is missing for. */
  waiting: Request | undefined;
  #processor: VirtualProcessor;
  #perform: Perform;
  #ended: Ended = () => {};
  #steps: Steps | undefined;
  #timer: Timer;

  constructor(processor: VirtualProcessor, perform: Perform) {
    this.#processor = processor;
    this.#perform = perform;
    this.#timer = processor.lp.engine.timer(this);
  }

  begin(steps: Steps, ended: Ended): void {
    this.abandon();
    this.#steps = steps;
    this.#ended = ended;
    this.answer(NOTHING);
  }

  /** What was waited for is here. */
  answer(answer: Answer = NOTHING): void {
    this.#timer.cancel();
    this.waiting = undefined;
    const steps = this.#steps;
    if (steps === undefined) return;
    try {
      const step = steps.next(answer);
      if (step.done) this.#end(undefined);
      else this.#ask(step.value);
    } catch (error) {
      if (!(error instanceof NetVscRefused)) throw error;
      this.#end(`the provider refused ${error.message}`);
    }
  }

  /** Nobody waits any more. */
  abandon(): void {
    this.#timer.cancel();
    this.waiting = undefined;
    this.#steps = undefined;
  }

  /** The time is over. */
  handle(): void {
    if (this.waiting === undefined) return;
    this.#end(`the host did not ${AWAITED[this.waiting.kind]}`);
  }

  #ask(request: Request): void {
    this.waiting = request;
    const { lp } = this.#processor;
    const long = request.kind === 'drain' || request.kind === 'close';
    const from = Math.max(lp.local, lp.engine.now);
    this.#timer.schedule(Math.ceil(from) + (long ? LONG_LIMIT : ANSWER_LIMIT));
    this.#perform(this.#processor, request);
  }

  #end(problem: string | undefined): void {
    this.abandon();
    this.#ended(this.#processor, problem);
  }
}
