import type { CellEntry } from '../../../sandbox/runner/assets.ts';
import type { KnobValue } from '../../../sandbox/runner/index.ts';

/** What a result was made from: as texts that can be compared. */
export interface Inputs {
  /** The reader's text of the cell itself; empty while it is the lesson's. */
  own: string;
  /** The reader's texts of the cells that it imports, directly or through others. */
  imported: string;
  /** The machine and lab files that the reader changed beside this cell. */
  machine: string;
  knobs: string;
}

/** Edited texts of the lesson's cells, by file name. */
type Edits = Readonly<Record<string, string>>;

/** Which of the lesson's cells a text imports. */
function importsIn(text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*(['"])\.\/([\w.-]+\.ts)\1/g)].map(
    ([, , file = '']) => file,
  );
}

/**
 * Cells that `file` imports, directly or through others, as the reader has them now: an edited text says
 * itself what it imports, of the others the lesson's list is taken.
 */
export function importsOf(file: string, cells: readonly CellEntry[], edits: Edits): string[] {
  const seen = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const text = edits[next];
    const direct =
      text === undefined
        ? (cells.find((cell) => cell.file === next)?.imports ?? [])
        : importsIn(text);
    for (const name of direct)
      if (name !== file && !seen.has(name)) {
        seen.add(name);
        open.push(name);
      }
  }
  return [...seen].sort();
}

export function inputsOf(
  file: string,
  cells: readonly CellEntry[],
  edits: Edits,
  files: Readonly<Record<string, string>>,
  knobs: Readonly<Record<string, KnobValue>>,
): Inputs {
  const imported = importsOf(file, cells, edits).map((name) => [name, edits[name] ?? null]);
  return {
    own: edits[file] ?? '',
    imported: JSON.stringify(imported.filter(([, text]) => text !== null)),
    machine: JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
    knobs: JSON.stringify(knobs),
  };
}

/** Why a result that was made from `then` is out of date `now`; undefined when it is not. */
export function staleWords(then: Inputs, now: Inputs): string | undefined {
  if (then.own !== now.own) return 'the code changed since';
  if (then.machine !== now.machine) return 'the machine changed since';
  if (then.imported !== now.imported) return 'an earlier cell changed';
  if (then.knobs !== now.knobs) return 'a knob moved since';
  return undefined;
}

/** A short name for the code that a result was made with; empty for the lesson's own. */
export function codeName({ own, imported, machine }: Inputs): string {
  if (own === '' && imported === '[]' && machine === '[]') return '';
  let hash = 0x811c9dc5;
  for (const char of `${own}\0${imported}\0${machine}`)
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(36);
}
