import type { CollectionEntry } from 'astro:content';
import type {
  SimulatedRow,
  ValidationReport,
  ValidationRow,
} from '../../../sandbox/lab/validation/report.ts';

type Measurement = CollectionEntry<'measurements'>;
type Lab = { validate(rows: readonly ValidationRow[]): ValidationReport };

/** What the model says to a published row, and the row. */
export interface RealityRow {
  row: SimulatedRow;
  data: Measurement['data'];
}

/** Everything that the page shows. */
export interface Reality {
  validated: RealityRow[];
  calibrated: RealityRow[];
  notExpressed: { id: string; why: string; data: Measurement['data'] }[];
  summary: ValidationReport['summary'];
}

/** The name of a row's file, behind the prefix that keeps files of a kind together. */
function rowId({ id }: Measurement): string {
  return id.replace(/^val-/, '');
}

/** Runs the model against every published row. Undefined while there is no lab. */
export async function runValidation(entries: Measurement[]): Promise<Reality | undefined> {
  const [load] = Object.values(
    import.meta.glob<Lab>('../../../sandbox/lab/validation/validate.ts'),
  );
  if (load === undefined) return undefined;
  const known = new Map(entries.map((entry) => [rowId(entry), entry.data]));
  const rows = [...known].map(([id, data]) => ({ id, ...data }) as ValidationRow);
  const report = (await load()).validate(rows);
  const shown = (use: string) =>
    report.rows.flatMap((row) => {
      const data = known.get(row.id);
      return data === undefined || row.use !== use ? [] : [{ row, data }];
    });
  return {
    validated: shown('validate'),
    calibrated: shown('calibrate'),
    notExpressed: report.notExpressed.flatMap(({ id, why }) => {
      const data = known.get(id);
      return data === undefined ? [] : [{ id, why, data }];
    }),
    summary: report.summary,
  };
}
