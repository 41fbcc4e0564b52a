import { existsSync, readdirSync } from 'node:fs';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import relativeLinks from 'astro-relative-links';
import { offline } from './src/offline/integration.ts';
import { policies } from './src/security/integration.ts';
import { CHUNKS } from './src/weight/chunks.ts';
import { leanStarlight } from './src/weight/starlight.ts';

/** Every lesson is a folder lessons/NN-slug with an index.mdx; the number gives the order. */
const lessons = readdirSync(new URL('./lessons', import.meta.url))
  .filter((name) => existsSync(new URL(`./lessons/${name}/index.mdx`, import.meta.url)))
  .sort();

/** A page with every kind of picture, for authors and tests only: `npm run dev`, or GALLERY=1 in a build. */
const gallery = () => ({
  name: 'gallery',
  hooks: {
    'astro:config:setup': ({ command, injectRoute }) => {
      if (command === 'dev' || process.env.GALLERY)
        injectRoute({ pattern: '/gallery', entrypoint: './src/dev/gallery.astro' });
    },
  },
});

export default defineConfig({
  // Links are absolute in the build's first pass and made relative at its end, so that one dist works
  // under any prefix. Files that scripts load find their way by import.meta.url or <link rel="home">.
  integrations: [
    starlight({
      title: 'Two Checkboxes',
      description:
        "An interactive course on how a virtual machine's I/O reaches the wire under Hyper-V.",
      favicon: '/favicon.svg',
      customCss: [
        './src/styles/fonts.css',
        './src/styles/tokens.css',
        './src/styles/actors.css',
        './src/styles/site.css',
        './src/styles/notebook.css',
      ],
      components: {
        Head: './src/components/shell/Head.astro',
        Header: './src/components/shell/Header.astro',
        MobileMenuFooter: './src/components/shell/MobileMenuFooter.astro',
        PageTitle: './src/components/shell/PageTitle.astro',
        PageSidebar: './src/components/shell/PageSidebar.astro',
        Pagination: './src/components/shell/Pagination.astro',
        ThemeProvider: './src/components/shell/ThemeProvider.astro',
      },
      sidebar: [
        { label: 'Lessons', items: lessons.map((name) => ({ slug: `lessons/${name}` })) },
        { label: 'Playground', link: '/playground/' },
        { label: 'Your progress', link: '/progress/' },
        {
          label: 'Reference',
          items: [
            { label: 'Cost profiles', link: '/profiles/' },
            { label: 'Glossary', link: '/glossary/' },
            { label: 'Asked by others', link: '/questions/' },
            { label: 'Sources', link: '/sources/' },
            { label: 'How far from reality', link: '/reality/' },
          ],
        },
      ],
      tableOfContents: false,
      expressiveCode: false,
      credits: false,
      disable404Route: true,
    }),
    relativeLinks(),
    policies(),
    offline(),
    gallery(),
  ],
  prefetch: false,
  devToolbar: { enabled: false },
  markdown: {
    // Printed, not painted: colour is for actors. The variables are in src/styles/site.css.
    shikiConfig: { theme: 'css-variables' },
  },
  vite: {
    plugins: [leanStarlight()],
    environments: {
      client: { build: { rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } } } },
    },
    experimental: {
      renderBuiltUrl: (_name, { hostType }) =>
        hostType === 'js' || hostType === 'css' ? { relative: true } : undefined,
    },
  },
});
