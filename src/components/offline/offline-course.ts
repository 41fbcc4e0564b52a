import type { State } from '../../offline/messages.ts';
import { part } from '../notebook/dom.ts';

const offline = () => import('../../offline/page.ts');

/** How many files are asked for at once: enough to keep the network busy, few enough to stop soon. */
const AT_ONCE = 4;

/** `<offline-course>`: keeps the whole course, says how far that is and what it takes, and removes it again. */
export class OfflineCourse extends HTMLElement {
  #keep = part<HTMLButtonElement>(this, '.offline-keep');
  #drop = part<HTMLButtonElement>(this, '.offline-drop');
  #progress = part<HTMLProgressElement>(this, '.offline-progress');
  #apart = part(this, '.offline-apart');
  #status = part(this, '.offline-status');
  #going: AbortController | undefined;

  connectedCallback(): void {
    this.#keep.addEventListener('click', () => void (this.#going ? this.#stop() : this.#keepAll()));
    this.#drop.addEventListener('click', () => void this.#dropAll());
    const shown = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      shown.disconnect();
      void this.#show().catch((error: Error) => this.#say(error.message));
    });
    shown.observe(this);
  }

  async #show(): Promise<void> {
    const { ask } = await offline();
    const state = await ask({ ask: 'state' });
    const kept = state.missingBytes === 0;
    this.#keep.disabled = kept;
    this.#keep.textContent = kept
      ? 'The whole course is kept in this browser'
      : state.whole
        ? `Keep the rest of the course (${megabytes(state.missingBytes)})`
        : `Make the whole course available offline (${megabytes(state.bytes)})`;
    this.#drop.hidden = !kept && !state.whole;
    this.#drop.textContent = `Remove it (${megabytes(state.bytes - state.missingBytes)})`;
    this.#progress.hidden = true;
    this.#apart.hidden = state.liveLinux === 0;
    this.#apart.textContent = `The live Linux of lesson 4 (${megabytes(state.liveLinux)}) is not part of it: this browser keeps it once you have started it.`;
  }

  async #keepAll(): Promise<void> {
    const going = new AbortController();
    this.#going = going;
    this.#keep.textContent = 'Stop';
    this.#drop.hidden = true;
    try {
      const { ask } = await offline();
      // Without it a browser may drop all of it when it runs short.
      await navigator.storage?.persist?.().catch(() => false);
      await ask({ ask: 'keep whole' });
      await this.#load(await ask({ ask: 'state' }), going.signal);
      this.#say(going.signal.aborted ? 'Stopped. What is there stays.' : 'All of it is here now.');
    } catch (error) {
      this.#say(`It stopped before the end. ${(error as Error).message} What is there stays.`);
    }
    this.#going = undefined;
    await this.#show();
  }

  async #load({ bytes, missing, missingBytes }: State, stop: AbortSignal): Promise<void> {
    const { ask } = await offline();
    this.#progress.hidden = false;
    let there = bytes - missingBytes;
    const tell = (): void => {
      this.#progress.value = bytes > 0 ? there / bytes : 1;
      this.#status.textContent = `${megabytes(there)} of ${megabytes(bytes)}`;
    };
    tell();
    const waiting = [...missing];
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next && !stop.aborted; next = waiting.pop()) {
        await ask({ ask: 'keep file', path: next.path });
        there += next.bytes;
        tell();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  #stop(): void {
    this.#going?.abort();
  }

  async #dropAll(): Promise<void> {
    const { ask } = await offline();
    await ask({ ask: 'drop' });
    await this.#show();
    this.#say('Removed. Pages that you open are kept as before.');
    this.#keep.focus();
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }
}

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: bytes < 1e7 ? 1 : 0 })}\u00a0MB`;
