import { itemOf } from './names.ts';
import { noteDone, notePlace } from './state.ts';

/** Listens for what a reader does on a lesson's page, and keeps it. */

interface Detail {
  lesson: string;
  kind: string;
  name: string;
  passed: boolean;
}

export function recordProgress(): void {
  document.addEventListener('two-progress', (event) => {
    const { lesson, kind, name, passed } = (event as CustomEvent<Detail>).detail;
    const item = itemOf(`${kind}:${lesson}/${name}`);
    if (!item) return;
    noteDone(item, passed === true);
    document.dispatchEvent(new Event('two-done'));
  });
  const lesson = /\/lessons\/([^/]+)\//.exec(location.pathname)?.[1];
  const title = document.querySelector('h1')?.textContent?.trim();
  if (!lesson || !title) return;
  notePlace({ lesson, title });
  document.addEventListener('focusin', ({ target }) => {
    const sheet = (target as HTMLElement).closest<HTMLElement>('[data-lesson][data-name][id]');
    if (sheet?.dataset.lesson === lesson) notePlace({ lesson, title, at: sheet.id });
  });
}
