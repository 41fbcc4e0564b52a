import { addressOf, type Build, LIVE_LINUX } from '../build.ts';
import type { Content } from './content.ts';

/** The server has the file, but not as this build knows it. */
export class OtherVersion extends Error {}

/** How many files are loaded at once. */
const AT_ONCE = 4;

/** One build of the site: every file that it gives is the one it was built with, from here or from the server. */
export class Version {
  readonly id: string;
  readonly #build: Build;
  readonly #content: Content;
  readonly #root: string;
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #loading = new Map<string, Promise<Response>>();

  constructor(build: Build, content: Content, root: string) {
    this.id = build.id;
    this.#build = build;
    this.#content = content;
    this.#root = root;
    this.#hashes = new Map(build.files.map(([path, hash]) => [path, hash]));
  }

  has(path: string): boolean {
    return this.#hashes.has(path);
  }

  /** Paths of a unit; none if this build does not have it. */
  unit(name: string): string[] {
    return this.#paths(this.#build.units[name] ?? []);
  }

  get core(): string[] {
    return this.#paths(this.#build.core);
  }

  get all(): string[] {
    return this.#build.files.map(([path]) => path);
  }

  /** All but what is kept by its use only. */
  get course(): string[] {
    const apart = new Set(this.unit(LIVE_LINUX));
    return this.all.filter((path) => !apart.has(path));
  }

  /** Parts of the site, besides pages, that a file belongs to. */
  partsOf(path: string): string[] {
    const place = this.#build.files.findIndex(([other]) => other === path);
    return Object.entries(this.#build.units)
      .filter(([name, places]) => !name.endsWith('.html') && places.includes(place))
      .map(([name]) => name);
  }

  /**
   * The file from what is kept, else from the server.
   * @throws OtherVersion, or what fetch throws without a network
   */
  async file(path: string): Promise<Response> {
    const hash = this.#hashes.get(path) ?? '';
    const kept = await this.#content.get(hash).catch(() => undefined);
    if (kept) return kept;
    const loading = this.#loading.get(path) ?? this.#load(path, hash);
    this.#loading.set(path, loading);
    try {
      return (await loading).clone();
    } finally {
      this.#loading.delete(path);
    }
  }

  /** Loads what of these is not kept yet. */
  async keep(paths: readonly string[]): Promise<void> {
    const waiting = await this.missing(paths);
    const work = async (): Promise<void> => {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
        await this.keepOne(path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** @throws if it is not kept afterwards */
  async keepOne(path: string): Promise<void> {
    await this.file(path);
    if (!(await this.#content.get(this.#hashes.get(path) ?? '')))
      throw new DOMException('There is no more room for it.', 'QuotaExceededError');
  }

  async missing(paths: readonly string[]): Promise<string[]> {
    const hashes = await this.#content.hashes();
    return [...new Set(paths)].filter((path) => !hashes.has(this.#hashes.get(path) ?? ''));
  }

  bytesOf(paths: readonly string[]): number {
    const wanted = new Set(paths);
    return this.#build.files.reduce((sum, [path, , n]) => sum + (wanted.has(path) ? n : 0), 0);
  }

  hashesOf(paths: readonly string[]): Set<string> {
    return new Set(paths.map((path) => this.#hashes.get(path) ?? ''));
  }

  async #load(path: string, hash: string): Promise<Response> {
    // What the browser's own cache has may be of another version.
    for (const cache of ['default', 'reload'] as const) {
      const answer = await fetch(new URL(addressOf(path), this.#root), { cache });
      const body = await answer.arrayBuffer();
      if (!answer.ok || (await hashOf(body)) !== hash) continue;
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      const response = new Response(body, { headers: { 'content-type': type } });
      // Without room for it the page still gets it.
      await this.#content.put(hash, response.clone()).catch(() => {});
      return response;
    }
    throw new OtherVersion(path);
  }

  #paths(places: readonly number[]): string[] {
    return places.map((place) => this.#build.files[place]?.[0] ?? '');
  }
}

async function hashOf(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return [...digest.subarray(0, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
