import { type CompareOptions, compare, type PathName, type PathReport } from 'two-checkboxes';

/** One machine, what it does, and what it was promised. What is left out was not promised. */
export interface Workload {
  name: string;
  /** For `compare`: who sends, how much, how often. */
  traffic: CompareOptions;
  /** The paths that its system has drivers for, and that its owner allows. */
  allowed: PathName[];
  /** Most microseconds that 99 of 100 frames, or round trips, may take. */
  withinUs?: number;
  /** Least Gb/s. */
  gbps?: number;
}

/** What the host gives to all of them together. */
export interface Budget {
  /** Cores that the root and the hypervisor may keep busy. */
  hostCores: number;
  /** Virtual functions that are left on the card. */
  functions: number;
}

/** A path that keeps a workload's promises, and what it costs the host. */
interface Option {
  path: PathName;
  cores: number;
}

/**
 * Tries every allowed path of every workload, keeps those that hold what was promised, and takes the
 * combination that costs the host least of those that the card has functions for.
 */
export async function choose(
  workloads: readonly Workload[],
  budget: Budget,
): Promise<Record<string, PathName>> {
  let plans: { chosen: Record<string, PathName>; cores: number; functions: number }[] = [
    { chosen: {}, cores: 0, functions: 0 },
  ];
  for (const workload of workloads) {
    const options = await optionsOf(workload);
    plans = plans
      .flatMap((plan) =>
        options.map(({ path, cores }) => ({
          chosen: { ...plan.chosen, [workload.name]: path },
          cores: plan.cores + cores,
          functions: plan.functions + (path === 'sriov' ? 1 : 0),
        })),
      )
      .filter(({ functions }) => functions <= budget.functions);
  }
  plans.sort((a, b) => a.cores - b.cores);
  return plans[0]?.chosen ?? {};
}

async function optionsOf(workload: Workload): Promise<Option[]> {
  const { paths } = await compare({ ...workload.traffic, paths: workload.allowed });
  return workload.allowed.flatMap((path) => {
    const report = paths[path];
    if (report === undefined || !keeps(workload, report)) return [];
    const { hypervisor, rootKernel, rootUser } = report.cores;
    return [{ path, cores: hypervisor + rootKernel + rootUser }];
  });
}

function keeps({ withinUs = Infinity, gbps = 0 }: Workload, report: PathReport): boolean {
  const { latencyUs, throughputGbps, lossRate } = report;
  return latencyUs.p99 <= withinUs && throughputGbps >= gbps && lossRate === 0;
}
