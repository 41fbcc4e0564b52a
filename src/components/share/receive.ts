import { siteRoot } from '../../lib/root.ts';
import { addStyle } from '../../lib/style.ts';
import type { TwoCell } from '../notebook/cell.ts';
import { h, part } from '../notebook/dom.ts';
import { runner } from '../notebook/runner.ts';
import type { Baseline } from '../notebook/store.ts';
import {
  type CellShare,
  decodeShare,
  fragmentOf,
  type Share,
  ShareError,
  sharedIn,
} from './codec.ts';
import { notice } from './notice.ts';
import css from './share.css?inline';

addStyle(css);

/** Shows what a link in the page's address would change. Nothing runs, and nothing is changed yet. */
export async function receiveLink(fragment: string): Promise<void> {
  const text = sharedIn(fragment);
  if (text === undefined) return;
  try {
    await receive(await decodeShare(text), fragmentOf(text));
  } catch (error) {
    refuse('link', error);
  }
}

/** `fragment` is passed on when the share belongs to another page. */
export async function receive(share: Share, fragment?: string): Promise<void> {
  if (share.kind === 'playground') return elsewhere('the playground', 'playground/', fragment);
  const { lessons } = await runner().assets.manifest();
  if (!Object.hasOwn(lessons, share.lesson))
    throw new ShareError(`it is for a lesson that is not here: ${share.lesson}`);
  const here = document.querySelector<HTMLElement>('two-cell, two-exercise')?.dataset.lesson;
  if (here !== share.lesson)
    return elsewhere(`lesson ${share.lesson}`, `lessons/${share.lesson}/`, fragment);
  const cell = document.getElementById(`cell-${share.cell}`);
  if (cell?.localName !== 'two-cell')
    throw new ShareError(`the lesson has no cell of the name ${share.cell}`);
  await show(cell as TwoCell, share);
}

/** Says why a link or a file is not opened, where the reader is. */
export function refuse(what: 'link' | 'file', error: unknown): void {
  const why = error instanceof ShareError ? error.message : 'something could not be loaded';
  announce(h('p', {}, `This ${what} cannot be opened: ${why}. Nothing was changed.`));
}

function elsewhere(name: string, path: string, fragment = ''): void {
  const href = new URL(path, siteRoot()).href + fragment;
  const way = fragment === '' ? ', open the file there' : '';
  announce(h('p', {}, 'This is for another page: ', h('a', { href }, name), `${way}.`));
}

/** A word at the top of the page's text. */
function announce(content: HTMLElement): void {
  document.querySelector('.share-announced')?.remove();
  const dismiss = h('button', { type: 'button' }, 'Dismiss');
  const box = h(
    'div',
    { class: 'share-announced not-content', role: 'alert', tabindex: -1 },
    content,
    dismiss,
  );
  dismiss.addEventListener('click', () => {
    box.remove();
    forgetFragment('');
  });
  (
    document.querySelector('.sl-markdown-content') ??
    document.querySelector('main') ??
    document.body
  ).prepend(box);
  box.focus();
}

async function show(cell: TwoCell, share: CellShare): Promise<void> {
  cell.querySelector('.share-notice')?.remove();
  const { box, take, keep, offered } = await notice(cell, share);
  const done = (words: string): void => {
    box.remove();
    forgetFragment(`#${cell.id}`);
    part(cell, '.cell-status').textContent = words;
    part(cell, '.cell-run').focus();
  };
  keep.addEventListener('click', () => done('Nothing was changed.'));
  take.addEventListener('click', async () => {
    const { text, files, knobs, baseline } = offered;
    await cell.load({
      ...(text === undefined ? {} : { text }),
      ...(files === undefined ? {} : { files }),
      ...(knobs === undefined ? {} : { knobs }),
      ...(baseline === undefined ? {} : { baseline: baseline as Baseline }),
    });
    done('This is what was sent to you. It has not run. Reset brings back what was here before.');
  });
  part(cell, '.cell-bar').before(box);
  box.scrollIntoView({ block: 'start' });
  part(box, '.share-title').focus({ preventScroll: true });
}

/** The link has done its work: a reload, or a bookmark, must not ask again. */
function forgetFragment(next: string): void {
  if (sharedIn(location.hash) !== undefined)
    history.replaceState(history.state, '', location.pathname + location.search + next);
}
