import type { CompareOptions, PathName } from 'two-checkboxes';

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

/**
 * Chooses a path for each workload, by its name. Every promise has to be kept, the virtual functions have to
 * suffice, and so have the host's cores. `compare` is there to try before choosing.
 */
export async function choose(
  workloads: readonly Workload[],
  budget: Budget,
): Promise<Record<string, PathName>> {
  const chosen: Record<string, PathName> = {};
  let functions = budget.functions;
  // Whoever comes first gets what is fast.
  for (const { name, allowed } of workloads) {
    const fast = allowed.includes('sriov') && functions > 0;
    if (fast) functions--;
    chosen[name] = fast ? 'sriov' : allowed[0];
  }
  return chosen;
}
