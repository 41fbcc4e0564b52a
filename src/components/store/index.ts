import { keep, putAside, text } from './area.ts';

export { aside, keep, names, putAside, replace, type Source, stamp, text, watch } from './area.ts';

/**
 * Something small kept under a name; undefined when storage is off or has nothing. What cannot be read is
 * put aside, not thrown away. Whoever reads checks the shape: storage is a stranger's.
 */
export function read<T>(name: string): T | undefined {
  const found = text(name);
  if (found === null) return undefined;
  try {
    return JSON.parse(found) as T;
  } catch {
    putAside(name, found);
    return undefined;
  }
}

/** Keeps a value, or forgets the name when it holds nothing. False when the browser refuses. */
export function write(name: string, value: unknown): boolean {
  return keep(name, textOf(value));
}

/** The text under which a value is kept, null for one that holds nothing. */
export function textOf(value: unknown): string | null {
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === undefined || empty ? null : JSON.stringify(value);
}
