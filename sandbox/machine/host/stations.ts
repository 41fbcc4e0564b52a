import type { SwitchPort } from './virtual-switch.ts';

/** Addresses that are found without a look into the map; a power of two. */
const RECENT = 16;

/** Behind which port each station is, by the key of its address (see `macKey`). */
export class Stations {
  readonly #ports = new Map<number, SwitchPort>();
  /** The last answers, each at the place that its key's low bits give. */
  readonly #recentKeys = new Float64Array(RECENT).fill(-1);
  readonly #recentPorts: (SwitchPort | undefined)[] = new Array(RECENT).fill(undefined);

  get(key: number): SwitchPort | undefined {
    const at = key & (RECENT - 1);
    if (this.#recentKeys[at] === key) return this.#recentPorts[at];
    const port = this.#ports.get(key);
    this.#recentKeys[at] = key;
    this.#recentPorts[at] = port;
    return port;
  }

  set(key: number, port: SwitchPort): void {
    this.#ports.set(key, port);
    this.#recentKeys[key & (RECENT - 1)] = -1;
  }

  delete(key: number): void {
    this.#ports.delete(key);
    this.#recentKeys[key & (RECENT - 1)] = -1;
  }
}
