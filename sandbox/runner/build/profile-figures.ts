import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

interface ProfileText {
  p: Record<string, { source?: string[]; note?: string }>;
}

/**
 * Loads the cost profiles without the sources and notes of their figures. The machine computes without
 * them; only code that reads `PROFILES` itself can show them.
 */
export const profileFigures: Plugin = {
  name: 'profile-figures',
  setup(build) {
    build.onLoad({ filter: /[\\/]content[\\/]profiles[\\/][^\\/]+\.json$/ }, ({ path }) => {
      const profile: ProfileText = JSON.parse(readFileSync(path, 'utf8'));
      for (const figure of Object.values(profile.p)) {
        delete figure.source;
        delete figure.note;
      }
      return { contents: JSON.stringify(profile), loader: 'json' };
    });
  },
};
