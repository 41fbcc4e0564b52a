import { parseArgs } from 'node:util';
import { benchEngine, type EngineSpeed } from './bench-engine.ts';
import { againstHistory, historyEntry, keepRun, readHistory } from './bench-history.ts';
import type { PathSpeed } from './bench-paths.ts';
import { callInWorker } from './bundled-worker.ts';

/** The machine is measured as a reader's browser runs it. */
const PATHS = new URL('./bench-paths.ts', import.meta.url);
const ALLOCATION = new URL('./bench-allocation.ts', import.meta.url);
/** Workers that each path is measured in: V8 does not compile the same way twice. */
const WORKERS = 2;

/** What `lab bench` measures. */
export interface BenchResult {
  engine: EngineSpeed;
  paths: Record<string, PathSpeed>;
  bytesPerMillionEvents: number;
}

/**
 * `lab bench [--keep FILE] [--json]`: speeds as ratios to references measured in the same run. With a file,
 * the result is added to it, and compared with what it holds.
 */
export async function benchCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean' }, keep: { type: 'string' } },
  });
  const earlier = values.keep === undefined ? [] : readHistory(values.keep);
  const result: BenchResult = {
    engine: benchEngine(),
    paths: await benchPaths(),
    bytesPerMillionEvents: await callInWorker<number>(ALLOCATION, 'bytesPerMillionEvents'),
  };
  const entry = historyEntry(result);
  if (values.keep !== undefined) keepRun(values.keep, entry);
  if (values.json === true) {
    console.log(JSON.stringify(result, null, 2));
    return 0;
  }
  for (const line of [...inWords(result), ...againstHistory(entry, earlier)]) console.log(line);
  return 0;
}

/** Each path in workers of its own: code that another path has run before is compiled for both. */
async function benchPaths(): Promise<Record<string, PathSpeed>> {
  const paths: Record<string, PathSpeed> = {};
  for (const path of ['emulated', 'vmbus', 'sriov'])
    for (let worker = 0; worker < WORKERS; worker++) {
      const speed = await callInWorker<PathSpeed>(PATHS, 'benchPath', path);
      const best = paths[path];
      if (best === undefined || speed.framesPerSecond > best.framesPerSecond) paths[path] = speed;
    }
  return paths;
}

function inWords({ engine, paths, bytesPerMillionEvents }: BenchResult): string[] {
  const { tinyqueue, simjs, simpy } = engine.ratio;
  return [
    ...Object.entries(engine.holdPerSecond).map(
      ([pending, rate]) => `hold, ${pending} pending: ${(rate / 1e6).toFixed(1)} M/s`,
    ),
    `engine against tinyqueue, 1000 pending: ${tinyqueue.toFixed(2)}x`,
    `engine against simjs, tandem: ${simjs.toFixed(2)}x`,
    simpy === undefined
      ? 'engine against SimPy: no Python with SimPy here'
      : `engine against SimPy, tandem: ${simpy.toFixed(0)}x`,
    ...Object.entries(paths).map(([path, speed]) => {
      const { framesPerSecond, realTimeFactor, eventsPerFrame, bytesPerFrame } = speed;
      const words = [
        `${Math.round(framesPerSecond)} frames/s`,
        `${realTimeFactor.toFixed(2)}x real time`,
        `${eventsPerFrame.toFixed(2)} events and ${Math.round(bytesPerFrame)} bytes allocated a frame`,
      ];
      return `${path}: ${words.join(', ')}`;
    }),
    `allocated by the engine: ${Math.round(bytesPerMillionEvents)} bytes per million events`,
  ];
}
