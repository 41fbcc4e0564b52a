import * as monaco from 'monaco-editor/editor.js';

/**
 * The editor's look, made of the page's own variables: printed, not painted, as the code blocks are, because
 * colour belongs to the machine's actors. Made anew whenever the page turns light or dark.
 */

const NAME = 'course';

/** Tints for changed lines and words, as two hexadecimal digits of opacity: text on them stays legible. */
const LINE = '14';
const WORD = '1c';

export function followTheme(): void {
  apply();
  new MutationObserver(apply).observe(document.documentElement, {
    attributeFilter: ['data-theme'],
  });
}

function apply(): void {
  const style = getComputedStyle(document.documentElement);
  /** The page's colours are written with six digits. */
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const rule = (token: string, name: string, fontStyle = ''): monaco.editor.ITokenThemeRule => ({
    token,
    foreground: colour(name).slice(1),
    fontStyle,
  });
  const [ink, muted, panel, raised] = ['ink', 'muted', 'panel', 'raised'].map(colour);
  const [line, strong, good, bad] = ['line', 'line-strong', 'good', 'bad'].map(colour);
  monaco.editor.defineTheme(NAME, {
    base: document.documentElement.dataset.theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      ...['', 'identifier', 'type', 'type.identifier', 'number', 'regexp', 'annotation'].map(
        (token) => rule(token, 'ink'),
      ),
      rule('keyword', 'ink', 'bold'),
      rule('comment', 'muted', 'italic'),
      rule('string', 'muted'),
      rule('string.escape', 'muted'),
      rule('delimiter', 'muted'),
    ],
    colors: {
      'editor.background': panel,
      'editor.foreground': ink,
      'editorLineNumber.foreground': muted,
      'editorLineNumber.activeForeground': ink,
      'editorCursor.foreground': ink,
      'editorIndentGuide.background1': line,
      'editorIndentGuide.activeBackground1': strong,
      'editorWidget.background': raised,
      'editorWidget.foreground': ink,
      'editorWidget.border': strong,
      'editorHoverWidget.background': raised,
      'editorHoverWidget.foreground': ink,
      'editorHoverWidget.border': strong,
      'editorSuggestWidget.background': raised,
      'editorSuggestWidget.foreground': ink,
      'diffEditor.insertedLineBackground': good + LINE,
      'diffEditor.insertedTextBackground': good + WORD,
      'diffEditor.removedLineBackground': bad + LINE,
      'diffEditor.removedTextBackground': bad + WORD,
      'diffEditor.diagonalFill': line,
      'diffEditor.unchangedRegionBackground': raised,
      'diffEditor.unchangedRegionForeground': ink,
      focusBorder: ink,
      ...Object.fromEntries(
        [1, 2, 3, 4, 5, 6].map((depth) => [`editorBracketHighlight.foreground${depth}`, muted]),
      ),
    },
  });
  monaco.editor.setTheme(NAME);
}
