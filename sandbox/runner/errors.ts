import { type Diagnostic, sourceName } from './bundle-names.ts';
import { CODE_NAME } from './job.ts';
import type { Thrown } from './protocol.ts';
import { originOf } from './sourcemap.ts';

/** A place in the reader's text. Line from 1, column from 0. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** What went wrong, for the reader: words, and the places it points to, nearest first. */
export interface RunError {
  text: string;
  places: Place[];
}

const MOST_PLACES = 6;

/** A thrown value with its stack mapped back to the cells and machine files it went through. */
export async function explainThrown(
  thrown: Thrown,
  sourceMap: () => Promise<string>,
): Promise<RunError> {
  const text =
    thrown.kind === 'value'
      ? `The code threw a value that is not an Error: ${thrown.message}`
      : thrown.message;
  const positions = stackPositions(thrown);
  if (positions.length === 0) return { text, places: [] };
  const places: Place[] = [];
  try {
    const map = await sourceMap();
    for (const { line, column } of positions) {
      const origin = originOf(map, line, column);
      if (origin && /\bcell:|\bsource:/.test(origin.source)) {
        addPlace(places, {
          file: sourceName(origin.source),
          line: origin.line,
          column: origin.column,
        });
      }
    }
  } catch {
    // Without its map the message still stands.
  }
  return { text, places: places.slice(0, MOST_PLACES) };
}

/** What the bundler refused, as one error with a place for each line. */
export function explainDiagnostics(diagnostics: readonly Diagnostic[]): RunError {
  const places: Place[] = [];
  for (const { file, line, column } of diagnostics)
    if (line > 0) addPlace(places, { file, line, column });
  const text = diagnostics
    .map((d) => (d.line > 0 ? `line ${d.line} of ${d.file}: ${d.text}` : d.text))
    .join('\n');
  return { text, places: places.slice(0, MOST_PLACES) };
}

function addPlace(places: Place[], place: Place): void {
  if (!places.some((known) => known.file === place.file && known.line === place.line))
    places.push(place);
}

/** Positions in the reader's bundle, from 1 and 0, innermost first. */
function stackPositions(thrown: Thrown): { line: number; column: number }[] {
  const found: { line: number; column: number }[] = [];
  const pattern = new RegExp(`${CODE_NAME.replaceAll('.', '\\.')}:(\\d+):(\\d+)`, 'g');
  for (const [, line, column] of thrown.stack.matchAll(pattern)) {
    found.push({ line: Number(line) - thrown.lineOffset, column: Number(column) - 1 });
  }
  return found.filter(({ line }) => line > 0);
}
