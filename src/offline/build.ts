/** What a service worker knows of the build it belongs to. It is written into the worker's own script. */
export interface Build {
  /** Changes when any file does. */
  id: string;
  /** Path in the site's folder, hash of the content, bytes. */
  files: readonly (readonly [path: string, hash: string, bytes: number])[];
  /** What has to be there before the worker is installed, as places in `files`. */
  core: readonly number[];
  /** What goes together: all that a page needs, by its path, or a part of the site such as search. */
  units: Readonly<Record<string, readonly number[]>>;
}

/** The page that is shown for one that cannot be. */
export const OFFLINE_PAGE = 'offline/index.html';

/** Large, and built by few sites: kept by its first use only, not with the whole course. */
export const LIVE_LINUX = 'live Linux';

/** Parts of the site that are kept as a whole once one file of theirs was asked for. */
export const PARTS: Readonly<Record<string, RegExp>> = {
  search: /^pagefind\//,
  runner: /^sandbox\/(manifest\.json|harness\.)/,
  'whole lab': /^sandbox\/lab\./,
  'profile rules': /^sandbox\/profile-rules\./,
  editing: /^sandbox\/(bundler|editor|esbuild|sources)\./,
  'recorded Linux': /^linux-session\/(manifest\.json|record)/,
  [LIVE_LINUX]: /^linux\/|^linux-session\/(?!manifest\.json|record)/,
};

/** Parts so small that they come with every page that has an element of that name. */
export const SMALL_PARTS: readonly { part: string; of: string }[] = [
  { part: 'recorded Linux', of: 'linux-session' },
  { part: 'runner', of: 'own-profile' },
  { part: 'profile rules', of: 'own-profile' },
];

/** The file that an address below the site's root stands for. */
export function fileOf(path: string): string {
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

/** The address of a file below the site's root; hosts may redirect from `index.html`. */
export function addressOf(file: string): string {
  return file.replace(/(^|\/)index\.html$/, '$1');
}
