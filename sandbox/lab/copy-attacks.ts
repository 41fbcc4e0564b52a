import { type CopyPolicy, SAFE_COPIES } from '../machine/host/copy-policy.ts';
import { AttackBench } from './attack-bench.ts';
import { UsageError } from './usage.ts';

/** What a hostile guest tries. Each needs one copy to be missing. */
export const ATTACKS = {
  'rewrite-offset':
    'its second processor rewrites the offset in a message that was checked, so that another machine’s memory is sent',
  'rewrite-source':
    'its second processor rewrites the source address of a frame that the switch has let pass',
  'rewrite-vlan': 'its second processor puts a VLAN tag into a frame that the switch has let pass',
  'read-early': 'it reads frames of another VLAN before the switch drops them',
  'change-early': 'it takes the VLAN tag off a frame before the switch looks',
} as const;
export type AttackKind = keyof typeof ATTACKS;

/** What `attack` takes. */
export interface AttackOptions {
  kind: AttackKind;
  /** The copies that the root makes; what is left out is as by default, which is safe. */
  policy?: Partial<CopyPolicy>;
  /** Times that it is tried, 1 to 200; 40 when left out. Most miss the moment. */
  attempts?: number;
  /** Cost profile; 'sandybridge-2012' when left out. */
  profile?: string;
}

/** What came of an attack. */
export interface AttackReport {
  kind: AttackKind;
  policy: CopyPolicy;
  attempts: number;
  /** Attempts that did what they were for. */
  succeeded: number;
  /** What the first that succeeded got out, forged or got in; empty when none did. */
  bytes: Uint8Array;
  /** The result in a sentence. */
  outcome: string;
  /** Cycles that all actors spent on a frame of the attacker's, with this policy. */
  cyclesPerAttempt: number;
}

const MAX_ATTEMPTS = 200;

/**
 * A guest with two processors attacks the root's look at its data, on a machine with this copy policy.
 * The processors really run side by side: one sends, the other changes bytes, and whether they change
 * between the check and the use is a matter of the moment.
 * @throws UsageError for an attack or a policy that there is not
 */
export function attack(options: AttackOptions): AttackReport {
  const { kind, attempts = 40, profile } = options;
  if (!Object.hasOwn(ATTACKS, kind))
    throw new UsageError(`kind: '${kind}' is not one of ${Object.keys(ATTACKS).join(', ')}`);
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= MAX_ATTEMPTS))
    throw new UsageError(`attempts: ${attempts} is not 1 to ${MAX_ATTEMPTS}`);
  const policy = completePolicy(options.policy ?? {});
  const bench = new AttackBench(policy, profile);
  const taken = bench.run(kind, attempts);
  return {
    kind,
    policy,
    attempts,
    succeeded: taken.length,
    bytes: taken[0] ?? new Uint8Array(0),
    outcome: describe(kind, taken.length, attempts),
    cyclesPerAttempt: bench.hostCycles / attempts,
  };
}

/** The safe policy with `changes`. @throws UsageError for a copy that there is not */
export function completePolicy(changes: Partial<CopyPolicy>): CopyPolicy {
  for (const [name, value] of Object.entries(changes))
    if (!Object.hasOwn(SAFE_COPIES, name) || typeof value !== 'boolean')
      throw new UsageError(
        `policy: ${name} is not true or false for one of ${Object.keys(SAFE_COPIES).join(', ')}`,
      );
  return { ...SAFE_COPIES, ...changes };
}

function describe(kind: AttackKind, succeeded: number, attempts: number): string {
  if (succeeded === 0) return `${attempts} attempts, and nothing happened`;
  const what = {
    'rewrite-offset': 'sent bytes of another machine to the wire',
    'rewrite-source': 'left with the address of another machine',
    'rewrite-vlan': 'left with the tag of a VLAN that is not the attacker’s',
    'read-early': 'let the attacker read a frame that the switch then dropped',
    'change-early': 'reached the attacker although its VLAN is another',
  }[kind];
  return `${succeeded} of ${attempts} ${what}`;
}
