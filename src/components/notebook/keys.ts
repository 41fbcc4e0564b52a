/** Something that a key does, as the list of keys tells it. */
export interface KeyAction {
  /** As printed on keys: `Ctrl+Enter`, `?`. Several are ways to the same. */
  keys: readonly string[];
  /** In the imperative: `Run the cell`. */
  does: string;
  /** Where it holds, which is the heading of its group: `In a cell`. */
  where: string;
}

const actions: KeyAction[] = [];
type Later = () => Promise<readonly KeyAction[]>;
/** Actions whose words come when the list is opened. */
const later: Later[] = [];

/** Puts actions into the page's list of keys. It only lists them: whoever registers them handles the keys. */
export function registerKeys(more: readonly KeyAction[] | Later): void {
  if (typeof more === 'function') return void later.push(more);
  for (const action of more)
    if (!actions.some(({ does, where }) => does === action.does && where === action.where))
      actions.push(action);
}

const TYPING =
  'textarea, select, [contenteditable], [role="textbox"], .monaco-editor, ' +
  'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"])';

/** Whether a key that is pressed there belongs to a field or an editor. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** Opens the list of every key that does something on this page. */
export async function showKeys(): Promise<void> {
  const [{ openList }, ...lists] = await Promise.all([
    import('./keys-list.ts'),
    ...later.splice(0).map((load) => load()),
  ]);
  for (const list of lists) registerKeys(list);
  openList(actions);
}

/** `<key-list>`: a button that opens the list, and `?` does too. */
export class KeyList extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector('button');
    if (button) button.disabled = false;
    button?.addEventListener('click', () => void showKeys());
    document.addEventListener('keydown', (event) => {
      if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      void showKeys();
    });
  }
}

registerKeys([
  { keys: ['?'], does: 'Show this list', where: 'On every page' },
  { keys: ['/', 'Ctrl+K'], does: 'Search the course', where: 'On every page' },
]);
