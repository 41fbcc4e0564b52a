import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText } from '../read-file.ts';
import { type Family, familyOf } from './family.ts';
import { parseVectorFile, type VectorFile } from './vector-file.ts';

const FOLDER = fileURLToPath(new URL('../../../content/recordings/vmbus/', import.meta.url));

/** The vectors that the project keeps, for tests; all of them, or those of one family. */
export function recordedVectors(family?: Family): VectorFile[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json.gz') && !name.startsWith('layouts'))
    .map((name) => parseVectorFile(name, readText(join(FOLDER, name), 'vectors')))
    .filter((file) => family === undefined || familyOf(file) === family);
}

/** The table of layouts that the project keeps. */
export function recordedLayouts(): VectorFile {
  return parseVectorFile('layouts.json.gz', readText(join(FOLDER, 'layouts.json.gz'), 'layouts'));
}

/** A copy of a file, as plain JSON that a test may change. */
export function editable(file: VectorFile): Record<string, never> {
  const copy = Object.fromEntries(file.content.names.map((name) => [name, file.content.raw(name)]));
  return structuredClone(copy) as Record<string, never>;
}
