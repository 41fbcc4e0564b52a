import { TwoCell } from './cell.ts';
import { TwoExercise } from './exercise.ts';
import { warmWhenIdle } from './runner.ts';

customElements.define('two-cell', TwoCell);
customElements.define('two-exercise', TwoExercise);
warmWhenIdle();
