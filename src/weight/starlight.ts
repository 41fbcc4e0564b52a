import type { Plugin } from 'vite';

/**
 * Leaves out of every page the style of what Starlight can do and this site does not. A part that is wanted
 * after all is taken from these lists; tests/site/styles.spec.ts fails if a page uses one.
 */
const UNUSED_SHEETS =
  /\/@astrojs\/starlight\/(style\/asides\.css|components\/(Banner|ContentNotice|Hero|LanguageSelect|Select|ThemeSelect|SocialIcons|TableOfContents|MobileTableOfContents)\.astro|user-components\/(Aside|Badge|Card|CardGrid|FileTree|LinkButton|LinkCard|Steps|Tabs)\.astro)/;

/** Colours of asides and badges. */
const UNUSED_VARIABLES = /--sl-(?:hue|color)-(?:orange|green|blue|purple|red)[\w-]*:[^;]*;/g;

/** Rules for parts that are left out, or that another highlighter of code would need; none holds another. */
const UNUSED_RULES =
  /[^{};/]*(?:\.expressive-code|\.sl-badge|\.sl-banner|starlight-(?:file-tree|aside|tabs)|\.sl-link-button|\.sl-steps)[^{};]*\{[^{}]*\}/g;

export function leanStarlight(): Plugin {
  return {
    name: 'lean-starlight',
    enforce: 'pre',
    transform: {
      filter: { id: /@astrojs\/starlight\/.*(\.css|&type=style)/ },
      handler(code, id) {
        if (UNUSED_SHEETS.test(id)) return { code: '', map: null };
        if (!/\/style\/(props|print)\.css/.test(id)) return null;
        return { code: code.replace(UNUSED_VARIABLES, '').replace(UNUSED_RULES, ''), map: null };
      },
    },
  };
}
