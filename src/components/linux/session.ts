import type { FromWorker, SessionManifest, ToWorker } from '../../../sandbox/linux/protocol.ts';
import { siteRoot } from '../../lib/root.ts';
import { h } from '../report/dom.ts';
import { number } from '../report/format.ts';
import { BillView } from './bill-view.ts';
import { PlayerView } from './player-view.ts';
import { StreamView } from './stream-view.ts';
import type { TerminalView } from './terminal-view.ts';

/** What a session is opened with. */
export interface Opening {
  kind: 'live' | 'recorded';
  room: HTMLElement;
  /** Options of the chooser of cost profiles. */
  profiles: DocumentFragment;
  say(text: string): void;
  state(state: 'loading' | 'running' | 'failed'): void;
}

export interface Session {
  close(): void;
}

const FIRST_PROFILE = 'nehalem-2008r2';
const LEAVE = 'Escape, then Tab, leaves the terminal.';

/** Builds the view, starts the worker, and lets them talk. */
export function openSession(opening: Opening): Session {
  const running = new Running(opening);
  running.start().catch((error: Error) => running.fail(error.message));
  return running;
}

class Running implements Session {
  #opening: Opening;
  #worker: Worker | undefined;
  #terminal: TerminalView | undefined;
  #player: PlayerView | undefined;
  #stream = new StreamView();
  #bill: BillView;
  #closed = false;
  #saidShare = -1;

  constructor(opening: Opening) {
    this.#opening = opening;
    this.#bill = new BillView(opening.profiles, FIRST_PROFILE, (profile) =>
      this.#send({ type: 'profile', profile }),
    );
  }

  async start(): Promise<void> {
    const { kind, room } = this.#opening;
    const left = h('div', { class: 'linux-left' });
    room.replaceChildren(left, this.#stream.element, this.#bill.element);
    const folder = new URL('linux-session/', siteRoot());
    const manifest: SessionManifest = await (await fetch(new URL('manifest.json', folder))).json();
    const file = (name: string): string => new URL(name, folder).href;
    if (kind === 'live') await this.#openTerminal(left);
    else this.#openPlayer(left);
    if (this.#closed) return;
    this.#worker = new Worker(file((kind === 'live' ? manifest.live : manifest.recorded) ?? ''));
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#heard(data);
    this.#worker.onerror = ({ message }) => this.fail(message || 'its worker could not be loaded');
    const image = new URL('linux/', siteRoot()).href;
    const files =
      kind === 'live'
        ? { wasm: file(manifest.wasm ?? ''), image }
        : { recording: file(manifest.recording) };
    const { columns = 80, rows = 24 } = this.#terminal ?? {};
    this.#send({ type: 'start', files, profile: FIRST_PROFILE, columns, rows });
  }

  fail(message: string): void {
    this.#opening.state('failed');
    this.#opening.say(`The session has failed: ${message}. Stop it and start it again.`);
  }

  close(): void {
    this.#closed = true;
    this.#worker?.terminate();
    this.#terminal?.close();
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  async #openTerminal(left: HTMLElement): Promise<void> {
    const { TerminalView } = await import('./terminal-view.ts');
    this.#terminal = await TerminalView.open(left, (text) => this.#send({ type: 'type', text }));
  }

  #openPlayer(left: HTMLElement): void {
    this.#player = new PlayerView((message) => this.#send(message));
    left.append(this.#player.element);
  }

  #heard(message: FromWorker): void {
    switch (message.type) {
      case 'loading':
        this.#loading(message.loaded, message.total);
        break;
      case 'ready':
        this.#ready(message.milliseconds);
        break;
      case 'output':
        this.#terminal?.write(message.bytes);
        break;
      case 'phases':
        this.#player?.setPhases(message.phases);
        break;
      case 'unpriced':
        this.#opening.say(message.why);
        break;
      case 'failed':
        this.fail(message.message);
        break;
      case 'update':
        this.#stream.add(message.lines, message.unseen, message.anew === true);
        this.#bill.show(message);
        if (message.position) this.#player?.show(message.position);
    }
  }

  /** Said in fifths: a screen reader should not hear every packet. */
  #loading(loaded: number, total: number): void {
    const share = Math.floor((5 * loaded) / Math.max(1, total));
    if (share === this.#saidShare) return;
    this.#saidShare = share;
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    this.#opening.say(`Loading: ${megabytes(loaded)} of ${megabytes(total)} MB.`);
  }

  #ready(milliseconds: number): void {
    this.#opening.state('running');
    if (!this.#terminal) {
      this.#opening.say(
        'The recording is ready: press Play, take it step by step, or go to a phase.',
      );
      return;
    }
    this.#opening.say(`Linux is ready after ${number(milliseconds / 1000)} s. ${LEAVE}`);
    this.#terminal.focus();
  }
}
