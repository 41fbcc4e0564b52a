import type { Position, ToWorker } from '../../../sandbox/linux/protocol.ts';
import { h } from '../report/dom.ts';
import { number } from '../report/format.ts';
import { PHASES } from './phases.ts';

/** Accesses in a second, and what that is called. */
const SPEEDS: readonly [perSecond: number, name: string][] = [
  [5, '5 accesses a second'],
  [50, '50 a second'],
  [500, '500 a second'],
  [5000, '5000 a second'],
];
const FIRST_SPEED = 500;

/** The controls of a recorded session, and its phases to go to. */
export class PlayerView {
  readonly element: HTMLElement;
  #send: (message: ToWorker) => void;
  #play = h('button', { type: 'button', class: 'player-play' }, 'Play');
  #speed = h('select', { id: 'linux-speed' });
  #progress = h('progress', {
    class: 'player-progress',
    max: 1,
    value: 0,
    'aria-label': 'Position in the recording',
  });
  #where = h('p', { class: 'player-where' });
  #phases = h('ol', { class: 'player-phases' });
  #playing = false;
  #phase = -1;

  constructor(send: (message: ToWorker) => void) {
    this.#send = send;
    const step = h('button', { type: 'button', class: 'player-step' }, 'Step');
    step.addEventListener('click', () => send({ type: 'step' }));
    this.#play.addEventListener('click', () => this.#toggle());
    for (const [perSecond, name] of SPEEDS)
      this.#speed.append(
        h('option', { value: perSecond, selected: perSecond === FIRST_SPEED }, name),
      );
    this.#speed.addEventListener('change', () => {
      if (this.#playing) this.#start();
    });
    this.element = h(
      'section',
      { class: 'linux-player', 'aria-label': 'The recorded session' },
      h('p', { class: 'linux-help' }, 'What was typed then. Choose a line to go there.'),
      h(
        'p',
        { class: 'player-controls' },
        this.#play,
        step,
        h('label', { for: 'linux-speed' }, 'Speed'),
        this.#speed,
      ),
      this.#progress,
      this.#where,
      this.#phases,
    );
  }

  setPhases(phases: readonly { name: string; accesses: number }[]): void {
    this.#phases.replaceChildren(
      ...phases.map(({ name, accesses }, index) => {
        const { command, what } = PHASES[name] ?? { command: name, what: '' };
        const button = h(
          'button',
          { type: 'button' },
          h('code', {}, command),
          h('span', { class: 'phase-what' }, what),
          h('span', { class: 'phase-count' }, `${number(accesses)} accesses`),
        );
        button.addEventListener('click', () => this.#send({ type: 'jump', phase: index }));
        return h('li', {}, button);
      }),
    );
  }

  show({ access, accesses, phase, playing }: Position): void {
    this.#playing = playing;
    this.#play.textContent = playing ? 'Pause' : 'Play';
    this.#progress.max = accesses;
    this.#progress.value = access;
    this.#where.textContent = `access ${number(access)} of ${number(accesses)}`;
    if (phase !== this.#phase) this.#enter(phase);
  }

  /** Marks the phase, and brings it into sight within its list: the page stays where it is. */
  #enter(phase: number): void {
    this.#phase = phase;
    const list = this.#phases;
    for (const [index, item] of [...list.children].entries()) {
      const button = item.firstElementChild;
      if (index === phase) button?.setAttribute('aria-current', 'step');
      else button?.removeAttribute('aria-current');
    }
    const current = list.children[phase];
    if (!(current instanceof HTMLElement)) return;
    const top = current.offsetTop - list.offsetTop;
    const isInSight =
      top >= list.scrollTop && top + current.offsetHeight <= list.scrollTop + list.clientHeight;
    if (!isInSight) list.scrollTop = top - list.clientHeight / 3;
  }

  #toggle(): void {
    if (this.#playing) this.#send({ type: 'pause' });
    else this.#start();
  }

  #start(): void {
    this.#send({ type: 'play', perSecond: Number(this.#speed.value) });
  }
}
