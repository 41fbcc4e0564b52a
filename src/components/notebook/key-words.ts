import type { KeyAction } from './keys.ts';

/** What the list of keys says of cells and editors; loaded when it is opened. */

export const CELL_KEYS: readonly KeyAction[] = [
  { keys: ['Esc'], does: 'Stop the cells that run', where: 'On every page' },
  { keys: ['Ctrl+Enter'], does: 'Run the cell', where: 'In a cell and its editor' },
  {
    keys: ['Shift+Enter'],
    does: 'Run the cell and go to the next',
    where: 'In a cell and its editor',
  },
  { keys: ['Ctrl+Alt+Enter'], does: 'Run all cells above', where: 'In a cell and its editor' },
  {
    keys: ['Ctrl+Shift+Enter'],
    does: 'Run all cells of the page',
    where: 'In a cell and its editor',
  },
  { keys: ['Tab', 'Shift+Tab'], does: 'Go to the next or last button', where: 'In a cell' },
  { keys: ['←', '→'], does: 'Move a knob that is a slider', where: 'In a cell' },
];

export const EDITOR_KEYS: readonly KeyAction[] = [
  { keys: ['Ctrl+Enter'], does: 'Check, in an exercise', where: 'In an editor' },
  { keys: ['Esc'], does: 'Leave the editor', where: 'In an editor' },
  { keys: ['Ctrl+M'], does: 'Let Tab indent, or move the focus', where: 'In an editor' },
  { keys: ['F12'], does: 'Open the definition of a name', where: 'In an editor' },
  { keys: ['Shift+Alt+F'], does: 'Format the file', where: 'In an editor' },
  { keys: ['Ctrl+F'], does: 'Find in the file', where: 'In an editor' },
  { keys: ['F8'], does: 'Go to the next problem', where: 'In an editor' },
  { keys: ['Ctrl+K Ctrl+I'], does: 'Describe the name at the caret', where: 'In an editor' },
  { keys: ['←', '→'], does: 'Go through the open files, from a tab', where: 'In an editor' },
  { keys: ['Delete'], does: 'Close the file, from its tab', where: 'In an editor' },
];
