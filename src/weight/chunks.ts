/**
 * Which client code shares a file. Left alone, a lesson loads some thirty files of a few hundred bytes, which
 * costs requests and compresses badly. Each group takes what its modules import, and nothing that they load
 * later; a group stands before the groups that import from it.
 */
const src = (paths: string): RegExp => new RegExp(`[\\\\/]src[\\\\/](${paths})`);

export const CHUNKS = [
  // Every page with a sidebar.
  {
    name: 'page',
    test: src('components/(shell/(Search|KeyList|Header|Pagination)\\.astro|progress/page\\.ts)'),
  },
  // What such a page loads once it is idle.
  {
    name: 'idle',
    test: src('offline/page|components/(store/journal|progress/(marks|lesson-end))\\.ts'),
  },
  // What runs code, for the pages that do.
  { name: 'runner', test: /[\\/]sandbox[\\/]runner[\\/]index\.ts/ },
  // Every page with a cell, an exercise or a question.
  {
    name: 'lesson',
    test: src(
      'components/(notebook/index\\.ts|lesson/(Quiz\\.astro|question/(Question\\.astro|question\\.ts)))',
    ),
  },
  // Every result; pictures that few cells show have files of their own.
  { name: 'drawing', test: src('components/report/(draw|bits|open-machine|roving|source)\\.ts') },
  { name: 'compare', test: src('components/report/(compare|stack)\\.ts') },
  { name: 'capture', test: src('components/report/(capture|pcap)\\.ts') },
].map((group, i, all) => ({ ...group, priority: all.length - i }));
