export type Trouble = 'full' | 'blocked' | 'unreadable';

const told = new Set<Trouble>();

/** Says once on the page that the browser does not keep what it should. */
export function tellTrouble(trouble: Trouble): void {
  if (told.has(trouble)) return;
  told.add(trouble);
  if (typeof document === 'undefined') return;
  void import('./notice.ts').then(({ showTrouble }) => showTrouble(trouble));
}
