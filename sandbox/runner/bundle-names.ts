/** What the page needs to know of bundling, apart from doing it. */

/** A line counts from 1, a column from 0. `file` is a cell's name or the project path of a machine file. */
export interface Diagnostic {
  file: string;
  line: number;
  column: number;
  text: string;
}

export interface BundleRequest {
  /** The file to run, a key of `cells`. */
  entry: string;
  /** Texts by file name: the earlier cells of the lesson in order, then the cell itself. */
  cells: Record<string, string>;
  /** Texts of the whole machine and lab by project path. Given only when one of them was edited. */
  sources?: Record<string, string>;
}

export type BundleResult =
  /** The map is empty where none was asked for. */
  | { ok: true; code: string; sourceMap: string; warnings: Diagnostic[] }
  | { ok: false; diagnostics: Diagnostic[] };

/** esbuild names a file `namespace:path`, and in a map relative to the output. */
export function sourceName(file: string): string {
  return file.replace(/^.*?\b(?:cell|source|entry|lab):/, '');
}
