import type { Actor, PathName } from '../../../sandbox/lab/report.ts';
import { h, svg } from './dom.ts';

/** In the order of a frame's way out: from the guest down to the wire. */
export const ACTORS: readonly Actor[] = [
  'guest-user',
  'guest-kernel',
  'hypervisor',
  'root-kernel',
  'root-user',
  'device',
  'wire',
];

export const ACTOR_NAME: Readonly<Record<Actor, string>> = {
  'guest-user': 'guest, user',
  'guest-kernel': 'guest, kernel',
  hypervisor: 'hypervisor',
  'root-kernel': 'root, kernel',
  'root-user': 'root, user',
  device: 'device',
  wire: 'wire',
};

export const PATHS: readonly PathName[] = ['native', 'emulated', 'vmbus', 'sriov'];

export const PATH_NAME: Readonly<Record<PathName, string>> = {
  native: 'native',
  emulated: 'emulated',
  vmbus: 'VMBus',
  sriov: 'SR-IOV',
};

/** The host's share: everything that is neither guest nor hardware. */
export const HOST: readonly Actor[] = ['hypervisor', 'root-kernel', 'root-user'];

/**
 * Each actor's sign. A partition is round (guest) or square (root), filled in kernel mode and open in user
 * mode; the hypervisor below them is a diamond; hardware is a triangle and a line.
 */
export const GLYPH: Readonly<Record<Actor, string>> = {
  'guest-user': 'M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 1 1 0-9z',
  'guest-kernel': 'M6 1a5 5 0 1 1 0 10 5 5 0 1 1 0-10z',
  hypervisor: 'M6 0l6 6-6 6-6-6z',
  'root-kernel': 'M1 1h10v10H1z',
  'root-user': 'M1.75 1.75h8.5v8.5h-8.5z',
  device: 'M6 1l5.5 10h-11z',
  wire: 'M0 4.5h12v3H0z',
};

/** The sign of an actor, 12 by 12, in the actor's colour. Decorative: its name stands beside it. */
export function glyph(actor: Actor): SVGSVGElement {
  const open = actor.endsWith('-user');
  return svg(
    'svg',
    { class: 'actor-glyph', viewBox: '0 0 12 12', 'aria-hidden': 'true', 'data-actor': actor },
    svg('path', {
      d: GLYPH[actor],
      fill: open ? 'none' : 'currentColor',
      stroke: open ? 'currentColor' : 'none',
      'stroke-width': 1.6,
    }),
  );
}

/** An actor's sign and name. */
export function actorLabel(actor: Actor): HTMLElement {
  return h('span', { class: 'actor-name', 'data-actor': actor }, glyph(actor), ACTOR_NAME[actor]);
}
