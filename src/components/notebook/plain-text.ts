import type { Moment } from './history.ts';

/** What keys of the plain editor do to a text. Pure. */

const INDENT = '  ';

/** Puts `words` in the place of the selection. */
export function insert({ text, start, end }: Moment, words: string): Moment {
  const at = start + words.length;
  return { text: text.slice(0, start) + words + text.slice(end), start: at, end: at };
}

/** A new line that begins where the one before it does, one step further after a bracket. */
export function newLine(moment: Moment): Moment {
  const before = moment.text.slice(0, moment.start);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  return insert(moment, `\n${indent}${/[{([]\s*$/.test(line) ? INDENT : ''}`);
}

/** Two spaces at the caret, or before every line of a selection. */
export function indent(moment: Moment): Moment {
  if (moment.start === moment.end) return insert(moment, INDENT);
  return onLines(moment, (line) => (line === '' ? line : INDENT + line));
}

/** Takes up to two spaces from the beginning of every selected line. */
export function outdent(moment: Moment): Moment {
  return onLines(moment, (line) => line.replace(/^(?: {1,2}|\t)/, ''));
}

function onLines({ text, start, end }: Moment, change: (line: string) => string): Moment {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  // A selection that ends before a line's first letter leaves that line alone.
  const last = end > start && text[end - 1] === '\n' ? end - 1 : end;
  const next = text.indexOf('\n', last);
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split('\n');
  const changed = lines.map(change);
  const first = (changed[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  const all = changed.join('\n');
  const grown = all.length - (to - from);
  return {
    text: text.slice(0, from) + all + text.slice(to),
    start: Math.max(from, start + first),
    end: Math.max(from, end + grown),
  };
}

/** The name that stands at `at`, or ends there. */
export function nameAt(text: string, at: number): string | undefined {
  const before = /[\w$]*$/.exec(text.slice(0, at))?.[0] ?? '';
  const after = /^[\w$]*/.exec(text.slice(at))?.[0] ?? '';
  const name = before + after;
  return /^[A-Za-z_$]/.test(name) ? name : undefined;
}

/** Where `words` come next after `from`, going round; upper and lower case are the same. */
export function findNext(text: string, words: string, from: number): number {
  if (words === '') return -1;
  const low = text.toLowerCase();
  const wanted = words.toLowerCase();
  const next = low.indexOf(wanted, from);
  return next < 0 ? low.indexOf(wanted) : next;
}
