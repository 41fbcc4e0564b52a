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

const guarded = guardedMemory();
const guards = [...guarded.values()];
/** A bundle is the body of an async function with these parameters. */
const parameters = ['__lab', '__open', '__finish', ...guarded.keys()].join(', ');

const scope = globalThis as typeof globalThis & { importScripts(url: string): void };
const { Blob, URL } = scope;
const createUrl = URL.createObjectURL.bind(URL);
const revokeUrl = URL.revokeObjectURL.bind(URL);
const load = scope.importScripts.bind(scope);

/** The global that a bundle's script hands its function to; it is there only while the script loads. */
const RECEIVER = '__bundle';
/** Lines of a bundle's script before its code. */
export const LINES_BEFORE = 1;

/** What of a lab has to be frozen with the realm. A bundle's exports are getters: what they return, too. */
export function rootsOf(lab: Lab): unknown[] {
  return [lab.face, ...Object.values(lab.face), ...guards];
}

/** Evaluates a bundle and returns what its entry exports. `open` gets the lab that the bundle carries, if it does. */
export async function evaluate(code: string, lab: Lab, open: (lab: Lab) => void): Promise<Exports> {
  const body = compile(code);
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

/**
 * The function that a bundle is the body of. No policy of ours lets text be evaluated, so the bundle is
 * loaded as a script from a blob, at once. A bundle that ends the function early runs in the same locked
 * realm as one that does not.
 */
function compile(code: string): Body {
  const text = `${RECEIVER}((async function (${parameters}) {\n${code}\n}))\n//# sourceURL=${CODE_NAME}`;
  const url = createUrl(new Blob([text], { type: 'text/javascript' }));
  let body: Body | undefined;
  const value = (found: Body): void => {
    body ??= found;
  };
  Reflect.defineProperty(scope, RECEIVER, { value, configurable: true });
  try {
    load(url);
  } finally {
    Reflect.deleteProperty(scope, RECEIVER);
    revokeUrl(url);
  }
  if (typeof body !== 'function') throw new SyntaxError('the code is not the body of a function');
  return body;
}
