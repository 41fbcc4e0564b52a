import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { inlineHashes, withPolicy } from './html.ts';

/**
 * Writes the policy into every page of a finished build, from what stands in its final HTML. The last
 * integration adds it at the end of the list, behind those that others add, so that nothing changes a page
 * after it was hashed.
 */
export function policies(): AstroIntegration {
  const last: AstroIntegration = {
    name: 'policies',
    hooks: {
      'astro:build:done': ({ dir, logger }) => {
        const count = writePolicies(fileURLToPath(dir));
        logger.info(`${count} pages have their policy.`);
      },
    },
  };
  return {
    name: 'policies-last',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({ integrations: [last] });
      },
    },
  };
}

/** @param folder of the built site, with the sandbox's files in it */
function writePolicies(folder: string): number {
  const manifest = JSON.parse(readFileSync(join(folder, 'sandbox/manifest.json'), 'utf8'));
  const frame = inlineHashes(String(manifest.frame));
  if (frame.length !== 1) throw new Error("the sandbox's frame has not one script");
  const pages = globSync('**/*.html', { cwd: folder });
  for (const page of pages) {
    const path = join(folder, page);
    try {
      writeFileSync(path, withPolicy(readFileSync(path, 'utf8'), frame));
    } catch (error) {
      throw new Error(`${page}: ${(error as Error).message}`);
    }
  }
  return pages.length;
}
