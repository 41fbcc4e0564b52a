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
      originalAriaLabel: `${label}, as the course has it`,
      modifiedAriaLabel: `${label}, as you have it`,
    });
    this.#editor.setModel({ original: this.#original, modified: model });
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
