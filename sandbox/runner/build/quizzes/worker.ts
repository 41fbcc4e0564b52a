import { parentPort, workerData } from 'node:worker_threads';
import { judge } from './judge.ts';
import type { Done, Work } from './threads.ts';

/** A thread that evaluates the lab once, and then judges the questions it is sent, one after the other. */

const { lab } = workerData as { lab: string };
const { face } = new Function(`${lab}\nreturn TwoCheckboxesLab;`)();
const Body = Object.getPrototypeOf(async () => {}).constructor;

async function judged(code: string): Promise<Done> {
  try {
    let exports: { default?: unknown } = {};
    const finish = (found: typeof exports): void => {
      exports = found;
    };
    await new Body('__lab', '__open', '__finish', code)(face, () => {}, finish);
    return { entry: await judge(exports.default) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', async ({ code }: Work) => {
  parentPort?.postMessage(await judged(code));
});
parentPort?.postMessage('ready');
