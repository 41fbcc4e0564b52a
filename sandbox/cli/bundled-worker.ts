import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';

/**
 * What `name(argument)` of the module at `file` returns in a worker that runs the module and all that it
 * imports as one script: the way in which the site runs the lab in a reader's browser. V8 is faster there: it
 * folds a constant only within a script, and checks that no typed array has lost its memory wherever
 * one is used once that has happened to any in its heap, as it does where Node reads TypeScript.
 * @throws Error when it does not bundle, and what the function throws
 */
export async function callInWorker<Result>(
  file: URL,
  name: string,
  argument?: unknown,
): Promise<Result> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { parentPort, workerData } from 'node:worker_threads';
        import { ${name} } from ${JSON.stringify(fileURLToPath(file))};
        parentPort.postMessage(${name}(workerData));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    logLevel: 'silent',
  });
  const script = Buffer.from(outputFiles[0].contents).toString('base64');
  const worker = new Worker(new URL(`data:text/javascript;base64,${script}`), {
    workerData: argument,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
