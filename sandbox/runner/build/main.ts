import { buildSandbox } from './sandbox.ts';

/** `npm run build:sandbox`: everything a reader's browser needs to run cells, in `public/sandbox`. */

const options = { lessons: 'lessons', lab: 'sandbox/lab/bundle.ts', out: 'public/sandbox' };
const args = process.argv.slice(2);
for (let i = 0; i < args.length; i += 2) {
  const name = args[i]?.replace(/^--/, '');
  const value = args[i + 1];
  if (!name || !(name in options) || value === undefined) {
    console.error('usage: build:sandbox [--lessons FOLDER] [--lab FILE] [--out FOLDER]');
    process.exit(2);
  }
  options[name as keyof typeof options] = value;
}

try {
  const { files, bytes } = await buildSandbox({
    root: process.cwd(),
    ...options,
    report: console.log,
  });
  console.log(`sandbox: ${files} files, ${Math.round(bytes / 1024)} KiB in ${options.out}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
