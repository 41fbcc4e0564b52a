/**
 * What a file of the notebook may import, decided from names alone. Nothing here reads a disk or the
 * network: a file that is not in the given lists does not exist.
 */

/** The only package: the published face of the lab. */
export const LAB_MODULE = 'two-checkboxes';

/** Where the lab's face and the runner's entry to it lie among the source texts. */
export const LAB_FACE = 'sandbox/lab/index.ts';
export const LAB_ENTRY = 'sandbox/lab/bundle.ts';

export type ImportTarget =
  | { kind: 'lab' }
  | { kind: 'cell'; file: string }
  | { kind: 'source'; path: string }
  | { kind: 'refused'; why: string };

export interface ImportContext {
  /** Files of the lesson that may be imported: the cell itself and the earlier ones. */
  cells: readonly string[];
  /** Paths of machine and lab files, relative to the project, when the whole lab is bundled. */
  sources: ReadonlySet<string> | undefined;
}

/** Where an import written in a cell leads. */
export function resolveFromCell(specifier: string, context: ImportContext): ImportTarget {
  if (specifier === LAB_MODULE)
    return context.sources ? { kind: 'source', path: LAB_FACE } : { kind: 'lab' };
  if (specifier.startsWith('./') && context.cells.includes(specifier.slice(2))) {
    return { kind: 'cell', file: specifier.slice(2) };
  }
  return {
    kind: 'refused',
    why: `cannot import '${specifier}'; ${allowedInCell(specifier, context.cells)}`,
  };
}

/**
 * The lab's exports that `texts` import by name, types among them; undefined when one of them takes the
 * lab in another way, such as `import * as lab`. May name more than they import, never fewer.
 */
export function labImports(texts: readonly string[]): string[] | undefined {
  const names = new Set<string>();
  for (const text of texts) {
    const lists = [
      ...text.matchAll(/\bimport\s+(?:type\s*)?\{([^{}]*)\}\s*from\s*(['"])([^'"]*)\2/g),
    ];
    const ofLab = lists.filter(([, , , module]) => module === LAB_MODULE);
    if (ofLab.length < text.split(LAB_MODULE).length - 1) return undefined;
    for (const [, list = ''] of ofLab) {
      for (const item of list.split(',')) {
        const name = /^\s*(?:type\s+)?([A-Za-z_$][\w$]*)(?:\s+as\s+[\w$]+)?\s*$/.exec(item)?.[1];
        if (name !== undefined && name !== 'default') names.add(name);
        else if (item.trim() !== '') return undefined;
      }
    }
  }
  return [...names];
}

/** Where an import written in a machine or lab file leads. `importer` is its path. */
export function resolveFromSource(
  specifier: string,
  importer: string,
  sources: ReadonlySet<string>,
): ImportTarget {
  const path = specifier.startsWith('.') ? join(importer, specifier) : specifier;
  if (path !== undefined && sources.has(path)) return { kind: 'source', path };
  return {
    kind: 'refused',
    why: `cannot import '${specifier}'; a machine or lab file can import other files of sandbox/machine and sandbox/lab by relative path, with .ts`,
  };
}

function allowedInCell(specifier: string, cells: readonly string[]): string {
  if (cells.includes(`${specifier.replace(/^\.\//, '')}.ts`))
    return `write './${specifier.replace(/^\.\//, '')}.ts'`;
  const earlier = cells.slice(0, -1).map((file) => `'./${file}'`);
  const others =
    earlier.length > 0
      ? ` or an earlier cell: ${earlier.join(', ')}`
      : ', and no earlier cell exists';
  return `a cell can import '${LAB_MODULE}'${others}`;
}

/** Joins a relative specifier to the folder of `importer`; undefined when it leaves the project. */
function join(importer: string, specifier: string): string | undefined {
  const parts = importer.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '.' || part === '') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
