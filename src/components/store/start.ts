import { offerAgain } from './undo.ts';

let started = false;

/** Gets what needs a moment ready: the second copy of what is kept, and the way back from before a reload. */
export function startKeeping(): void {
  if (started) return;
  started = true;
  offerAgain();
  // A browser without IndexedDB keeps one copy.
  void import('./journal.ts').then(({ startJournal }) => startJournal()).catch(() => {});
}
