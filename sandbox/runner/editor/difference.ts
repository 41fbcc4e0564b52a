import * as monaco from 'monaco-editor/editor.js';

/** From this width on, the two texts stand side by side. */
const WIDE = 760;

/** What differs between the original and the file's text, which can be edited on. */
export class Difference {
  #editor: monaco.editor.IStandaloneDiffEditor;
  #original: monaco.editor.ITextModel;

  constructor(
    host: HTMLElement,
    label: string,
    look: monaco.editor.IDiffEditorConstructionOptions,
    original: string,
    model: monaco.editor.ITextModel,
    fit: (height: number) => void,
  ) {
    this.#original = monaco.editor.createModel(original, model.getLanguageId());
    this.#editor = monaco.editor.createDiffEditor(host, {
      ...look,
      originalEditable: false,
      renderSideBySide: true,
      useInlineViewWhenSpaceIsLimited: true,
      renderSideBySideInlineBreakpoint: WIDE,
      renderOverviewRuler: false,
      hideUnchangedRegions: { enabled: true, contextLineCount: 3, minimumLineCount: 3 },
    });
    this.#editor.setModel({ original: this.#original, modified: model });
    keepLabel(this.#editor.getOriginalEditor(), `${label}, as the course has it`);
    keepLabel(this.#editor.getModifiedEditor(), `${label}, as you have it`);
    const grow = (): void =>
      fit(
        Math.max(
          this.#editor.getModifiedEditor().getContentHeight(),
          this.#editor.getOriginalEditor().getContentHeight(),
        ),
      );
    this.#editor.getModifiedEditor().onDidContentSizeChange(grow);
    this.#editor.getOriginalEditor().onDidContentSizeChange(grow);
    this.#editor.onDidUpdateDiff(() => this.#editor.revealFirstDiff());
  }

  get modified(): monaco.editor.IStandaloneCodeEditor {
    return this.#editor.getModifiedEditor() as monaco.editor.IStandaloneCodeEditor;
  }

  focus(): void {
    this.#editor.getModifiedEditor().focus();
  }

  dispose(): void {
    this.#editor.dispose();
    this.#original.dispose();
  }
}

/** Monaco's pair forgets what its editors are called whenever their options change. */
function keepLabel(editor: monaco.editor.ICodeEditor, label: string): void {
  const name = (): void => {
    if (editor.getOption(monaco.editor.EditorOption.ariaLabel) !== label)
      editor.updateOptions({ ariaLabel: label });
  };
  name();
  editor.onDidChangeConfiguration(name);
}
