import 'monaco-editor/features/bracketMatching/register.js';
import 'monaco-editor/features/caretOperations/register.js';
import 'monaco-editor/features/clipboard/register.js';
import 'monaco-editor/features/codicon/register.js';
import 'monaco-editor/features/codelens/register.js';
import 'monaco-editor/features/comment/register.js';
import 'monaco-editor/features/contextmenu/register.js';
import 'monaco-editor/features/cursorUndo/register.js';
import 'monaco-editor/features/diffEditor/register.js';
import 'monaco-editor/features/documentSymbols/register.js';
import 'monaco-editor/features/dropOrPasteInto/register.js';
import 'monaco-editor/features/find/register.js';
import 'monaco-editor/features/folding/register.js';
import 'monaco-editor/features/format/register.js';
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
import { Checker } from './check.ts';
import { Difference } from './difference.ts';
import type { Editor, EditorOptions } from './types.ts';
import { uriOf } from './world.ts';

export { setup } from './world.ts';

/**
 * The code editor: Monaco with TypeScript and nothing else, loaded when a reader starts to edit. Built as a
 * file of its own. A page has one of them at a time: a machine file has one text in the compiler's eyes, and
 * each cell may have its own.
 */

/** In these states Escape has something to close first. */
const NOTHING_OPEN = [
  'editorTextFocus',
  ...[
    'suggestWidgetVisible',
    'findWidgetVisible',
    'parameterHintsVisible',
    'renameInputVisible',
    'markersNavigationVisible',
    'editorHasMultipleSelections',
    'editorHasSelection',
    'inSnippetMode',
    'referenceSearchVisible',
  ].map((state) => `!${state}`),
].join(' && ');

export function createEditor(options: EditorOptions): Editor {
  return new MonacoEditor(options);
}

