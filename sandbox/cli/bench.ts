import { parseArgs } from 'node:util';
import type { PathName } from '../lab/report.ts';
import { benchEngine, bytesPerMillionEvents } from './bench-engine.ts';
import type { PathSpeed } from './bench-paths.ts';
import { callInWorker } from './bundled-worker.ts';

/** The machine is measured as a reader's browser runs it. */
const PATHS = new URL('./bench-paths.ts', import.meta.url);

/** `lab bench`: speeds as ratios to references measured in the same run. */
export async function benchCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } });
  const result = {
    engine: benchEngine(),
    paths: await callInWorker<Partial<Record<PathName, PathSpeed>>>(PATHS, 'benchPaths'),
    bytesPerMillionEvents: bytesPerMillionEvents(),
  };
  if (values.json === true) {
    console.log(JSON.stringify(result, null, 2));
    return 0;
  }
  const { holdPerSecond, ratio } = result.engine;
  for (const [pending, rate] of Object.entries(holdPerSecond))
    console.log(`hold, ${pending} pending: ${(rate / 1e6).toFixed(1)} M/s`);
  console.log(`engine against tinyqueue, 1000 pending: ${ratio.tinyqueue.toFixed(2)}x`);
  console.log(`engine against simjs, tandem: ${ratio.simjs.toFixed(2)}x`);
  for (const [path, speed] of Object.entries(result.paths))
    console.log(
      `${path}: ${Math.round(speed.framesPerSecond)} frames/s, ${speed.realTimeFactor.toFixed(2)}x real time, ${speed.eventsPerFrame.toFixed(2)} events a frame`,
    );
  console.log(`allocated: ${Math.round(result.bytesPerMillionEvents)} bytes per million events`);
  return 0;
}
