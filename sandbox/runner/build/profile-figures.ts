import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

type Figures = Record<string, { source?: string[]; note?: string }>;

interface ProfileText {
  p: Figures;
  mitigations: { p: Figures };
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
      for (const figures of [profile.p, profile.mitigations.p])
        for (const figure of Object.values(figures)) {
          delete figure.source;
          delete figure.note;
        }
      return { contents: JSON.stringify(profile), loader: 'json' };
    });
  },
};
