import { h } from '../notebook/dom.ts';
import { replace, stamp, text } from '../store/index.ts';
import { offerUndo, snapshot } from '../store/undo.ts';
import { FileError, MOST_BYTES, parseFile } from './file.ts';
import { changesOf, type Plan, planImport, type Rival } from './merge.ts';
import { itemOf } from './names.ts';
import { numberOf } from './state.ts';

/** Reads a file, shows what it would change, and changes it when the reader says so. */
export async function importFile(
  file: File,
  host: HTMLElement,
  lessons: ReadonlySet<string>,
  say: (words: string) => void,
): Promise<void> {
  host.hidden = true;
  let plan: Plan;
  try {
    if (file.size > MOST_BYTES) throw new FileError('It is larger than 10 MB.');
    plan = planImport(parseFile(await file.text()), here, lessons);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return say(`${file.name} was not loaded, and nothing was changed. ${error.message}`);
  }
  const [rivals, boxes] = rivalList(plan.rivals);
  const take = h('button', { type: 'button' }, 'Load it');
  const leave = h('button', { type: 'button' }, 'Leave everything as it is');
  const changes = plan.added.length + plan.reached.length + plan.rivals.length;
  host.replaceChildren(
    h('h3', { tabindex: -1 }, `What ${file.name} would change`),
    h('ul', {}, ...wordsOf(plan).map((words) => h('li', {}, words))),
    ...rivals,
    h('p', { class: 'work-buttons' }, ...(changes > 0 ? [take] : []), leave),
  );
  host.hidden = false;
  host.querySelector<HTMLElement>('h3')?.focus();
  say('Nothing is changed yet.');
  const close = (words: string): void => {
    host.hidden = true;
    host.replaceChildren();
    say(words);
    document.querySelector<HTMLElement>('.work-import input')?.focus();
  };
  leave.addEventListener('click', () => close('Nothing was changed.'));
  take.addEventListener('click', () => {
    const taken = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value));
    const changed = changesOf(plan, taken);
    const before = snapshot([...changed.keys()]);
    for (const [name, value] of changed) replace(name, value, 'import');
    close(`${file.name} is loaded.`);
    offerUndo(`${file.name} is loaded: ${changed.size} entries.`, before);
  });
}

function here(name: string): { value: unknown; when: number } | undefined {
  const kept = text(name);
  if (kept === null) return undefined;
  try {
    return { value: JSON.parse(kept), when: stamp(name).when };
  } catch {
    return undefined;
  }
}

/** The plan in sentences. */
function wordsOf({ added, reached, same, strange, leftOut, rivals }: Plan): string[] {
  const words = [];
  if (added.length > 0) words.push(`${count(added.length, 'entry')} that you do not have here`);
  if (reached.length > 0) words.push(`${count(reached.length, 'mark')} more than you have here`);
  if (same > 0) words.push(`${count(same, 'entry')} the same as here`);
  if (strange.length > 0)
    words.push(`Lessons that this site does not have; their work is kept: ${strange.join(', ')}`);
  for (const { name, why } of leftOut.slice(0, 10))
    words.push(`Left out: ${name || '(no name)'}, ${why}`);
  if (leftOut.length > 10) words.push(`Left out: ${leftOut.length - 10} more`);
  if (words.length === 0 && rivals.length === 0) words.push('There is nothing in it.');
  return words;
}

/** A box for each text that differs; checked where the file's is the newer one. */
function rivalList(rivals: readonly Rival[]): [HTMLElement[], HTMLInputElement[]] {
  if (rivals.length === 0) return [[], []];
  const boxes = rivals.map(({ name, newer }) =>
    h('input', { type: 'checkbox', value: name, checked: newer }),
  );
  const rows = rivals.map(({ name, newer }, index) => {
    const words = ` ${titleOf(name)}: the file’s is ${newer ? 'newer' : 'older'}`;
    return h('li', {}, h('label', {}, boxes[index]!, words));
  });
  return [
    [
      h('p', {}, 'These differ from yours. Check those to take from the file:'),
      h('ul', { class: 'work-rivals' }, ...rows),
    ],
    boxes,
  ];
}

function titleOf(name: string): string {
  const item = itemOf(name);
  if (item) return `lesson ${numberOf(item.lesson)}, ${item.kind} ${item.name}`;
  return name === 'playground' ? 'the playground' : 'your profile of costs';
}

function count(n: number, what: string): string {
  const many = what === 'entry' ? 'entries' : `${what}s`;
  return `${n} ${n === 1 ? what : many}`;
}
