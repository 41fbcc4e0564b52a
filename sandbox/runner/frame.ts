import type { Job } from './job.ts';
import { readMessage, type WorkerMessage } from './protocol.ts';

/**
 * A sandboxed frame with one worker in it, which may start more inside itself. The frame has an opaque
 * origin and a policy without network, which its workers inherit; the frame's own thread runs only the few
 * lines of `harness/frame.ts`. One frame, one job: only the site's own code may follow on itself.
 *
 * Where the browser gives sandboxed frames a process of their own, a worker without memory ends that
 * process and not the page's (content/decisions/0014).
 */

/** Milliseconds a frame and its worker may take to come up. */
const READY_MS = 15_000;

/** Milliseconds between an answer of the frame's thread and the next question. */
const BEAT_MS = 500;
/** Milliseconds the frame's thread may take to answer; it has nothing else to do. */
const ANSWER_MS = 1_000;
/** Questions without an answer, one after the other, that mean that the frame's process is gone. */
const MOST_SILENT = 3;

const OUT_OF_MEMORY =
  'The run ended without a result: it probably ran out of memory. Look for a list or a text that grows without an end.';

export interface FrameEvents {
  message(message: WorkerMessage): void;
  /** The worker sent something that no worker of ours sends. */
  unreadable(): void;
  /** The frame or its worker is gone, or could not start; `why` is for a reader. */
  lost(why: string): void;
}

/** What a frame is made of. */
export interface FrameParts {
  /** Its document. */
  document: string;
  /** The whole program of its worker. */
  script: string;
}

export class SandboxFrame {
  /** Resolves when the worker waits for a job; never rejects, see `FrameEvents.lost`. */
  readonly ready: Promise<void>;
  readonly #nonce = randomName();
  readonly #iframe: HTMLIFrameElement;
  readonly #channel = new MessageChannel();
  readonly #listeners = new AbortController();
  #events: FrameEvents | undefined;
  #lostBecause: string | undefined;
  #watched = false;
  #markReady: () => void = () => {};
  #markAnswered: () => void = () => {};

  /** `document` is the frame's, of the build; `script` the worker's whole program: the lab, then the harness. */
  constructor(host: HTMLElement, { document: srcdoc, script }: FrameParts) {
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#iframe = document.createElement('iframe');
    this.#iframe.hidden = true;
    this.#iframe.title = 'Sandbox for running code';
    this.#iframe.setAttribute('sandbox', 'allow-scripts');
    this.#iframe.name = this.#nonce;
    this.#iframe.srcdoc = srcdoc;
    this.#listen(script);
    host.append(this.#iframe);
  }

  /** Hands the worker its job. Events go to `events` until the frame is dropped. */
  start(job: Omit<Job, 'nonce'>, events: FrameEvents): void {
    this.#events = events;
    if (this.#lostBecause !== undefined) return events.lost(this.#lostBecause);
    void this.ready.then(() => {
      this.#channel.port1.postMessage({ ...job, nonce: this.#nonce });
      if (!this.#watched) void this.#watch();
      this.#watched = true;
    });
  }

  /** The job is over, and the worker waits for another one. */
  rest(): void {
    this.#events = undefined;
  }

  /** Whether the frame's own thread answers: it does while its worker loops, not once its process is gone. */
  answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MS);
      this.#markAnswered = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#iframe.contentWindow?.postMessage({ nonce: this.#nonce, ask: true }, '*');
    });
  }

  /** Ends the worker, whatever it is doing, and forgets it. */
  drop(): void {
    this.#events = undefined;
    this.#lostBecause = 'the sandbox was closed';
    this.#listeners.abort();
    this.#channel.port1.close();
    this.#iframe.remove();
  }

  /**
   * Finds out when the frame's process has ended under it. No event says so: neither the frame nor the
   * port gets one. Counts questions and no time, so that a page that was asleep does not take its frame
   * for lost.
   */
  async #watch(): Promise<void> {
    for (let silent = 0; silent < MOST_SILENT; ) {
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
      if (this.#lostBecause !== undefined) return;
      silent = (await this.answers()) ? 0 : silent + 1;
    }
    if (this.#lostBecause === undefined) this.#lost(OUT_OF_MEMORY);
  }

  #listen(script: string): void {
    const { signal } = this.#listeners;
    const { port1, port2 } = this.#channel;
    const timer = setTimeout(
      () => this.#lost('The sandbox did not start. Reload the page and try again.'),
      READY_MS,
    );
    signal.addEventListener('abort', () => clearTimeout(timer));
    let handedOver = false;
    const onWindow = (event: MessageEvent): void => {
      if (event.source !== this.#iframe.contentWindow || event.data?.nonce !== this.#nonce) return;
      if (event.data.failed)
        return this.#lost(
          `The sandbox could not start: ${String(event.data.failed).slice(0, 300)}`,
        );
      if (event.data.answer) return this.#markAnswered();
      if (handedOver) return;
      handedOver = true;
      this.#iframe.contentWindow?.postMessage({ nonce: this.#nonce, script }, '*', [port2]);
    };
    window.addEventListener('message', onWindow, { signal });
    port1.onmessage = (event) => {
      clearTimeout(timer);
      this.#receive(event.data);
    };
    port1.addEventListener('close', () => this.#lost(OUT_OF_MEMORY), { signal });
    let loads = 0;
    this.#iframe.addEventListener(
      'load',
      () => ++loads > 1 && this.#lost('The sandbox was replaced and has been closed.'),
      { signal },
    );
  }

  #receive(data: unknown): void {
    const message = readMessage(data, this.#nonce);
    if (message?.type === 'ready') this.#markReady();
    else if (message) this.#events?.message(message);
    else this.#events?.unreadable();
  }

  #lost(why: string): void {
    const events = this.#events;
    this.drop();
    this.#lostBecause = why;
    events?.lost(why);
  }

  /** Why this frame cannot be used, if it cannot. */
  get lostBecause(): string | undefined {
    return this.#lostBecause;
  }
}

/** 128 random bits. `crypto.randomUUID` needs a secure context, which a plain http host is not. */
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
}
