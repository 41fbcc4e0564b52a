import { hasMismatch, type ReplayReport } from '../conformance/report.ts';
import { printTable } from './print-table.ts';

/** Prints what a replay found, for people. */
export function printReplay(report: ReplayReport): void {
  const { accesses, config, capture } = report;
  console.log(`${accesses} accesses of registers, ${config.accesses} of configuration space`);
  printTable([
    ['', 'compared', 'mismatches'],
    ['reads of registers', report.readsCompared, report.readMismatches],
    ['reads of configuration space', config.readsCompared, config.readMismatches],
    ['DMA', report.dmaCompared, report.dmaMismatches],
    ['interrupt levels', report.irqCompared, report.irqMismatches],
    ['frames', report.framesTotal, report.framesTotal - report.framesDelivered],
    ...(capture ? [['frames of the capture', capture.matched, capture.mismatches]] : []),
  ]);
  console.log();
  printTable([
    ['register', 'reads', 'compared', 'mismatches', 'mask'],
    ...Object.entries(report.perRegister).map(([name, one]) => [
      name,
      one.reads,
      one.compared,
      one.mismatches,
      one.mask,
    ]),
  ]);
  console.log('\nnot compared');
  for (const { what, count, why } of report.notCompared) console.log(`  ${count} ${what}: ${why}`);
  if (capture === null) console.log('  frames of a capture: there is none beside the recording');
  if (!hasMismatch(report)) return;
  console.log('\nfirst differences');
  for (const { line, phase, what, recorded, model } of report.first)
    console.log(`  line ${line} (${phase}): ${what}: recorded ${recorded}, model ${model}`);
}
