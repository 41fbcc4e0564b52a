import { TwoCell } from './cell.ts';
import { registerEditorKeys } from './editor-keys.ts';
import { TwoExercise } from './exercise.ts';
import { warmWhenIdle } from './runner.ts';

customElements.define('two-cell', TwoCell);
customElements.define('two-exercise', TwoExercise);
registerEditorKeys();
const first = document.querySelector<HTMLElement>('two-cell, two-exercise');
if (first?.dataset.lesson) warmWhenIdle(first.dataset.lesson);
