import { barOf } from '../store/notice.ts';
import { h } from './dom.ts';

export interface Texts {
  mine: string;
  theirs: string;
}

type Choose = (takesTheirs: boolean) => void;

/** The lesson's text changed since the reader made theirs from it. */
export function askUpgrade(sheet: HTMLElement, texts: () => Texts, choose: Choose): void {
  ask(sheet, 'kept-upgrade', 'The lesson’s text changed since you edited this.', texts, choose, [
    'Keep mine',
    'Take the new',
    'the lesson now',
  ]);
}

/** Another tab changed the same text, and neither knew of the other. */
export function askRival(sheet: HTMLElement, texts: () => Texts, choose: Choose): void {
  ask(sheet, 'kept-rival', 'You changed this in another tab too. Both are kept.', texts, choose, [
    'Keep this one',
    'Take the other',
    'the other tab',
  ]);
}

function ask(
  sheet: HTMLElement,
  name: string,
  words: string,
  texts: () => Texts,
  choose: Choose,
  [keepMine, takeTheirs, theirs]: readonly [string, string, string],
): void {
  // A question that is already asked stays as it is, with the focus that may be in it.
  if (sheet.querySelector(`.${name}`)) return;
  const button = (label: string) => h('button', { type: 'button' }, label);
  const [mine, other, compare] = [button(keepMine), button(takeTheirs), button('Compare')];
  const bar = barOf(words, [mine, other, compare]);
  bar.classList.add(name);
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', words);
  bar.querySelector('.kept-close')?.remove();
  const decide = (takesTheirs: boolean): void => {
    bar.remove();
    choose(takesTheirs);
    sheet.querySelector<HTMLElement>('.cell-edit')?.focus();
  };
  mine.addEventListener('click', () => decide(false));
  other.addEventListener('click', () => decide(true));
  compare.setAttribute('aria-expanded', 'false');
  compare.addEventListener('click', async () => {
    const shown = bar.querySelector('.diff');
    compare.setAttribute('aria-expanded', String(!shown));
    if (shown) return shown.remove();
    const { diffView } = await import('../diff/view.ts');
    const now = texts();
    bar.append(diffView(`From mine to ${theirs}`, now.mine, now.theirs));
  });
  sheet.querySelector('.cell-bar')?.after(bar);
}
