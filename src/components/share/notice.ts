import { diffView, visible } from '../diff/view.ts';
import type { TwoCell } from '../notebook/cell.ts';
import { h } from '../notebook/dom.ts';
import type { CellShare } from './codec.ts';
import { cellOfCourse, machineFiles, machineHash } from './course.ts';

/** Files beyond which differences are folded at first. */
const MOST_OPEN = 2;

export interface Notice {
  box: HTMLElement;
  take: HTMLElement;
  keep: HTMLElement;
  /** The share without files that this course does not have. */
  offered: CellShare;
}

/** What a link would change, on top of the cell: each text against the lesson's, knobs and baseline. */
export async function notice(cell: TwoCell, share: CellShare): Promise<Notice> {
  const { lesson, cell: name, text, files = {}, knobs = {}, baseline } = share;
  const known = await cellOfCourse(lesson, name);
  const paths = Object.keys(files);
  const sources = paths.length > 0 ? await machineFiles() : {};
  const machine = paths.length > 0 ? await machineHash() : undefined;
  const kept = paths.filter((path) => Object.hasOwn(sources, path));
  const parts = [
    ...(text === undefined ? [] : [fold(cell.file, known?.text ?? '', text, true)]),
    ...kept.map((path) =>
      fold(path, sources[path] ?? '', files[path] ?? '', kept.length <= MOST_OPEN),
    ),
    ...strangers(paths.filter((path) => !Object.hasOwn(sources, path))),
    ...knobPart(knobs),
    ...(baseline === undefined
      ? []
      : [h('p', {}, `It pins a baseline of ${day(baseline.when)} to compare with.`)]),
  ];
  const old = [
    ...(share.hash !== undefined && share.hash !== known?.hash ? ['lesson'] : []),
    ...(share.machine !== undefined && share.machine !== machine ? ['machine'] : []),
  ];
  const mine = hasOwn(cell);
  const take = h('button', { type: 'button', class: 'share-take' }, 'Take the link’s');
  const keep = h(
    'button',
    { type: 'button', class: 'share-keep' },
    mine ? 'Keep mine' : 'Keep the lesson’s',
  );
  const titleId = `share-${cell.id}`;
  const box = h(
    'section',
    { class: 'share-notice', 'aria-labelledby': titleId },
    h('p', { class: 'share-title', id: titleId, tabindex: -1 }, `This link changes ${cell.file}`),
    h('p', {}, 'Nothing of it has run, and nothing here is changed yet.'),
    ...old.map((what) => h('p', { class: 'share-old' }, oldWords(what))),
    ...(parts.length > 0 ? parts : [h('p', {}, 'It changes nothing that this lesson has.')]),
    ...(mine
      ? [
          h(
            'p',
            {},
            'What you have here yourself stays when you keep it, and comes back with Reset when you take the link’s.',
          ),
        ]
      : []),
    h('p', { class: 'share-choice' }, keep, take),
  );
  const offered = { ...share };
  if (paths.length > 0)
    offered.files = Object.fromEntries(kept.map((path) => [path, files[path] ?? '']));
  return { box, take, keep, offered };
}

function hasOwn(cell: TwoCell): boolean {
  const { text, files, knobs = {}, baseline } = cell.given();
  return (
    text !== undefined ||
    files !== undefined ||
    baseline !== undefined ||
    Object.keys(knobs).length > 0
  );
}

function fold(file: string, before: string, after: string, open: boolean): HTMLElement {
  return h(
    'details',
    { open },
    h('summary', {}, h('code', {}, file)),
    diffView(`From the lesson’s ${file} to the link’s`, before, after),
  );
}

function strangers(paths: readonly string[]): HTMLElement[] {
  return paths.map((path) =>
    h(
      'p',
      { class: 'share-old' },
      `It also changes ${path}, which this course does not have. That is left out.`,
    ),
  );
}

function knobPart(knobs: Record<string, string | number | boolean>): HTMLElement[] {
  const rows = Object.entries(knobs).map(([label, value]) =>
    h('li', {}, `${visible(label)}: `, h('b', {}, visible(worded(value)))),
  );
  return rows.length === 0
    ? []
    : [h('p', {}, 'It sets knobs:'), h('ul', { class: 'share-knobs' }, ...rows)];
}

function worded(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

function oldWords(what: string): string {
  return what === 'lesson'
    ? 'It was made from another version of this cell. The difference is to the cell as it is now, so it may also show what the lesson has changed since.'
    : 'It was made from another version of the machine. It may not fit this one.';
}

function day(when: string): string {
  const date = new Date(when);
  return Number.isNaN(date.getTime())
    ? 'an unknown day'
    : date.toLocaleDateString('en', { dateStyle: 'long' });
}
