import * as monaco from 'monaco-editor/editor.js';
import * as typescript from 'monaco-editor/languages/features/typescript/register.js';
import { followTheme } from './theme.ts';
import type { EditorSetup } from './types.ts';

/** What every editor of the page shares: the workers, the compiler's options, and the lab's own files. */

const WORKER_GLOBALS = `
declare const console: Record<'log'|'info'|'debug'|'warn'|'error'|'table'|'dir'|'assert'|'count', (...values: unknown[]) => void>;
declare const performance: { now(): number };
declare function structuredClone<T>(value: T): T;
declare function setTimeout(handler: (...args: any[]) => void, ms?: number, ...args: any[]): number;
declare function clearTimeout(id?: number): void;
declare function setInterval(handler: (...args: any[]) => void, ms?: number, ...args: any[]): number;
declare function clearInterval(id?: number): void;
declare function queueMicrotask(callback: () => void): void;
declare class TextEncoder { encode(text?: string): Uint8Array }
declare class TextDecoder { constructor(label?: string); decode(bytes?: Uint8Array): string }
`;

let ready = false;

/** Sets up workers, compiler options and types once for the page. */
export function setup({ editorWorker, typescriptWorker, sources }: EditorSetup): void {
  if (ready) return;
  ready = true;
  (globalThis as { MonacoEnvironment?: monaco.Environment }).MonacoEnvironment = {
    getWorker: (_id, label) =>
      new Worker(label === 'typescript' ? typescriptWorker : editorWorker, { name: label }),
  };
  const {
    typescriptDefaults: defaults,
    ScriptTarget,
    ModuleKind,
    ModuleResolutionKind,
  } = typescript;
  defaults.setCompilerOptions({
    target: ScriptTarget.ESNext,
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.NodeJs,
    moduleDetection: 3,
    lib: ['esnext'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowNonTsExtensions: true,
    baseUrl: 'file:///',
    paths: { 'two-checkboxes': ['sandbox/lab/index.ts'] },
  });
  // The editor checks by itself, all open files and not only the one that is shown (check.ts).
  defaults.setDiagnosticsOptions({
    noSemanticValidation: true,
    noSyntaxValidation: true,
    noSuggestionDiagnostics: true,
  });
  defaults.setExtraLibs([
    ...Object.entries(sources).map(([path, content]) => ({
      content,
      filePath: uriOf('', path).toString(),
    })),
    { content: WORKER_GLOBALS, filePath: 'file:///globals.d.ts' },
  ]);
  followTheme();
  void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
}

/** A cell lies in the folder of its editor, a machine or lab file where the project has it. */
export function uriOf(folder: string, file: string): monaco.Uri {
  const inside = file.includes('/') || folder === '' ? '' : `${folder}/`;
  return monaco.Uri.parse(`file:///${inside}${file}`);
}
