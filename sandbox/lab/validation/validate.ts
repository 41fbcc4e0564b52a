import { calibrate } from '../profile/calibration.ts';
import type {
  Experiment,
  SimulatedRow,
  ValidationDocument,
  ValidationReport,
  ValidationRow,
} from './report.ts';
import { Laboratory } from './simulate.ts';

/** A single published value is met by what is within this share of it. */
export const BAND = 0.2;

/**
 * Simulates every row that states an experiment, whatever it is used for, and lists the rows of use
 * `validate` that do not, with why.
 * @param onRow called with each row as it is done
 * @throws UsageError that names the row, for an experiment that the lab refuses
 */
export function validate(
  rows: readonly ValidationRow[],
  onRow: (row: SimulatedRow) => void = () => {},
): ValidationReport {
  const laboratory = new Laboratory();
  const simulated: SimulatedRow[] = [];
  const notExpressed: ValidationReport['notExpressed'] = [];
  for (const row of rows) {
    if (row.experiment !== undefined) {
      const done = compareRow(row, row.experiment, laboratory.simulate(row));
      simulated.push(done);
      onRow(done);
    } else if (row.use === 'validate')
      notExpressed.push({ id: row.id, why: row.notExpressed ?? 'the row states no experiment' });
  }
  const counted = simulated.filter(({ use }) => use === 'validate');
  const within = counted.filter((row) => row.within).length;
  return { rows: simulated, notExpressed, summary: { simulated: counted.length, within } };
}

/** Rows as `validate` runs them, and the check of the profiles' sums against the published aggregates. */
export function validateAll(
  rows: readonly ValidationRow[],
  onRow?: (row: SimulatedRow) => void,
): ValidationDocument {
  return { ...validate(rows, onRow), calibration: calibrate() };
}

function compareRow(row: ValidationRow, experiment: Experiment, simulated: number): SimulatedRow {
  const { id, use, unit, value, reading, note, gap } = row;
  const [low, high] = Array.isArray(value) ? value : [value * (1 - BAND), value * (1 + BAND)];
  const middle = (low + high) / 2;
  return {
    id,
    use,
    unit,
    published: value,
    simulated,
    ratio: simulated / middle,
    within: simulated >= low && simulated <= high,
    experiment,
    ...(reading === undefined ? {} : { reading }),
    ...(note === undefined ? {} : { note }),
    ...(gap === undefined ? {} : { gap }),
  };
}
