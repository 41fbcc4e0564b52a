/** What the page and an editor say to each other. The page knows nothing of Monaco. */

export interface EditorSetup {
  editorWorker: string;
  typescriptWorker: string;
  /** Texts of machine, lab and data by project path: the types a cell sees. */
  sources: Record<string, string>;
}

/** Line from 1, column from 0. */
export interface EditorPlace {
  file: string;
  line: number;
  column: number;
}

export interface EditorProblem extends EditorPlace {
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
  /** Pixels that the editor is high at least and at most. */
  height: { least: number; most: number };
  /** Files that can be read and not changed. */
  readOnly(file: string): boolean;
  onChange(file: string, text: string): void;
  /** All open files were checked. */
  onProblems(problems: EditorProblem[]): void;
  onTabMode(movesFocus: boolean): void;
  /** Escape was pressed and nothing in the editor was open. */
  onLeave(): void;
  onRun(): void;
  /** The name at the caret is defined there, in another file. */
  onDefinition(place: EditorPlace): void;
  /** The definition of this name is wanted, and the editor does not know where it is. */
  onName(name: string): void;
  /** Something for the status line. */
  onSay(words: string): void;
}

export interface Editor {
  /** Whether it checks types, formats, and finds definitions. */
  readonly full: boolean;
  /** Shows a file; the first time with this text. */
  open(file: string, text: string): void;
  /** Replaces a file's text, keeping it open; a change like any other. */
  replace(file: string, text: string): void;
  close(file: string): void;
  /** Gives types to a file that is not open yet, such as an earlier cell or an edited machine file. */
  provide(file: string, text: string): void;
  reveal(line: number, column: number): void;
  find(): void;
  format(): Promise<void>;
  /** Opens the definition of the name at the caret. */
  goToDefinition(): void;
  /** Shows what differs from `original` in the file that is open; undefined goes back to editing. */
  compareWith(original: string | undefined): Promise<void>;
  /** Checks the open files now rather than when the typing pauses. */
  check(): void;
  setTabMovesFocus(on: boolean): void;
  focus(): void;
  dispose(): void;
}
