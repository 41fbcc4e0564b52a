import { globSync, readFileSync } from 'node:fs';
import { check } from './imports/rules.ts';

/** `npm run check:imports`: fails on an import that runs against the layers, or on what makes a machine differ between runs. */

const files = globSync('{sandbox,src,lessons}/**/*.{ts,astro}')
  .map((path) => path.replaceAll('\\', '/'))
  .sort();
const wrong = files.flatMap((path) => check(path, readFileSync(path, 'utf8')));
for (const line of wrong) console.error(line);
console.log(`imports: ${files.length} files, ${wrong.length} against the layers`);
process.exitCode = wrong.length > 0 || files.length === 0 ? 1 : 0;
