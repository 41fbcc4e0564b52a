import { followFragments } from '../share/fragment.ts';
import { startKeeping } from '../store/start.ts';
import { TwoCell } from './cell.ts';
import { TwoExercise } from './exercise.ts';
import { warmWhenIdle } from './runner.ts';

customElements.define('two-cell', TwoCell);
customElements.define('two-exercise', TwoExercise);
startKeeping();
const first = document.querySelector<HTMLElement>('two-cell, two-exercise');
if (first?.dataset.lesson) warmWhenIdle(first.dataset.lesson);
followFragments();
