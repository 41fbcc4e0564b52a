import 'monaco-editor/features/bracketMatching/register.js';
import 'monaco-editor/features/caretOperations/register.js';
import 'monaco-editor/features/clipboard/register.js';
import 'monaco-editor/features/codicon/register.js';
import 'monaco-editor/features/comment/register.js';
import 'monaco-editor/features/contextmenu/register.js';
import 'monaco-editor/features/cursorUndo/register.js';
import 'monaco-editor/features/find/register.js';
import 'monaco-editor/features/folding/register.js';
import 'monaco-editor/features/gotoError/register.js';
import 'monaco-editor/features/gotoSymbol/register.js';
import 'monaco-editor/features/hover/register.js';
import 'monaco-editor/features/indentation/register.js';
import 'monaco-editor/features/linesOperations/register.js';
import 'monaco-editor/features/parameterHints/register.js';
import 'monaco-editor/features/quickHelp/register.js';
import 'monaco-editor/features/rename/register.js';
import 'monaco-editor/features/smartSelect/register.js';
import 'monaco-editor/features/suggest/register.js';
import 'monaco-editor/features/wordHighlighter/register.js';
import 'monaco-editor/features/wordOperations/register.js';
import 'monaco-editor/languages/definitions/typescript/register.js';
import * as monaco from 'monaco-editor/editor.js';
import * as typescript from 'monaco-editor/languages/features/typescript/register.js';

/**
 * The code editor: Monaco with TypeScript and nothing else, loaded when a reader starts to edit. Built as a
 * file of its own; the page talks to it through the types below and knows nothing of Monaco.
 */

export interface EditorSetup {
  editorWorker: string;
  typescriptWorker: string;
  /** Texts of machine, lab and data by project path: the types a cell sees. */
  sources: Record<string, string>;
}

export interface EditorProblem {
  file: string;
  line: number;
  column: number;
  text: string;
  severity: 'error' | 'warning';
}

export interface EditorOptions {
  host: HTMLElement;
  label: string;
  /** Separates files of the same name in different lessons and editors. */
  folder: string;
  /** Tab moves the focus instead of indenting. */
  tabMovesFocus: boolean;
  onChange(file: string, text: string): void;
  onProblems(problems: EditorProblem[]): void;
  onTabMode(movesFocus: boolean): void;
  /** Escape was pressed and nothing in the editor was open. */
  onLeave(): void;
  onRun(): void;
}

export interface Editor {
  /** Shows a file; the first time with this text. */
  open(file: string, text: string): void;
  /** Replaces a file's text, keeping it open. */
  replace(file: string, text: string): void;
  close(file: string): void;
  /** Gives types to files that are imported and not open, such as earlier cells. */
  provide(file: string, text: string): void;
  reveal(line: number, column: number): void;
  setTabMovesFocus(on: boolean): void;
  focus(): void;
  dispose(): void;
}

const MOST_LINES = 34;
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
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    allowNonTsExtensions: true,
    baseUrl: 'file:///',
    paths: { 'two-checkboxes': ['sandbox/lab/index.ts'] },
  });
  for (const [path, text] of Object.entries(sources))
    defaults.addExtraLib(text, uriOf('', path).toString());
  defaults.addExtraLib(WORKER_GLOBALS, 'file:///globals.d.ts');
  watchTheme();
  void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
}

