import { registerKeys } from './keys.ts';

/** What keys do in an open editor. */
export function registerEditorKeys(): void {
  const where = 'In an editor';
  registerKeys([
    { keys: ['Ctrl+Enter'], does: 'Check, in an exercise', where },
    { keys: ['Esc'], does: 'Leave the editor', where },
    { keys: ['Ctrl+M'], does: 'Let Tab indent, or move the focus', where },
    { keys: ['F12'], does: 'Open the definition of a name', where },
    { keys: ['Shift+Alt+F'], does: 'Format the file', where },
    { keys: ['Ctrl+F'], does: 'Find in the file', where },
    { keys: ['F8'], does: 'Go to the next problem', where },
    { keys: ['Ctrl+K Ctrl+I'], does: 'Describe the name at the caret', where },
    { keys: ['←', '→'], does: 'Go through the open files, from a tab', where },
    { keys: ['Delete'], does: 'Close the file, from its tab', where },
  ]);
}
