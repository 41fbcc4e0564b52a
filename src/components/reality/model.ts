import type { CollectionEntry } from 'astro:content';
import type {
  SimulatedRow,
  ValidationDocument,
  ValidationRow,
} from '../../../sandbox/lab/validation/report.ts';

type Measurement = CollectionEntry<'measurements'>;
type Lab = { validateAll(rows: readonly ValidationRow[]): ValidationDocument };

/** What the model says to a published row, and the row. */
export interface RealityRow {
  row: SimulatedRow;
  data: Measurement['data'];
}

/** Everything that the page shows. */
export interface Reality {
  /** Rows for validation under the name of the path that they are about. */
  validated: [string, RealityRow[]][];
  calibrated: RealityRow[];
  notExpressed: { id: string; why: string; data: Measurement['data'] }[];
  summary: ValidationDocument['summary'];
  calibration: ValidationDocument['calibration'];
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
  const report = (await load()).validateAll(rows);
  const shown = (use: string) =>
    report.rows.flatMap((row) => {
      const data = known.get(row.id);
      return data === undefined || row.use !== use ? [] : [{ row, data }];
    });
  return {
    validated: byPath(shown('validate')),
    calibrated: shown('calibrate'),
    notExpressed: report.notExpressed.flatMap(({ id, why }) => {
      const data = known.get(id);
      return data === undefined ? [] : [{ id, why, data }];
    }),
    summary: report.summary,
    calibration: report.calibration,
  };
}

/** Paths in the order of the course, with a page's names for them. */
const PATHS = {
  native: 'Without a hypervisor',
  emulated: 'Emulated',
  vmbus: 'VMBus',
  sriov: 'SR-IOV',
};

function byPath(rows: RealityRow[]): [string, RealityRow[]][] {
  return Object.entries(PATHS).map(([path, name]) => [
    name,
    rows.filter(({ row: { reading, experiment } }) => {
      const { paths } = experiment as { paths?: string[] };
      return (reading?.path ?? paths?.at(-1)) === path;
    }),
  ]);
}
