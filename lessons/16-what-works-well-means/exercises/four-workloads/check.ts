import { compare, type Expectation, type PathName } from 'two-checkboxes';
import type { Budget, Workload } from './start.ts';

type Work = typeof import('./start.ts');

/** A host and the four machines that are to run on it. */
interface Case {
  title: string;
  workloads: Workload[];
  budget: Budget;
}

/** What became of one workload on the path that was chosen for it. */
interface Outcome {
  name: string;
  path: string;
  /** Why its promise is not kept; empty when it is. */
  broken: string;
  hostCores: number;
}

interface Result {
  title: string;
  budget: Budget;
  outcomes: Outcome[];
}

const ANY: PathName[] = ['emulated', 'vmbus', 'sriov'];
const FAST: PathName[] = ['vmbus', 'sriov'];

function trading(profile: string, frame: number, withinUs: number): Workload {
  const traffic = { profile, direction: 'rr' as const, frame, frames: 40 };
  return { name: 'trading', traffic, allowed: FAST, withinUs };
}

function video(profile: string, load: number): Workload {
  const traffic = { profile, direction: 'rx' as const, frame: 1514, load, frames: 400 };
  return { name: 'video', traffic, allowed: ANY, gbps: load * 1514 * 8e-9 * 0.97 };
}

function web(profile: string, load: number, allowed: PathName[]): Workload {
  const traffic = { profile, direction: 'rx' as const, frame: 512, load, frames: 250 };
  return { name: 'web', traffic, allowed, withinUs: 100 };
}

function printer(profile: string, load: number, allowed: PathName[]): Workload {
  const traffic = { profile, direction: 'tx' as const, frame: 256, load, frames: 15 };
  return { name: 'printer', traffic, allowed };
}

const SANDY = 'sandybridge-2012';
const NEHALEM = 'nehalem-2008r2';
const CASES: Case[] = [
  {
    title: 'two functions, and a trader in a hurry',
    workloads: [
      printer(SANDY, 250, ANY),
      web(SANDY, 60_000, ANY),
      video(SANDY, 200_000),
      trading(SANDY, 128, 40),
    ],
    budget: { hostCores: 1, functions: 2 },
  },
  {
    title: 'one function, and a trader with time',
    workloads: [
      trading(SANDY, 128, 60),
      printer(SANDY, 500, ANY),
      web(SANDY, 55_000, ANY),
      video(SANDY, 180_000),
    ],
    budget: { hostCores: 1.3, functions: 1 },
  },
  {
    title: 'a web server whose frames the root has to see, and a printer from 1998',
    workloads: [
      web(NEHALEM, 40_000, ['emulated', 'vmbus']),
      printer(NEHALEM, 1000, ['emulated']),
      trading(NEHALEM, 256, 40),
      video(NEHALEM, 150_000),
    ],
    budget: { hostCores: 1.05, functions: 2 },
  },
];

export async function measure(work: Work): Promise<Result[]> {
  const results: Result[] = [];
  for (const { title, workloads, budget } of CASES) {
    // A copy of its own: what is measured afterwards is what was asked for.
    const chosen = await work.choose(structuredClone(workloads), { ...budget });
    const outcomes: Outcome[] = [];
    for (const workload of workloads) outcomes.push(await run(workload, chosen[workload.name]));
    results.push({ title, budget, outcomes });
  }
  return results;
}

async function run(workload: Workload, path: PathName | undefined): Promise<Outcome> {
  const { name, traffic, allowed, withinUs = Infinity, gbps = 0 } = workload;
  if (path === undefined || !allowed.includes(path))
    return { name, path: String(path), broken: `may not use ${String(path)}`, hostCores: 0 };
  const { paths } = await compare({ ...traffic, paths: [path] });
  const report = paths[path];
  if (report === undefined) return { name, path, broken: 'was not run', hostCores: 0 };
  const { latencyUs, throughputGbps, lossRate, cores } = report;
  let broken = '';
  if (lossRate > 0) broken = 'loses frames';
  if (throughputGbps < gbps) broken = `gets ${throughputGbps.toFixed(2)} Gb/s`;
  if (latencyUs.p99 > withinUs) broken = `takes ${latencyUs.p99.toFixed(0)} µs`;
  const hostCores = cores.hypervisor + cores.rootKernel + cores.rootUser;
  return { name, path, broken, hostCores };
}

export function judge(results: Result[]): Expectation[] {
  return results.flatMap(({ title, budget, outcomes }) => {
    const broken = outcomes.find((outcome) => outcome.broken !== '');
    const functions = outcomes.filter(({ path }) => path === 'sriov').length;
    const cores = outcomes.reduce((sum, { hostCores }) => sum + hostCores, 0);
    const paths = outcomes.map(({ name, path }) => `${name}: ${path}`).join(', ');
    return [
      {
        name: `${title}: every promise is kept`,
        passed: broken === undefined,
        wanted: 'four promises kept',
        seen: broken === undefined ? paths : `${broken.name} on ${broken.path} ${broken.broken}`,
      },
      {
        name: `${title}: the card and the host have room`,
        passed: functions <= budget.functions && cores <= budget.hostCores,
        wanted: `${budget.functions} functions, ${budget.hostCores} cores at most`,
        seen: `${functions} functions, ${cores.toFixed(2)} cores`,
      },
    ];
  });
}
