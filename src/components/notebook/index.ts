import { followFragments } from '../share/fragment.ts';
import { startKeeping } from '../store/start.ts';
import { TwoCell } from './cell.ts';
import { listenToStop } from './cell-keys.ts';
import { TwoExercise } from './exercise.ts';
import { registerKeys } from './keys.ts';
import { RunAll } from './run-all.ts';
import { warmWhenIdle } from './runner.ts';

customElements.define('two-cell', TwoCell);
customElements.define('two-exercise', TwoExercise);
startKeeping();
customElements.define('run-all', RunAll);
listenToStop();
registerKeys(async () => (await import('./key-words.ts')).EDITOR_KEYS);
const first = document.querySelector<HTMLElement>('two-cell, two-exercise');
if (first?.dataset.lesson) warmWhenIdle(first.dataset.lesson);
followFragments();
