import { addStyle } from '../../lib/style.ts';
import type { TwoCell } from '../notebook/cell.ts';
import { h, part } from '../notebook/dom.ts';
import {
  type CellShare,
  encodeShare,
  fragmentOf,
  MOST_CHARS,
  readShareFile,
  SAFE_CHARS,
  ShareError,
  writeShare,
} from './codec.ts';
import { cellOfCourse, machineHash } from './course.ts';
import { receive, refuse } from './receive.ts';
import css from './share.css?inline';

addStyle(css);

/** Opens the panel of a cell's link below its bar, or closes it. */
export async function togglePanel(cell: TwoCell): Promise<void> {
  const open = cell.querySelector('.share-panel');
  if (open) return close(cell);
  const panel = h('div', {
    class: 'share-panel',
    role: 'group',
    'aria-label': `Share ${cell.file}`,
  });
  panel.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close(cell);
  });
  part(cell, '.cell-bar').after(panel);
  part(cell, '.cell-share').setAttribute('aria-expanded', 'true');
  const share = await shareOf(cell);
  const files = filePart(share);
  files.append(closePart(cell));
  panel.replaceChildren(...(await linkPart(share)), files);
  panel.querySelector<HTMLElement>('input, button')?.focus();
}

function close(cell: TwoCell): void {
  cell.querySelector('.share-panel')?.remove();
  part(cell, '.cell-share').setAttribute('aria-expanded', 'false');
  // The button itself is in a menu that has closed.
  part(cell, '.cell-more summary').focus();
}

/** The cell as a share; what is as in the lesson is left out. */
async function shareOf(cell: TwoCell): Promise<CellShare> {
  const { lesson = '', name = '' } = cell.dataset;
  const { text, files, knobs = {}, baseline, hash } = cell.given();
  const [known, machine] = await Promise.all([cellOfCourse(lesson, name), machineHash()]);
  const share: CellShare = { kind: 'cell', lesson, cell: name };
  const from = hash ?? known?.hash;
  if (from !== undefined) share.hash = from;
  if (text !== undefined) share.text = text;
  if (files !== undefined) Object.assign(share, { files, machine });
  if (Object.keys(knobs).length > 0) share.knobs = knobs;
  if (baseline !== undefined) share.baseline = baseline as NonNullable<CellShare['baseline']>;
  return share;
}

/** What a share carries, in words. */
function contents({ text, files = {}, knobs = {}, baseline }: CellShare): string {
  const moved = Object.keys(knobs).length;
  const parts = [
    ...(text === undefined ? [] : ['your text']),
    ...Object.keys(files).map((path) => `your ${path.split('/').at(-1)}`),
    ...(moved === 0 ? [] : [moved === 1 ? 'one knob' : `${moved} knobs`]),
    ...(baseline === undefined ? [] : ['your baseline']),
  ];
  return parts.length === 0
    ? 'The cell is as the lesson has it, so the link only leads here.'
    : `The link carries ${new Intl.ListFormat('en').format(parts)}. Who opens it sees what it changes before anything runs.`;
}

async function linkPart(share: CellShare): Promise<HTMLElement[]> {
  try {
    const href = await linkTo(share);
    if (href.length > MOST_CHARS)
      return [say('This is too much for a link. Save it as a file and send that.')];
    const field = h('input', {
      class: 'share-link',
      type: 'text',
      readonly: true,
      value: href,
      'aria-label': 'Link to this cell',
    });
    field.addEventListener('focus', () => field.select());
    const told = h('p', { class: 'share-told', role: 'status' });
    const copy = h('button', { type: 'button', class: 'share-copy' }, 'Copy');
    copy.addEventListener('click', async () => {
      told.textContent = (await copied(href))
        ? 'Copied.'
        : 'This browser does not let a page copy: the link is selected, copy it by hand.';
      if (told.textContent !== 'Copied.') field.focus();
    });
    void copied(href).then((done) => {
      if (done) told.textContent = 'The link is copied.';
    });
    return [
      h('p', {}, contents(share)),
      h('div', { class: 'share-row' }, field, copy),
      told,
      ...warning(href.length),
    ];
  } catch (error) {
    const why = error instanceof ShareError ? error.message : 'something could not be loaded';
    return [say(`There is no link: ${why}.`)];
  }
}

async function linkTo(share: CellShare): Promise<string> {
  const page = location.href.replace(/#.*$/, '');
  const { text, files, knobs, baseline } = share;
  if (!(text !== undefined || files || knobs || baseline)) return `${page}#cell-${share.cell}`;
  return page + fragmentOf(await encodeShare(share));
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function warning(length: number): HTMLElement[] {
  if (length <= SAFE_CHARS) return [];
  const count = length.toLocaleString('en');
  return [
    h(
      'p',
      { class: 'share-warning' },
      `The link has ${count} characters. Many chat programs cut off what is longer than ${SAFE_CHARS.toLocaleString('en')}. Rather send it as a file.`,
    ),
  ];
}

/** Saving the share as a file, and opening one. */
function filePart(share: CellShare): HTMLElement {
  const save = h('button', { type: 'button', class: 'share-save' }, 'Save as a file');
  const told = h('span', { role: 'status' });
  save.addEventListener('click', () => {
    try {
      const blob = new Blob([writeShare(share)], { type: 'application/json' });
      const url = URL.createObjectURL(blob);
      h('a', { href: url, download: `${share.cell}.two-checkboxes.json` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      told.textContent = `There is no file: ${(error as Error).message}.`;
    }
  });
  const open = h('input', { type: 'file', accept: '.json,application/json', class: 'share-open' });
  open.addEventListener('change', async () => {
    const [file] = open.files ?? [];
    if (!file) return;
    try {
      await receive(await readShareFile(file));
    } catch (error) {
      refuse('file', error);
    }
    open.value = '';
  });
  return h(
    'div',
    { class: 'share-row' },
    save,
    h('label', { class: 'share-file' }, 'Open a file that somebody sent ', open),
    told,
  );
}

function closePart(cell: TwoCell): HTMLElement {
  const button = h('button', { type: 'button', class: 'share-close' }, 'Close');
  button.addEventListener('click', () => close(cell));
  return button;
}

function say(words: string): HTMLElement {
  return h('p', { role: 'status' }, words);
}
