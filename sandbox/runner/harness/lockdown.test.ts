import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A thread of its own, locked down with a class and a constant of a lab in it. */
let worker: Worker;

const SETUP = `
  const { parentPort } = require('node:worker_threads');
  const post = parentPort.postMessage.bind(parentPort);
  const evaluate = eval;
  parentPort.on('message', (code) => {
    try {
      post({ value: evaluate(code) });
    } catch (error) {
      post({ error: String(error) });
    }
  });
  evaluate(\`
    class Machine { static made = 0; step() { return 1; } }
    const TABLE = { a: [1] };
    const bytes = new Uint8Array(2);
    globalThis.Machine = Machine; globalThis.TABLE = TABLE; globalThis.bytes = bytes;\`);
  const { Machine, TABLE, bytes } = globalThis;
  lockdownModule.lockdown(globalThis, [Machine, TABLE, bytes]);
  Object.assign(globalThis, { Machine, TABLE, bytes });
`;

beforeAll(async () => {
  const { outputFiles } = await esbuild.build({
    entryPoints: ['sandbox/runner/harness/lockdown.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'lockdownModule',
  });
  worker = new Worker(`${outputFiles[0].text}\n${SETUP}`, { eval: true });
});
afterAll(async () => {
  await worker.terminate();
});

async function run(code: string): Promise<unknown> {
  worker.postMessage(`'use strict'; ${code}`);
  const [{ value, error }] = await once(worker, 'message');
  if (error) throw new Error(error);
  return value;
}

describe('a locked realm', () => {
  it('has none of the globals that reach out', async () => {
    expect(await run('typeof fetch')).toBe('undefined');
    expect(await run('typeof process')).toBe('undefined');
    expect(await run('typeof Map')).toBe('function');
  });

  it.each([
    'Object.prototype.x = 1',
    'Array.prototype.map = 1',
    'Promise.prototype.then = 1',
    'Function.prototype.call = 1',
    'Object.getPrototypeOf([][Symbol.iterator]()).next = 1',
    'Object.getPrototypeOf(async () => {}).constructor.prototype.x = 1',
    'Object.getPrototypeOf(Object.getPrototypeOf(function* () {}).prototype).x = 1',
    'Map = 1',
    'JSON.parse = 1',
    'Math.max = 1',
    'Object.prototype.toString = 1',
    'Error.prototype.message = 1',
    'Error.prepareStackTrace = 1',
    'Machine.prototype.step = 1',
    'Machine.made = 1',
    'TABLE.a.push(2)',
    'Object.defineProperty(Machine.prototype, "step", { value: 1 })',
    'Object.setPrototypeOf(Machine.prototype, {})',
  ])('refuses %s', async (code) => {
    await expect(run(code)).rejects.toThrow(
      /read only|extensible|redefine|assign|Immutable|undefined/i,
    );
  });

  it.each([
    [`const e = new Error('a'); e.message = 'b'; e.name = 'N'; String(e)`, 'N: b'],
    [`const o = {}; o.toString = () => 'mine'; String(o)`, 'mine'],
    [`class Mine extends Machine { step() { return super.step() + 1 } }; new Mine().step()`, 2],
    [
      `function Old() {} Old.prototype.constructor = Old; Old.prototype.valueOf = () => 3; new Old() + 1`,
      4,
    ],
    [`bytes[0] = 9; bytes[0]`, 9],
    [`globalThis.mine = 5; mine`, 5],
    ['[3, 1, 2].sort().map((n) => n * 2).join()', '2,4,6'],
  ])('still runs %s', async (code, value) => {
    expect(await run(`{ ${code.replace(/([^;]+)$/, 'globalThis.last =$1')} } last`)).toBe(value);
  });
});
