/** As much of the source map format (version 3) as finding a reader's line needs. */

export interface Origin {
  source: string;
  /** From 1. */
  line: number;
  /** From 0. */
  column: number;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Where a position of the generated text came from: `line` from 1, `column` from 0. Undefined when the map
 * has nothing on that line at or before that column. Throws a SyntaxError when the map is not JSON.
 */
export function originOf(map: string, line: number, column: number): Origin | undefined {
  const { mappings, sources } = JSON.parse(map) as { mappings: string; sources: string[] };
  // Source, line and column count on from line to line; only the generated column starts over.
  const at = [0, 0, 0, 0];
  let found: Origin | undefined;
  const rows = mappings.split(';', line);
  if (rows.length < line) return undefined;
  rows.forEach((row, index) => {
    at[0] = 0;
    for (const segment of row ? row.split(',') : []) {
      const fields = decode(segment);
      for (let i = 0; i < 4 && i < fields.length; i++) at[i] = (at[i] ?? 0) + (fields[i] ?? 0);
      const [generated = 0, source = 0, originLine = 0, originColumn = 0] = at;
      if (index === line - 1 && fields.length >= 4 && (generated <= column || !found)) {
        found = { source: sources[source] ?? '', line: originLine + 1, column: originColumn };
      }
    }
  });
  return found;
}

/** Base64 variable-length quantities: five bits a digit, the sixth says more follow, the first bit is the sign. */
function decode(segment: string): number[] {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    fields.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return fields;
}
