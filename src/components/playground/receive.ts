import { addStyle } from '../../lib/style.ts';
import { h, part } from '../notebook/dom.ts';
import { decodeShare, ShareError, sharedIn } from '../share/codec.ts';
import { FIELDS, type Panels, type Value } from './fields.ts';
import { highlight } from './highlight.ts';
import type { TwoPlayground } from './playground.ts';
import { type Before, beforeFrom } from './record.ts';
import css from './share.css?inline';

addStyle(css);

/** Shows what a link would change, and lets the reader choose. Nothing is changed before, and nothing runs. */
export async function receiveLink(playground: TwoPlayground, fragment: string): Promise<void> {
  playground.querySelector('.playground-received')?.remove();
  const box = h('section', {
    class: 'playground-received',
    'aria-label': 'What a link brings',
    tabindex: -1,
  });
  playground.before(box);
  try {
    const share = await decodeShare(sharedIn(fragment) ?? '');
    if (share.kind !== 'playground') throw new ShareError('it is for a cell of a lesson');
    offer(playground, box, beforeFrom(share.state));
  } catch (error) {
    const why = error instanceof ShareError ? error.message : 'something could not be loaded';
    const dismiss = h('button', { type: 'button' }, 'Dismiss');
    dismiss.addEventListener('click', () => leave(playground, box));
    box.append(h('p', {}, `This link cannot be opened: ${why}. Nothing was changed.`), dismiss);
  }
  box.focus();
}

function offer(playground: TwoPlayground, box: HTMLElement, state: Before): void {
  const take = h('button', { type: 'button', class: 'received-take' }, 'Take it');
  const keep = h('button', { type: 'button' }, 'Keep what is here');
  const status = h('p', { role: 'status' });
  keep.addEventListener('click', () => leave(playground, box));
  take.addEventListener('click', async () => {
    try {
      await playground.receive(state);
      box.remove();
    } catch (error) {
      status.textContent = `It could not be opened: ${(error as Error).message}`;
    }
  });
  const now = playground.state;
  box.append(
    h('p', { class: 'received-title' }, 'A link brings a machine. Nothing has changed yet.'),
    ...settings(now.panels, state.panels),
    ...code(now, state),
    h('p', { class: 'received-choice' }, take, keep),
    status,
  );
}

/** Settings that would change, from what to what. */
function settings(mine: Panels | undefined, theirs: Panels | undefined): HTMLElement[] {
  if (!mine || !theirs) return [];
  const moved = FIELDS.filter(({ name }) => mine[name] !== theirs[name]);
  if (moved.length === 0) return [h('p', {}, 'The settings of the panels are the same.')];
  const words = (value: Value | undefined) =>
    value === true ? 'on' : value === false ? 'off' : String(value);
  const items = moved.map(({ name, label }) =>
    h('li', {}, `${label}: ${words(mine[name])} → ${words(theirs[name])}`),
  );
  return [h('p', {}, 'Settings that change:'), h('ul', {}, ...items)];
}

function code(now: Before, { open, text, files = {}, knobs = {} }: Before): HTMLElement[] {
  const found: HTMLElement[] = [];
  if (open) found.push(h('p', {}, `It opens ${open.cell}.ts of lesson ${open.lesson}.`));
  if (text !== undefined)
    found.push(h('p', {}, 'Code that somebody wrote:'), print(text, now.text));
  for (const [path, file] of Object.entries(files))
    found.push(h('p', {}, `An edited ${path}:`), print(file, now.files?.[path]));
  const moved = Object.entries(knobs).map(([label, value]) => `${label}: ${value}`);
  if (moved.length > 0) found.push(h('p', {}, `Knobs: ${moved.join(', ')}`));
  return found;
}

/** A text, with marks at lines that the other does not have. */
function print(text: string, mine = ''): HTMLElement {
  const known = new Set(mine.split('\n'));
  const lines = highlight(text.trimEnd());
  for (const line of lines)
    line.classList.toggle('is-new', mine !== '' && !known.has(line.textContent ?? ''));
  const block = h('code', {}, ...lines.flatMap((line, i) => (i > 0 ? ['\n', line] : [line])));
  return h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Code of the link' }, block);
}

function leave(playground: TwoPlayground, box: HTMLElement): void {
  box.remove();
  part(playground, '.cell-run').focus();
}
