import type { Actor } from '../../../sandbox/lab/report.ts';
import type { Price, Update } from '../../../sandbox/linux/protocol.ts';
import { ACTORS, actorLabel } from '../report/actors.ts';
import { h } from '../report/dom.ts';
import { microseconds, number } from '../report/format.ts';

/** Who appears on the bill: the guest's own code runs elsewhere and is charged to nobody. */
const PAYERS: readonly Actor[] = ['guest-kernel', 'hypervisor', 'root-kernel', 'root-user'];
const METERS = ['exits', 'each', 'waited', 'cycles', 'interrupts'] as const;
const METER_NAMES: Record<(typeof METERS)[number], string> = {
  exits: 'exits so far',
  each: 'each took',
  waited: 'the guest stood still',
  cycles: 'cycles in all',
  interrupts: 'interrupts',
};

/** What the accesses cost: meters, cycles by actor, accesses by register, and the choice of a profile. */
export class BillView {
  readonly element: HTMLElement;
  #meters = new Map(METERS.map((name) => [name, h('dd', {}, '0')]));
  #bars = new Map(
    PAYERS.map((actor) => [actor, h('span', { class: 'bill-bar', 'data-actor': actor })]),
  );
  #cycles = new Map(PAYERS.map((actor) => [actor, h('td', { class: 'bill-number' }, '0')]));
  #registers = h('tbody');

  constructor(profiles: DocumentFragment, first: string, choose: (profile: string) => void) {
    const chooser = h('select', { id: 'linux-profile' });
    chooser.append(profiles.cloneNode(true));
    chooser.value = first;
    chooser.addEventListener('change', () => choose(chooser.value));
    this.element = h(
      'section',
      { class: 'linux-bill', 'aria-label': 'What it costs' },
      h(
        'p',
        { class: 'bill-profile' },
        h('label', { for: 'linux-profile' }, 'At the prices of '),
        chooser,
      ),
      h('dl', { class: 'bill-meters' }, ...METERS.map((name) => this.#meter(name))),
      h('div', { class: 'bill-tables' }, this.#actors(), this.#byRegister()),
    );
  }

  show({ exits, byRegister, price }: Update): void {
    const total = price.cycles.reduce((sum, cycles) => sum + cycles, 0);
    const set = (name: (typeof METERS)[number], text: string): void => {
      const meter = this.#meters.get(name);
      if (meter) meter.textContent = text;
    };
    set('exits', number(exits));
    set('each', price.accesses > 0 ? microseconds(price.waited / price.accesses) : '–');
    set('waited', microseconds(price.waited));
    set('cycles', number(Math.round(total)));
    set('interrupts', number(price.interrupts));
    this.#showActors(price, total);
    const sorted = [...byRegister].sort((a, b) => b[1] - a[1]);
    this.#registers.replaceChildren(
      ...sorted.map(([register, count]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, register),
          h('td', { class: 'bill-number' }, number(count)),
        ),
      ),
    );
  }

  #showActors({ cycles }: Price, total: number): void {
    for (const actor of PAYERS) {
      const spent = cycles[ACTORS.indexOf(actor)] ?? 0;
      const share = total > 0 ? (100 * spent) / total : 0;
      const bar = this.#bars.get(actor);
      if (bar) bar.style.inlineSize = `${share.toFixed(1)}%`;
      const cell = this.#cycles.get(actor);
      if (cell) cell.textContent = number(Math.round(spent));
    }
  }

  #meter(name: (typeof METERS)[number]): HTMLElement {
    return h('div', {}, h('dt', {}, METER_NAMES[name]), this.#meters.get(name));
  }

  #actors(): HTMLElement {
    const rows = PAYERS.map((actor) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, actorLabel(actor)),
        h('td', { class: 'bill-track' }, this.#bars.get(actor)),
        this.#cycles.get(actor),
      ),
    );
    return h(
      'table',
      { class: 'bill-actors' },
      h('caption', {}, 'Cycles by who spent them'),
      h('tbody', {}, ...rows),
    );
  }

  #byRegister(): HTMLElement {
    return h(
      'div',
      { class: 'bill-registers', tabindex: 0, role: 'group', 'aria-label': 'Accesses by register' },
      h('table', {}, h('caption', {}, 'Accesses by register'), this.#registers),
    );
  }
}
