import { labImports } from './imports.ts';

/** A cell's text as a program, and its source map. */
export interface PlainProgram {
  code: string;
  /** The export of the lab that it calls. */
  called: string;
  map: string;
}

const IMPORT = /^import (\{[^{}]*\}) from 'two-checkboxes';$/m;
const CALL = /^const (\w+) = await (\w+)\(([\s\S]*?)\);$/m;
const DEFAULT = /^export default (\[[\w., ]*\]);$/m;
/** A token of plain data: a string, a number, a name before its colon, a truth, or what holds them together. */
const TOKEN =
  /\s*(?:('(?:[^'\\\n]|\\['\\])*')|(-?\d[\d_]*(?:\.\d+)?(?:e\d+)?)|([A-Za-z]\w*)(?=\s*:)|(true|false|[{}[\]:,]))/y;

/**
 * The program of a cell that does no more than call the lab with plain data and show members of what it
 * answers, such as the playground's panels write: it is JavaScript as it stands, and needs no bundler. Undefined
 * for any other text. It keeps the text's lines.
 */
export function plainProgram(file: string, text: string): PlainProgram | undefined {
  const names = labImports([text]) ?? [];
  const [, imported = ''] = IMPORT.exec(text) ?? [];
  const [, result = '', called = '', data = ''] = CALL.exec(text) ?? [];
  const [, shown = ''] = DEFAULT.exec(text) ?? [];
  const rest = text.replace(IMPORT, '').replace(CALL, '').replace(DEFAULT, '');
  if (rest.trim() !== '' || names.length !== 1 || names[0] !== called) return undefined;
  if (!isPlainData(data) || !showsMembers(shown, result)) return undefined;
  const body = text
    .replace(IMPORT, () => `const ${imported} = __lab;`)
    .replace(DEFAULT, () => `__finish({ default: ${shown} });`);
  return { code: `"use strict";${body}`, called, map: mapOf(file, text) };
}

/** Whether `text` is one object of names, numbers, quoted strings, true, false, lists and objects. */
function isPlainData(text: string): boolean {
  const end = text.trimEnd().length;
  let shape = '';
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const found = TOKEN.exec(text);
    if (found === null) return false;
    const [, string, number, name, other] = found;
    // JSON of the same shape; what its strings and names say does not matter.
    shape += (string ?? name) ? '""' : (number?.replaceAll('_', '') ?? other);
  }
  try {
    return shape.startsWith('{') && Boolean(JSON.parse(shape.replaceAll(/,([}\]])/g, '$1')));
  } catch {
    return false;
  }
}

function showsMembers(list: string, of: string): boolean {
  const members = list
    .slice(1, -1)
    .split(',')
    .map((member) => member.trim());
  return members.every((member) => new RegExp(`^${of}\\.[A-Za-z]\\w*$`).test(member));
}

/** Line by line the same. */
function mapOf(file: string, text: string): string {
  const lines = text.split('\n').map((_, i) => (i === 0 ? 'AAAA' : 'AACA'));
  return JSON.stringify({
    version: 3,
    sources: [`cell:${file}`],
    names: [],
    mappings: lines.join(';'),
  });
}
