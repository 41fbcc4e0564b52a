import { names } from '../store/index.ts';
import { recordProgress } from './record.ts';

/** On every page with a sidebar: keeps what is done, and marks it once there is something to mark. */
recordProgress();

const mark = (): void => {
  document.removeEventListener('two-done', mark);
  void import('./marks.ts').then(({ markSidebar }) => markSidebar()).catch(() => {});
  if (!document.querySelector('lesson-end') || customElements.get('lesson-end')) return;
  void import('./lesson-end.ts').then(({ LessonEnd }) =>
    customElements.define('lesson-end', LessonEnd),
  );
};
if (names().some((name) => /^(done|exercise|quiz):/.test(name))) mark();
else document.addEventListener('two-done', mark);
