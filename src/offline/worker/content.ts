/**
 * What is kept in the browser, by hash of the content and not by version: what did not change between two
 * versions is kept and loaded once. Which file has which content is what a worker knows of its own build.
 */

/** What a reader has used, which the next version must have before it takes over. */
export interface Kept {
  /** Whether the reader asked for the whole course. */
  whole: boolean;
  /** Names of units. */
  units: string[];
}

const EMPTY: Kept = { whole: false, units: [] };

export class Content {
  #scope: string;
  /** Changes of `Kept`, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  /** @param scope address of the site's root; one host may carry several copies of the site */
  constructor(scope: string) {
    this.#scope = scope;
  }

  async get(hash: string): Promise<Response | undefined> {
    return (await this.#cache()).match(this.#key(hash));
  }

  async put(hash: string, response: Response): Promise<void> {
    await (await this.#cache()).put(this.#key(hash), response);
  }

  async hashes(): Promise<Set<string>> {
    const keys = await (await this.#cache()).keys();
    return new Set(keys.map(({ url }) => url.slice(url.lastIndexOf('/') + 1)));
  }

  /** Drops all contents but these. */
  async only(hashes: ReadonlySet<string>): Promise<void> {
    const cache = await this.#cache();
    for (const hash of await this.hashes())
      if (hash !== KEPT && !hashes.has(hash)) await cache.delete(this.#key(hash));
  }

  async kept(): Promise<Kept> {
    const stored = await (await this.#cache()).match(this.#key(KEPT));
    return stored ? { ...EMPTY, ...(await stored.json()) } : EMPTY;
  }

  change(how: (kept: Kept) => Kept): Promise<void> {
    const changed = this.#changes.then(async () => {
      const before = await this.kept();
      const after = how(before);
      if (after !== before) await (await this.#cache()).put(this.#key(KEPT), Response.json(after));
    });
    this.#changes = changed.catch(() => {});
    return changed;
  }

  #cache(): Promise<Cache> {
    return caches.open(`two-checkboxes ${new URL(this.#scope).pathname}`);
  }

  #key(hash: string): string {
    return new URL(`__content/${hash}`, this.#scope).href;
  }
}

/** Stands in the place of a hash, with letters that none has. */
const KEPT = 'kept';
