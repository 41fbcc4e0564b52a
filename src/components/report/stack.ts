import type { Actor } from '../../../sandbox/lab/report.ts';
import { ACTOR_NAME } from './actors.ts';
import { h } from './dom.ts';
import { number, quantity } from './format.ts';

export interface Segment {
  who: Actor;
  what: string;
  value: number;
}

/** Segments narrower than this share of the widest bar are joined by their actor's name only. */
const LABEL_SHARE = 0.13;

/** A horizontal bar of segments, each in its actor's colour, drawn against `max`. Says itself in words. */
export function stack(segments: readonly Segment[], max: number, unit: string): HTMLElement {
  const total = segments.reduce((sum, segment) => sum + segment.value, 0);
  const words = segments.map((s) => `${s.what || ACTOR_NAME[s.who]} ${number(s.value)}`).join(', ');
  const parts = segments
    .filter((segment) => segment.value > 0)
    .map((segment) => {
      const share = max > 0 ? segment.value / max : 0;
      const name = segment.what || ACTOR_NAME[segment.who];
      return h(
        'span',
        {
          class: 'segment',
          'data-actor': segment.who,
          style: `width:${(share * 100).toFixed(3)}%`,
          title: `${ACTOR_NAME[segment.who]}: ${name === ACTOR_NAME[segment.who] ? '' : `${name}, `}${quantity(segment.value, unit)}`,
        },
        share > LABEL_SHARE ? h('span', {}, number(segment.value)) : undefined,
      );
    });
  const label = `${quantity(total, unit)}${words ? `: ${words}` : ''}`;
  return h('div', { class: 'stack', role: 'img', 'aria-label': label }, ...parts);
}

/** Segments summed by actor, in the order given. */
export function byActor(segments: readonly Segment[], order: readonly Actor[]): Segment[] {
  return order
    .map((who) => ({
      who,
      what: '',
      value: segments.filter((s) => s.who === who).reduce((sum, s) => sum + s.value, 0),
    }))
    .filter((segment) => segment.value > 0);
}
