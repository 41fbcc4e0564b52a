import { h } from './dom.ts';

/** What the meaning of registers, descriptors and fields rests on, where the report says so. */
export function restsOn(source: string | undefined): HTMLElement | undefined {
  return source ? h('p', { class: 'report-source' }, `Rests on: ${source}.`) : undefined;
}
