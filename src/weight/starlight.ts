import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/**
 * Leaves out of every page the style of what Starlight can do and this site does not. A part that is wanted
 * after all is taken from these lists; tests/site/lean.spec.ts fails if a page uses one.
 */
const UNUSED_SHEETS =
  /\/@astrojs\/starlight\/(style\/asides\.css|components\/(Banner|ContentNotice|Hero|LanguageSelect|Select|ThemeSelect|SocialIcons|TableOfContents|MobileTableOfContents)\.astro|user-components\/(Aside|Badge|Card|CardGrid|FileTree|LinkButton|LinkCard|Steps|Tabs)\.astro)/;

/** Colours of asides and badges. */
const UNUSED_VARIABLES = /--sl-(?:hue|color)-(?:orange|green|blue|purple|red)[\w-]*:[^;]*;/g;

/** What tokens.css sets, outside of any layer and for both themes: Starlight's values never show. */
const TOKENS = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');
const OURS = new Set(TOKENS.match(/--sl-[\w-]+(?=:)/g));

/** Rules for parts that are left out, or that another highlighter of code would need; none holds another. */
const UNUSED_RULES =
  /[^{};/]*(?:\.expressive-code|\.sl-badge|\.sl-banner|starlight-(?:file-tree|aside|tabs)|\.sl-link-button|\.sl-steps)[^{};]*\{[^{}]*\}/g;

const VARIABLE = /(--sl-[\w-]+)\s*:[^;{}]*;/g;
const ifTheirs = (all: string, name: string): string => (OURS.has(name) ? '' : all);

export function leanStarlight(): Plugin {
  return {
    name: 'lean-starlight',
    enforce: 'pre',
    transform: {
      filter: { id: /@astrojs\/starlight\/.*(\.css|&type=style)/ },
      handler(code, id) {
        if (UNUSED_SHEETS.test(id)) return { code: '', map: null };
        const sheet = /\/style\/(props|print)\.css/.exec(id)?.[1];
        if (!sheet) return null;
        const lean = code.replace(UNUSED_VARIABLES, '').replace(UNUSED_RULES, '');
        return { code: sheet === 'props' ? lean.replace(VARIABLE, ifTheirs) : lean, map: null };
      },
    },
  };
}
