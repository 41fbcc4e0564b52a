/** Milliseconds before a note opens under a resting pointer, and before it closes behind one that left. */
const OPEN_MS = 250;
const CLOSE_MS = 200;

const GAP = 6;
const ID = 'term-note';

/**
 * Shows the definition of a term on hover and focus, in one note for the whole page. The note stays while
 * the pointer is on it and closes on Escape (WCAG 2.2, 1.4.13).
 */
export function explainTerms(root: Document): void {
  const note = root.createElement('div');
  note.className = 'term-note';
  note.id = ID;
  note.setAttribute('role', 'tooltip');
  note.hidden = true;
  let shown: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (ms: number, action: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(action, ms);
  };
  const close = (): void => {
    clearTimeout(timer);
    shown?.removeAttribute('aria-describedby');
    shown = undefined;
    note.hidden = true;
  };
  const open = (term: HTMLElement): void => {
    if (shown === term) return clearTimeout(timer);
    close();
    shown = term;
    note.textContent = term.dataset.definition ?? '';
    note.hidden = false;
    if (!note.isConnected) root.body.append(note);
    term.setAttribute('aria-describedby', ID);
    place(note, term);
  };
  const termOf = (event: Event): HTMLElement | undefined =>
    (event.target as Element | null)?.closest?.<HTMLElement>('.term[data-definition]') ?? undefined;

  root.addEventListener('pointerover', (event) => {
    const term = termOf(event);
    if (event.pointerType === 'touch') return;
    if (term) later(OPEN_MS, () => open(term));
    else if (note.contains(event.target as Node)) clearTimeout(timer);
    else if (shown) later(CLOSE_MS, close);
    else clearTimeout(timer);
  });
  root.addEventListener('focusin', (event) => {
    const term = termOf(event);
    if (term?.matches(':focus-visible')) open(term);
    else if (shown) close();
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && shown) close();
  });
}

/** Below the term, or above it where there is no room; within the page's width. */
function place(note: HTMLElement, term: HTMLElement): void {
  const [first] = term.getClientRects();
  if (!first) return;
  const { clientWidth, clientHeight } = document.documentElement;
  const { offsetWidth, offsetHeight } = note;
  const left = Math.max(16, Math.min(first.left, clientWidth - offsetWidth - 16));
  const below = first.bottom + GAP;
  const fits = below + offsetHeight <= clientHeight || first.top < offsetHeight + GAP;
  note.style.left = `${left + scrollX}px`;
  note.style.top = `${(fits ? below : first.top - GAP - offsetHeight) + scrollY}px`;
}
