import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Imports the module at `file` and all that it imports as one script, as the site ships the lab. V8 folds a
 * constant only within a script: each one that a module imports from another is loaded and checked again
 * wherever it is used, which costs the machine a tenth of its speed.
 * @throws Error when it does not bundle
 */
export async function importBundled<Module>(file: URL): Promise<Module> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    minifySyntax: true,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    logLevel: 'silent',
  });
  const script = Buffer.from(outputFiles[0].contents).toString('base64');
  return (await import(`data:text/javascript;base64,${script}`)) as Module;
}
