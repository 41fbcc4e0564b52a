import {
  APPLICATION,
  CONTEXT_SWITCH,
  COPY,
  DEVICE,
  DMA,
  DOORBELL,
  DRIVER,
  GUEST_KERNEL,
  GUEST_USER,
  HYPERVISOR,
  INTERRUPT,
  NETWORK_STACK,
  RING,
  ROOT_KERNEL,
  ROOT_USER,
  SERIALISATION,
  SWITCH,
  SYSTEM_CALL,
} from '../../machine/partition/ledger.ts';
import type { ArchitecturePart } from '../report.ts';
import { idOf } from './plan.ts';
import type { Direction, RawStep } from './run.ts';

/** Where a step is: at a part, or on the way between two. */
export type Place = { at: string } | { from: string; to: string };

const at = (part: ArchitecturePart, vm?: number): Place => ({ at: idOf(part, vm) });
const way = (from: string, to: string): Place => ({ from, to });

/** What a frame is carried by; other steps are about it and do not move it. */
const CARRIES = new Set([
  APPLICATION,
  SYSTEM_CALL,
  NETWORK_STACK,
  DRIVER,
  COPY,
  SWITCH,
  DMA,
  SERIALISATION,
]);

/**
 * Finds the place of each step, in order, from who did what and from what was noted with it. It keeps, for
 * each core, where its last step was: a system call goes up or down by where it comes from.
 */
export class Placer {
  /** The part that has the frame in hand, once somebody has. */
  holder: string | undefined;
  /** The machine that gets the frame, and the part where its way ends. */
  #target: number;
  #end: string;
  #last = new Map<string, string>();
  /** The worker whose thread the root's core runs. */
  #working: string | undefined;

  constructor(direction: Direction) {
    this.#target = direction === 'to-neighbour' ? 1 : 0;
    this.#end = direction === 'tx' ? 'peer' : idOf('application', this.#target);
  }

  /** The place of the next step. */
  place(step: RawStep): Place {
    const place = this.#find(step);
    const end = 'at' in place ? place.at : place.to;
    this.#last.set(coreOf(step), end);
    const root = step.who === ROOT_USER || (step.who === ROOT_KERNEL && step.what === SYSTEM_CALL);
    const moves =
      CARRIES.has(step.what) && step.who !== HYPERVISOR && !(root && step.what !== COPY);
    if (moves && this.holder !== this.#end) this.holder = end;
    return place;
  }

  #find(step: RawStep): Place {
    const { who, place = '' } = step;
    const [kind, number] = place.split(' ');
    const vm = kind === 'root' || place === '' ? undefined : Number(number);
    if (who === GUEST_USER) return at('application', vm ?? 0);
    if (who === GUEST_KERNEL) return this.#inGuest(step, vm ?? 0);
    if (who === HYPERVISOR) return this.#inHypervisor(step, kind, vm);
    if (who === ROOT_KERNEL) return this.#inRoot(step, kind, vm);
    if (who === ROOT_USER) return at('worker', vm ?? this.#target);
    return who === DEVICE ? this.#inDevice(step, Number(number)) : this.#onWire(place);
  }

  #inGuest({ what, detail, place }: RawStep, vm: number): Place {
    const id = (part: ArchitecturePart) => idOf(part, vm);
    const [application, stack, driver] = [id('application'), id('stack'), id('driver')];
    if (what === SYSTEM_CALL)
      return this.#last.get(place ?? '') === application
        ? way(application, stack)
        : way(stack, application);
    if (what === NETWORK_STACK) return at('stack', vm);
    if (what === RING && detail?.startsWith('take') === true) return way(id('channel'), driver);
    if (what === RING || what === COPY) return way(driver, id('channel'));
    if (what === DOORBELL) return way(driver, id('vf'));
    return at('driver', vm);
  }

  #inHypervisor({ detail, what }: RawStep, kind: string, vm: number | undefined): Place {
    const home =
      kind === 'vm' ? idOf('driver', vm) : kind === 'worker' ? idOf('worker', vm) : 'kernel';
    if (detail?.startsWith('message') === true) return way('hypervisor', 'kernel');
    if (detail === 'inject') return way('hypervisor', kind === 'vm' ? home : 'kernel');
    if (what === INTERRUPT && detail === undefined) return at('hypervisor');
    return way(home, 'hypervisor');
  }

  #inRoot({ what, detail }: RawStep, kind: string, vm: number | undefined): Place {
    const worker = idOf('worker', kind === 'worker' ? vm : this.#target);
    if (what === CONTEXT_SWITCH) return this.#switchThread(worker);
    if (what === SYSTEM_CALL) return way(worker, 'kernel');
    if (what === SWITCH) return at('switch');
    if (what === DOORBELL) return way('pf-driver', 'pf');
    if (what === DRIVER) return at(detail?.startsWith('VSP') === true ? 'vsp' : 'pf-driver');
    const channel = idOf('channel', detail === 'put received frames' ? this.#target : (vm ?? 0));
    if (what === RING)
      return detail?.startsWith('take') === true ? way(channel, 'vsp') : way('vsp', channel);
    if (what === COPY && detail?.includes('receive buffer') === true)
      return way('vsp', idOf('channel', this.#target));
    if (what === COPY)
      return this.#last.get('root') === 'switch'
        ? way('switch', idOf('worker', this.#target))
        : way(worker, 'switch');
    return at('kernel');
  }

  /** A thread is switched to, and back from when its work is done. */
  #switchThread(worker: string): Place {
    const leaves = this.#working === worker;
    this.#working = leaves ? undefined : worker;
    return leaves ? way(worker, 'kernel') : way('kernel', worker);
  }

  #inDevice({ detail }: RawStep, index: number): Place {
    const nicFunction = index === 0 ? 'pf' : idOf('vf', index - 1);
    if (detail?.startsWith('write') === true) return way('nic-switch', nicFunction);
    return way(index === 0 ? 'pf-driver' : idOf('driver', index - 1), nicFunction);
  }

  #onWire(place: string): Place {
    if (place === 'line in') return way('peer', 'nic-switch');
    const from = this.#last.get('nic') ?? 'nic-switch';
    return place === 'inside' ? way(from, 'nic-switch') : way(from, 'peer');
  }
}

/** Steps on one core, or of the NIC, follow one another. */
function coreOf({ who, place = '' }: RawStep): string {
  if (who === DEVICE) return 'nic';
  return place.startsWith('vm') || place.startsWith('line') ? place : 'root';
}
