/** Where the sources of machine and lab have a name. Pure: texts in, places out. */

export interface NamedPlace {
  file: string;
  /** From 1. */
  line: number;
  /** From 0. */
  column: number;
  /** The line, without the space around it. */
  text: string;
}

const MOST_PLACES = 40;
const IDENTIFIER = /^#?[A-Za-z_$][\w$]*$/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * The places that define `name`, or charge and show it: a declaration when it is an identifier, the lines that
 * charge the ledger with it when it is one of the ledger's activities ('context switch' is CONTEXT_SWITCH),
 * else every text that says exactly this. In the order of what a reader most likely means.
 */
export function placesOf(sources: Record<string, string>, name: string): NamedPlace[] {
  const wanted = name.trim();
  if (wanted === '') return [];
  if (IDENTIFIER.test(wanted)) {
    const declared = declarations(sources, wanted);
    if (declared.length > 0) return declared;
  }
  const charges = chargesOf(sources, wanted);
  return [...charges, ...literals(sources, wanted)].slice(0, MOST_PLACES);
}

/** Declarations that stand at the left edge; without one, members of classes. */
function declarations(sources: Record<string, string>, name: string): NamedPlace[] {
  const word = `${escaped(name)}(?![\\w$])`;
  const outer = matches(
    sources,
    new RegExp(
      `^(?:export\\s+)?(?:declare\\s+|abstract\\s+|async\\s+)*(?:class|function\\*?|const|let|interface|type|enum)\\s+(${word})`,
      'gm',
    ),
  );
  if (outer.length > 0) return outer.sort((a, b) => exported(b) - exported(a));
  const modifiers =
    '(?:(?:public|protected|private|static|override|readonly|abstract|async|get|set)\\s+)*';
  return matches(sources, new RegExp(`^ {2}${modifiers}(${word})(?:\\s*[(<:=?!]|;$)`, 'gm'));
}

const exported = ({ text }: NamedPlace): number => Number(text.startsWith('export'));

function chargesOf(sources: Record<string, string>, name: string): NamedPlace[] {
  const constant = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  const declared = declarations(sources, constant).some(({ file }) => file.includes('/machine/'));
  if (!declared) return [];
  const word = `(?<![\\w$])(${escaped(constant)})(?![\\w$])`;
  return matches(sources, new RegExp(`^.*\\b(?:charge|step|stall)\\w*\\(.*?${word}`, 'gm'));
}

function literals(sources: Record<string, string>, words: string): NamedPlace[] {
  return matches(sources, new RegExp(`^.*?['"\`](${escaped(words)})['"\`]`, 'gm'));
}

/** Where the first group of a pattern matches; a pattern matches at most once a line. */
function matches(sources: Record<string, string>, pattern: RegExp): NamedPlace[] {
  const found: NamedPlace[] = [];
  for (const [file, text] of Object.entries(sources)) {
    if (!file.endsWith('.ts')) continue;
    for (const match of text.matchAll(pattern)) {
      const at = match.index + match[0].lastIndexOf(match[1] ?? '');
      const before = text.slice(0, at).split('\n');
      const line = before.length;
      found.push({
        file,
        line,
        column: before.at(-1)?.length ?? 0,
        text: (text.split('\n')[line - 1] ?? '').trim(),
      });
      if (found.length >= MOST_PLACES) return found;
    }
  }
  return found;
}

const FACE = 'sandbox/lab/index.ts';

/** Where a name that cells import is declared, by the list of what the lab exports. */
export function facePlace(sources: Record<string, string>, name: string): NamedPlace | undefined {
  if (!IDENTIFIER.test(name)) return undefined;
  const face = sources[FACE] ?? '';
  for (const [, names = '', path = ''] of face.matchAll(
    /^export (?:type )?(?:\{([^}]*)\}|\*) from '([^']+)'/gm,
  )) {
    if (names !== '' && !names.split(/[\s,]+/).includes(name)) continue;
    const file = new URL(path, `file:///${FACE}`).pathname.slice(1);
    const [found] = declarations({ [file]: sources[file] ?? '' }, name);
    if (found?.text.startsWith('export')) return found;
  }
  return undefined;
}
