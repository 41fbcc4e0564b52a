/** Addresses that are found without a look into the map; a power of two. */
const RECENT = 16;

/**
 * What belongs to each station address, by the key of the address (see `macKey`). Most frames go between a
 * few stations, so the last answers are kept apart.
 */
export class AddressTable<T> {
  readonly #entries = new Map<number, T>();
  /** The last answers, each at the place that its key gives. */
  readonly #recentKeys = new Float64Array(RECENT).fill(-1);
  readonly #recent: (T | undefined)[] = new Array(RECENT).fill(undefined);

  get(key: number): T | undefined {
    const at = placeOf(key);
    if (this.#recentKeys[at] === key) return this.#recent[at];
    const found = this.#entries.get(key);
    this.#recentKeys[at] = key;
    this.#recent[at] = found;
    return found;
  }

  set(key: number, value: T): void {
    this.#entries.set(key, value);
    this.#recentKeys[placeOf(key)] = -1;
  }

  delete(key: number): void {
    this.#entries.delete(key);
    this.#recentKeys[placeOf(key)] = -1;
  }
}

/** Of both halves: the first station of every group has the same low half. */
function placeOf(key: number): number {
  return (key ^ (key * 2 ** -32)) & (RECENT - 1);
}
