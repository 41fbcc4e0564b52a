import { SPACES, type SriovReport } from '../conformance/sriov/report.ts';
import { printTable } from './print-table.ts';

/** Prints what a replay of PF and VF drivers found, for people. */
export function printSriovReplay(report: SriovReport): void {
  console.log(`${report.accesses} accesses`);
  printTable([
    ['space', 'accesses', 'reads', 'compared', 'mismatches'],
    ...SPACES.map((space) => {
      const { accesses, reads, readsCompared, readMismatches } = report[space];
      return [space, accesses, reads, readsCompared, readMismatches];
    }),
  ]);
  console.log();
  printTable([
    ['space', 'register', 'reads', 'compared', 'mismatches', 'mask'],
    ...SPACES.flatMap((space) =>
      Object.entries(report[space].perRegister).map(([name, one]) => [
        space,
        name,
        one.reads,
        one.compared,
        one.mismatches,
        one.mask,
      ]),
    ),
  ]);
  console.log('\nnot compared');
  for (const { what, count, why } of report.notCompared) console.log(`  ${count} ${what}: ${why}`);
  if (report.readMismatches === 0) return;
  console.log('\nfirst differences');
  for (const { line, phase, what, recorded, model } of report.first)
    console.log(`  line ${line} (${phase}): ${what}: recorded ${recorded}, model ${model}`);
}
