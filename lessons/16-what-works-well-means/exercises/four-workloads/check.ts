import { compare, type Expectation, type PathName, Random } from 'two-checkboxes';
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
const SKYLAKE = 'skylake-2017';

/** Three hosts of six, with machines in any order and loads a little more or less each time. */
function casesOf(seed: number): Case[] {
  const random = new Random(seed);
  const near = (load: number) => Math.round(load * (0.98 + random.below(41) / 1000));
  const cases: Case[] = [
    {
      title: 'two functions, and a trader in a hurry',
      workloads: [
        printer(SANDY, 250, ANY),
        web(SANDY, near(60_000), ANY),
        video(SANDY, near(200_000)),
        trading(SANDY, 128, 40),
      ],
      budget: { hostCores: 1.1, functions: 2 },
    },
    {
      title: 'one function, and a trader with time',
      workloads: [
        trading(SANDY, 128, 60),
        printer(SANDY, 500, ANY),
        web(SANDY, near(55_000), ANY),
        video(SANDY, near(180_000)),
      ],
      budget: { hostCores: 1.4, functions: 1 },
    },
    {
      title: 'a web server whose frames the root has to see, and a printer from 1998',
      workloads: [
        web(NEHALEM, near(40_000), ['emulated', 'vmbus']),
        printer(NEHALEM, 1000, ['emulated']),
        trading(NEHALEM, 256, 45),
        video(NEHALEM, near(150_000)),
      ],
      budget: { hostCores: 1.05, functions: 2 },
    },
    {
      title: 'one function, a newer host, and a trader in a hurry',
      workloads: [
        video(SKYLAKE, near(150_000)),
        trading(SKYLAKE, 128, 27),
        web(SKYLAKE, near(50_000), ANY),
        printer(SKYLAKE, 500, ANY),
      ],
      budget: { hostCores: 1.35, functions: 1 },
    },
    {
      title: 'functions for three',
      workloads: [
        printer(SANDY, 500, ['emulated', 'sriov']),
        video(SANDY, near(190_000)),
        web(SANDY, near(45_000), ANY),
        trading(SANDY, 256, 60),
      ],
      budget: { hostCores: 0.6, functions: 3 },
    },
    {
      title: 'no function at all',
      workloads: [
        video(SANDY, near(150_000)),
        web(SANDY, near(40_000), ANY),
        trading(SANDY, 256, 60),
        printer(SANDY, 250, ANY),
      ],
      budget: { hostCores: 2, functions: 0 },
    },
  ];
  const drawn = shuffled(random, cases).slice(0, 3);
  return drawn.map((one) => ({ ...one, workloads: shuffled(random, one.workloads) }));
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(random.below(rest.length), 1)[0]);
}

/** What was chosen on each host, in copies of its own. */
export async function measure(work: Work, seed: number): Promise<Record<string, PathName>[]> {
  const all: Record<string, PathName>[] = [];
  for (const { workloads, budget } of casesOf(seed))
    all.push(structuredClone(await work.choose(structuredClone(workloads), { ...budget })));
  return all;
}

/** Runs every workload on the path that was chosen for it. */
export async function judge(
  chosen: Record<string, PathName>[],
  seed: number,
): Promise<Expectation[]> {
  const found: Expectation[] = [];
  for (const [i, { title, workloads, budget }] of casesOf(seed).entries()) {
    const outcomes: Outcome[] = [];
    for (const workload of workloads)
      outcomes.push(await run(workload, chosen[i]?.[workload.name]));
    found.push(...expectations({ title, budget, outcomes }));
  }
  return found;
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

function expectations({ title, budget, outcomes }: Result): Expectation[] {
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
}
