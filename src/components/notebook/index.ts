import { followFragments } from '../share/fragment.ts';
import { startKeeping } from '../store/start.ts';
import { TwoCell } from './cell.ts';
import { listenToStop } from './cell-keys.ts';
import { registerEditorKeys } from './editor-keys.ts';
import { TwoExercise } from './exercise.ts';
import { RunAll } from './run-all.ts';
import { warmWhenIdle } from './runner.ts';

customElements.define('two-cell', TwoCell);
customElements.define('two-exercise', TwoExercise);
startKeeping();
customElements.define('run-all', RunAll);
listenToStop();
registerEditorKeys();
const first = document.querySelector<HTMLElement>('two-cell, two-exercise');
if (first?.dataset.lesson) warmWhenIdle(first.dataset.lesson);
followFragments();