export function createEditor(options: EditorOptions): Editor {
  const { host, folder } = options;
  const models = new Map<string, monaco.editor.ITextModel>();
  const views = new Map<string, monaco.editor.ICodeEditorViewState | null>();
  const style = getComputedStyle(host);
  const editor = monaco.editor.create(host, {
    model: null,
    ariaLabel: options.label,
    accessibilitySupport: 'auto',
    automaticLayout: true,
    fixedOverflowWidgets: true,
    fontFamily: style.fontFamily,
    fontSize: Number.parseFloat(style.fontSize) || 14,
    lineNumbersMinChars: 3,
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    padding: { top: 8, bottom: 8 },
    renderLineHighlight: 'none',
    scrollBeyondLastLine: false,
    scrollbar: { alwaysConsumeMouseWheel: false },
    tabFocusMode: options.tabMovesFocus,
    tabSize: 2,
  });
  const disposables: monaco.IDisposable[] = [editor];
  let tabMovesFocus = options.tabMovesFocus;
  const setTabMovesFocus = (on: boolean): void => {
    tabMovesFocus = on;
    editor.updateOptions({ tabFocusMode: on });
  };
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => options.onRun());
  editor.addCommand(monaco.KeyMod.WinCtrl | monaco.KeyCode.KeyM, toggleTab);
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyM, toggleTab);
  editor.addCommand(
    monaco.KeyCode.Escape,
    () => options.onLeave(),
    'editorTextFocus && !suggestWidgetVisible && !findWidgetVisible && !parameterHintsVisible && !renameInputVisible && !markersNavigationVisible && !editorHasMultipleSelections && !editorHasSelection && !inSnippetMode && !referenceSearchVisible',
  );
  function toggleTab(): void {
    setTabMovesFocus(!tabMovesFocus);
    options.onTabMode(tabMovesFocus);
  }

  const fit = (): void => {
    const lineHeight = editor.getOption(monaco.editor.EditorOption.lineHeight);
    const most = MOST_LINES * lineHeight + 16;
    host.style.height = `${Math.min(most, Math.max(4 * lineHeight, editor.getContentHeight()))}px`;
  };
  disposables.push(editor.onDidContentSizeChange(fit));
  disposables.push(
    monaco.editor.onDidChangeMarkers((uris) => {
      const mine = [...models.values()].some((model) =>
        uris.some((uri) => uri.toString() === model.uri.toString()),
      );
      if (mine) options.onProblems(problemsOf(models));
    }),
  );
  const uri = (file: string): monaco.Uri => uriOf(file.includes('/') ? '' : folder, file);

  return {
    open(file, text) {
      let model = models.get(file);
      if (!model) {
        // A machine file that another cell has open is that cell's edit; show this one's in its place.
        monaco.editor.getModel(uri(file))?.dispose();
        model = monaco.editor.createModel(text, 'typescript', uri(file));
        const opened = model;
        model.onDidChangeContent(() => options.onChange(file, opened.getValue()));
        models.set(file, model);
      }
      const before = editor.getModel();
      for (const [name, known] of models)
        if (known === before) views.set(name, editor.saveViewState());
      editor.setModel(model);
      const view = views.get(file);
      if (view) editor.restoreViewState(view);
      fit();
    },
    replace(file, text) {
      models.get(file)?.setValue(text);
    },
    close(file) {
      models.get(file)?.dispose();
      models.delete(file);
      views.delete(file);
    },
    provide(file, text) {
      typescript.typescriptDefaults.addExtraLib(text, uri(file).toString());
    },
    reveal(line, column) {
      editor.setPosition({ lineNumber: line, column: column + 1 });
      editor.revealLineInCenterIfOutsideViewport(line);
      editor.focus();
    },
    setTabMovesFocus,
    focus: () => editor.focus(),
    dispose() {
      for (const item of [...disposables, ...models.values()]) item.dispose();
    },
  };
}

function uriOf(folder: string, path: string): monaco.Uri {
  return monaco.Uri.parse(`file:///${folder ? `${folder}/` : ''}${path}`);
}

function problemsOf(models: ReadonlyMap<string, monaco.editor.ITextModel>): EditorProblem[] {
  const found: EditorProblem[] = [];
  for (const [file, model] of models) {
    for (const marker of monaco.editor.getModelMarkers({ resource: model.uri })) {
      if (marker.severity < monaco.MarkerSeverity.Warning) continue;
      found.push({
        file,
        line: marker.startLineNumber,
        column: marker.startColumn - 1,
        text: marker.message,
        severity: marker.severity === monaco.MarkerSeverity.Error ? 'error' : 'warning',
      });
    }
  }
  return found;
}

/** Follows the page's light or dark theme. */
function watchTheme(): void {
  const apply = (): void =>
    monaco.editor.setTheme(document.documentElement.dataset.theme === 'dark' ? 'vs-dark' : 'vs');
  apply();
  new MutationObserver(apply).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  });
}
