import * as monaco from 'monaco-editor/editor.js';
import * as typescript from 'monaco-editor/languages/features/typescript/register.js';
import type { EditorProblem } from './types.ts';

/** Milliseconds without typing before the files are checked. */
const PAUSE_MS = 250;
const OWNER = 'typescript';
const WARNING = 0;
const ERROR = 1;

/** The part of TypeScript's diagnostics that is shown. */
interface Diagnostic {
  start?: number;
  length?: number;
  category: number;
  code: number;
  messageText: string | Chain;
}
interface Chain {
  messageText: string;
  next?: Chain[];
}

/**
 * Checks all files of an editor, also those that are not shown: their marks in the text, and a list for the
 * page. What a newer text has made old is dropped.
 */
export class Checker {
  #models: ReadonlyMap<string, monaco.editor.ITextModel>;
  #tell: (problems: EditorProblem[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(
    models: ReadonlyMap<string, monaco.editor.ITextModel>,
    tell: (problems: EditorProblem[]) => void,
  ) {
    this.#models = models;
    this.#tell = tell;
  }

  /** Checks when the typing pauses. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#round++;
    this.#timer = setTimeout(() => void this.now(), PAUSE_MS);
  }

  async now(): Promise<void> {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    const found: EditorProblem[] = [];
    for (const [file, model] of [...this.#models]) {
      const diagnostics = await this.#ask(model);
      if (round !== this.#round || !diagnostics) return;
      const markers = diagnostics.filter(({ category }) => category <= ERROR).map(markerIn(model));
      monaco.editor.setModelMarkers(model, OWNER, markers);
      found.push(...markers.map((marker) => problemOf(file, marker)));
    }
    this.#tell(found);
  }

  async #ask(model: monaco.editor.ITextModel): Promise<Diagnostic[] | undefined> {
    const worker = await typescript.getTypeScriptWorker();
    const all = [...this.#models.values()].filter((other) => !other.isDisposed());
    if (model.isDisposed()) return undefined;
    const name = model.uri.toString();
    try {
      const client = await worker(...all.map(({ uri }) => uri));
      const parts = await Promise.all([
        client.getSyntacticDiagnostics(name),
        client.getSemanticDiagnostics(name),
      ]);
      return model.isDisposed() ? undefined : (parts.flat() as Diagnostic[]);
    } catch {
      // The worker was told to forget the file while it looked.
      return undefined;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#round++;
  }
}

const markerIn =
  (model: monaco.editor.ITextModel) =>
  ({
    start = 0,
    length = 1,
    category,
    code,
    messageText,
  }: Diagnostic): monaco.editor.IMarkerData => {
    const from = model.getPositionAt(start);
    const to = model.getPositionAt(start + length);
    return {
      severity: category === WARNING ? monaco.MarkerSeverity.Warning : monaco.MarkerSeverity.Error,
      startLineNumber: from.lineNumber,
      startColumn: from.column,
      endLineNumber: to.lineNumber,
      endColumn: to.column,
      message: flatten(messageText),
      code: String(code),
    };
  };

function flatten(text: string | Chain, depth = 0): string {
  if (typeof text === 'string') return text;
  const rest = (text.next ?? []).map(
    (next) => `\n${'  '.repeat(depth + 1)}${flatten(next, depth + 1)}`,
  );
  return text.messageText + rest.join('');
}

function problemOf(file: string, marker: monaco.editor.IMarkerData): EditorProblem {
  return {
    file,
    line: marker.startLineNumber,
    column: marker.startColumn - 1,
    text: marker.message,
    severity: marker.severity === monaco.MarkerSeverity.Error ? 'error' : 'warning',
  };
}
