import { CODE_NAME } from '../job.ts';
import { guardedMemory } from './memory.ts';

/** Evaluating bundles. Everything it needs is taken from the realm when this module is, before any other code. */

export interface Lab {
  face: Record<string, unknown>;
  beginSession(session: {
    knobs: Record<string, number | string | boolean>;
    emit(report: unknown): void;
    progress(progress: unknown): void;
    profile: unknown;
    pool: { readonly size: number; run(task: unknown): Promise<unknown> } | undefined;
  }): void;
  endSession(): { knobs: unknown[] };
  /** A lab has it when something in it gives tasks to a pool. */
  runTask?(task: unknown): unknown;
}

export type Exports = Record<string, unknown>;
type Body = (
  lab: unknown,
  open: (lab: Lab) => void,
  finish: (exports: Exports) => void,
  ...guards: unknown[]
) => Promise<void>;

const bodyOf = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => Body;
const guarded = guardedMemory();
const guards = [...guarded.values()];
/** A bundle is the body of an async function with these parameters. */
const parameters = ['__lab', '__open', '__finish', ...guarded.keys()];

/** What of a lab has to be frozen with the realm. A bundle's exports are getters: what they return, too. */
export function rootsOf(lab: Lab): unknown[] {
  return [lab.face, ...Object.values(lab.face), ...guards];
}

/** Evaluates a bundle and returns what its entry exports. `open` gets the lab that the bundle carries, if it does. */
export async function evaluate(code: string, lab: Lab, open: (lab: Lab) => void): Promise<Exports> {
  const body = new bodyOf(...parameters, `${code}\n//# sourceURL=${CODE_NAME}`);
  let exports: Exports | undefined;
  const finish = (found: Exports): void => {
    exports ??= found;
  };
  await body(lab.face, open, finish, ...guards);
  return exports ?? {};
}

/** The lab that a bundle carries. The code behind it, a reader's cell, does not run. */
export async function carriedLab(code: string, lab: Lab): Promise<Lab> {
  let carried: Lab | undefined;
  const enough = new Error('the lab is open');
  const open = (found: Lab): void => {
    carried = found;
    throw enough;
  };
  try {
    await evaluate(code, lab, open);
  } catch (thrown) {
    if (thrown !== enough || carried === undefined) throw thrown;
  }
  return carried ?? lab;
}

/** Engines put their own lines before the body of a constructed function; counts them. */
export async function measureOffset(): Promise<number> {
  const probe = new bodyOf(...parameters, 'throw new Error("probe");\n//# sourceURL=probe.js');
  try {
    await probe(
      undefined,
      () => {},
      () => {},
      ...guards,
    );
  } catch (error) {
    const line = /probe\.js:(\d+)/.exec(String((error as Error).stack))?.[1];
    return line ? Number(line) - 1 : 0;
  }
  return 0;
}
