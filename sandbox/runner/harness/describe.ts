import type { Thrown } from '../protocol.ts';

/** Words for any value, thrown or printed. Nothing here runs a getter of the reader's or can throw. */

const MOST_CHARS = 4_000;
const MOST_ITEMS = 40;

/** A value as one would read it in a console. Getters are named, not called. */
export function inspect(value: unknown, depth = 2): string {
  try {
    return cut(words(value, depth));
  } catch {
    return '[a value that cannot be read]';
  }
}

/** What is known of a thrown value: `message` for the reader, `stack` to find the line. */
export function describeThrown(value: unknown, lineOffset: number): Thrown {
  if (!isError(value)) return { kind: 'value', message: inspect(value), stack: '', lineOffset };
  const name = read(value, 'name') || 'Error';
  const message = read(value, 'message');
  return {
    kind: 'error',
    message: cut(message ? `${name}: ${message}` : name),
    stack: cut(read(value, 'stack')),
    lineOffset,
  };
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || value instanceof DOMException;
  } catch {
    return false;
  }
}

/** A property as a string; empty when reading it throws or it is something else. */
function read(value: object, key: string): string {
  try {
    const found: unknown = Reflect.get(value, key);
    return typeof found === 'string' ? found : '';
  } catch {
    return '';
  }
}

function cut(text: string): string {
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)} …` : text;
}

function words(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return depth === 2 ? value : JSON.stringify(cut(value));
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'function':
      return `[function ${nameOf(value)}]`;
    case 'object':
      return value === null ? 'null' : objectWords(value, depth);
    default:
      return String(value);
  }
}

function objectWords(value: object, depth: number): string {
  if (isError(value)) return describeThrown(value, 0).message;
  if (ArrayBuffer.isView(value) && 'length' in value)
    return listWords(value as unknown as ArrayLike<unknown>, depth, tag(value));
  if (Array.isArray(value))
    return depth === 0 ? `[${value.length} items]` : listWords(value, depth, '');
  if (depth === 0) return '{…}';
  if (value instanceof Map) return `Map ${pairs([...value].slice(0, MOST_ITEMS), depth, ' => ')}`;
  if (value instanceof Set) return `Set ${listWords([...value].slice(0, MOST_ITEMS), depth, '')}`;
  const shown: [string, unknown][] = [];
  for (const key of Object.keys(value).slice(0, MOST_ITEMS)) {
    const d = Object.getOwnPropertyDescriptor(value, key);
    if (d) shown.push([key, 'value' in d ? d.value : Symbol('getter')]);
  }
  return pairs(shown, depth, ': ');
}

function listWords(list: ArrayLike<unknown>, depth: number, prefix: string): string {
  const shown: string[] = [];
  for (let i = 0; i < list.length && i < MOST_ITEMS; i++)
    shown.push(words(list[i], Math.min(depth, 2) - 1));
  if (list.length > MOST_ITEMS) shown.push(`… ${list.length - MOST_ITEMS} more`);
  return `${prefix}[${shown.join(', ')}]`;
}

function pairs(
  entries: readonly (readonly [unknown, unknown])[],
  depth: number,
  between: string,
): string {
  const shown = entries.map(
    ([key, item]) =>
      `${typeof key === 'string' ? key : words(key, depth - 1)}${between}${words(item, depth - 1)}`,
  );
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}

function tag(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function nameOf(value: object): string {
  const d = Object.getOwnPropertyDescriptor(value, 'name');
  return typeof d?.value === 'string' && d.value ? d.value : 'without a name';
}