class MonacoEditor implements Editor {
  readonly full = true;
  #options: EditorOptions;
  #editor: monaco.editor.IStandaloneCodeEditor;
  #difference: Difference | undefined;
  #models = new Map<string, monaco.editor.ITextModel>();
  #views = new Map<string, monaco.editor.ICodeEditorViewState | null>();
  #checker = new Checker(this.#models, (problems) => this.#options.onProblems(problems));
  #disposables: monaco.IDisposable[] = [];
  #plainHost = document.createElement('div');
  #tabMovesFocus: boolean;

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#tabMovesFocus = options.tabMovesFocus;
    this.#plainHost.style.height = '100%';
    options.host.append(this.#plainHost);
    this.#editor = monaco.editor.create(this.#plainHost, { model: null, ...this.#look() });
    this.#keys(this.#editor);
    this.#editor.onDidContentSizeChange(() => this.#fit(this.#editor.getContentHeight()));
    this.#disposables.push(
      this.#editor,
      monaco.editor.registerEditorOpener({
        openCodeEditor: (_source, resource, at) => this.#leadTo(resource, at),
      }),
    );
  }

  #look(): monaco.editor.IEditorOptions & monaco.editor.IGlobalEditorOptions {
    const style = getComputedStyle(this.#options.host);
    return {
      ariaLabel: this.#options.label,
      accessibilitySupport: 'auto',
      automaticLayout: true,
      fixedOverflowWidgets: true,
      fontFamily: style.fontFamily,
      fontSize: Number.parseFloat(style.fontSize) || 14,
      gotoLocation: { multipleDefinitions: 'goto', alternativeDefinitionCommand: '' },
      lineNumbersMinChars: 3,
      minimap: { enabled: false },
      overviewRulerLanes: 0,
      padding: { top: 8, bottom: 8 },
      renderLineHighlight: 'none',
      scrollBeyondLastLine: false,
      scrollbar: { alwaysConsumeMouseWheel: false },
      tabFocusMode: this.#tabMovesFocus,
      tabSize: 2,
    };
  }

  #keys(editor: monaco.editor.IStandaloneCodeEditor): void {
    const { Alt, CtrlCmd, Shift, WinCtrl } = monaco.KeyMod;
    const { Enter, Escape, KeyF, KeyM } = monaco.KeyCode;
    const toggle = (): void => {
      this.setTabMovesFocus(!this.#tabMovesFocus);
      this.#options.onTabMode(this.#tabMovesFocus);
    };
    editor.addCommand(CtrlCmd | Enter, () => this.#options.onRun());
    // The same key on every system.
    editor.addCommand(Shift | Alt | KeyF, () => void this.format());
    editor.addCommand(WinCtrl | KeyM, toggle);
    editor.addCommand(CtrlCmd | KeyM, toggle);
    editor.addCommand(Escape, () => this.#options.onLeave(), NOTHING_OPEN);
  }

  /** A definition in another file: the page opens it as a tab. */
  #leadTo(resource: monaco.Uri, at?: monaco.IRange | monaco.IPosition): boolean {
    if (resource.toString() === this.#editor.getModel()?.uri.toString()) return false;
    const path = resource.path.slice(1);
    const { folder, onDefinition, onSay } = this.#options;
    if (!path.includes('/')) onSay('That name belongs to the language, not to the machine.');
    else {
      const line = at && ('lineNumber' in at ? at.lineNumber : at.startLineNumber);
      const column = at && ('column' in at ? at.column : at.startColumn);
      const file = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
      onDefinition({ file, line: line ?? 1, column: (column ?? 1) - 1 });
    }
    return true;
  }

  #fit(content: number): void {
    const { host, height } = this.#options;
    host.style.height = `${Math.min(height.most, Math.max(height.least, content))}px`;
  }

  #model(file: string, text: string): monaco.editor.ITextModel {
    const known = this.#models.get(file);
    if (known) return known;
    const uri = uriOf(this.#options.folder, file);
    // A look at a definition has made a model of its own for the file.
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, 'typescript', uri);
    if (model.getValue() !== text) model.setValue(text);
    this.#disposables.push(
      model.onDidChangeContent(() => {
        this.#options.onChange(file, model.getValue());
        this.#checker.soon();
      }),
    );
    this.#models.set(file, model);
    this.#checker.soon();
    return model;
  }

  open(file: string, text: string): void {
    const model = this.#model(file, text);
    const before = this.#editor.getModel();
    for (const [name, known] of this.#models)
      if (known === before) this.#views.set(name, this.#editor.saveViewState());
    if (before !== model) this.#editor.setModel(model);
    const readOnly = this.#options.readOnly(file);
    this.#editor.updateOptions({ readOnly, domReadOnly: readOnly });
    const view = this.#views.get(file);
    if (view && before !== model) this.#editor.restoreViewState(view);
    this.#fit(this.#editor.getContentHeight());
  }

  replace(file: string, text: string): void {
    const model = this.#models.get(file);
    if (!model || model.getValue() === text) return;
    // An edit, not a new text: the editor's own undo brings the old one back.
    model.pushStackElement();
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
    model.pushStackElement();
  }

  close(file: string): void {
    this.#models.get(file)?.dispose();
    this.#models.delete(file);
    this.#views.delete(file);
    this.#checker.soon();
  }

  provide(file: string, text: string): void {
    this.#model(file, text);
  }

  reveal(line: number, column: number): void {
    const position = { lineNumber: line, column: column + 1 };
    this.#editor.setPosition(position);
    this.#editor.revealPositionInCenterIfOutsideViewport(
      position,
      monaco.editor.ScrollType.Immediate,
    );
    this.#editor.focus();
  }

  find(): void {
    const editor = this.#difference?.modified ?? this.#editor;
    editor.focus();
    void editor.getAction('actions.find')?.run();
  }

  async format(): Promise<void> {
    const editor = this.#difference?.modified ?? this.#editor;
    await editor.getAction('editor.action.formatDocument')?.run();
    editor.focus();
  }

  goToDefinition(): void {
    this.#editor.focus();
    void this.#editor.getAction('editor.action.revealDefinition')?.run();
  }

  async compareWith(original: string | undefined): Promise<void> {
    this.#difference?.dispose();
    this.#difference = undefined;
    const model = this.#editor.getModel();
    const off = original === undefined || !model;
    this.#plainHost.hidden = !off;
    if (off) return this.#fit(this.#editor.getContentHeight());
    const { label, host } = this.#options;
    this.#difference = new Difference(host, label, this.#look(), original, model, (height) =>
      this.#fit(height),
    );
    this.#keys(this.#difference.modified);
    this.#difference.focus();
  }

  check(): void {
    void this.#checker.now();
  }

  setTabMovesFocus(on: boolean): void {
    this.#tabMovesFocus = on;
    this.#editor.updateOptions({ tabFocusMode: on });
    this.#difference?.modified.updateOptions({ tabFocusMode: on });
  }

  focus(): void {
    (this.#difference ?? this.#editor).focus();
  }

  dispose(): void {
    this.#checker.dispose();
    this.#difference?.dispose();
    for (const item of this.#disposables) item.dispose();
    // Also those that a look at a definition has made: the next editor may have other texts for them.
    for (const model of monaco.editor.getModels()) model.dispose();
    this.#options.host.replaceChildren();
  }
}
