import { addStyle } from '../../lib/style.ts';
import { h } from '../notebook/dom.ts';
import { watch } from '../store/index.ts';
import css from './marks.css?inline';
import { countDone, type Lesson, lessons } from './state.ts';

addStyle(css);

/** Marks in the sidebar: `3 of 5` beside a lesson that was begun, a check beside one that is done. */
export async function markSidebar(): Promise<void> {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.sidebar-content a[href]')];
  const course = await lessons();
  const marked = links.flatMap((link) => {
    const id = /\/lessons\/([^/]+)\/$/.exec(new URL(link.href).pathname)?.[1];
    const lesson = course.find((candidate) => candidate.lesson === id);
    return lesson ? [{ link, lesson }] : [];
  });
  const draw = (): void => {
    for (const { link, lesson } of marked) mark(link, lesson);
  };
  draw();
  document.addEventListener('two-done', draw);
  watch((name) => name.startsWith('cell:') || draw());
}

function mark(link: HTMLAnchorElement, { items }: Lesson): void {
  const done = countDone(items);
  const old = link.querySelector('.done-mark');
  if (done === 0) return old?.remove();
  const all = done === items.length;
  const mark = h(
    'span',
    { class: 'done-mark' },
    ...(all ? [h('span', { 'aria-hidden': 'true' }, '✓')] : [`${done} of ${items.length}`]),
    // The link's name is read as `The ledger 3 of 5 done`.
    h('span', { class: 'visually-hidden' }, ' done'),
  );
  if (old) old.replaceWith(mark);
  else link.append(mark);
}
