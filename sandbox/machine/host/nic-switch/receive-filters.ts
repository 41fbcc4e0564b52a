import { type MacAddress, macKey } from '../../net/frame.ts';

/** Who gets a frame: its destination address and, for a filter with a VLAN, its tag. */
export interface ReceiveFilter {
  readonly id: number;
  readonly mac: MacAddress;
  /** 1 to 4094; undefined for a filter that takes untagged frames and those tagged with VLAN 0. */
  readonly vlan: number | undefined;
  /** The port that it is set on. */
  readonly vport: number;
}

/**
 * The receive filters of a switch. The fields of one filter all have to match; the filters of a port are
 * alternatives. A filter with an address alone takes frames without a VLAN only, and one with a VLAN never
 * takes frames without.
 *
 * One page of Microsoft's says the opposite of the first rule; the pages on the filters themselves agree
 * on it (content/sources, hyperv-facts).
 */
export class ReceiveFilters {
  #filters = new Map<number, ReceiveFilter>();
  #byTarget = new Map<string, number>();
  #last = 0;

  get count(): number {
    return this.#filters.size;
  }

  /** Different addresses in use. */
  get addresses(): number {
    return new Set([...this.#filters.values()].map(({ mac }) => macKey(mac.high, mac.low))).size;
  }

  get(id: number): ReceiveFilter | undefined {
    return this.#filters.get(id);
  }

  /** Filters of a port. */
  on(vport: number): ReceiveFilter[] {
    return [...this.#filters.values()].filter((filter) => filter.vport === vport);
  }

  /** Whether some port already takes what a filter of this kind would take. */
  taken(mac: MacAddress, vlan: number | undefined): boolean {
    return this.#byTarget.has(target(mac, vlan));
  }

  /** Sets a filter. @returns its id, from 1 */
  set(mac: MacAddress, vlan: number | undefined, vport: number): number {
    const id = ++this.#last;
    this.#filters.set(id, { id, mac, vlan, vport });
    this.#byTarget.set(target(mac, vlan), id);
    return id;
  }

  /** One assignment: a frame is looked up before it or after it, and finds one port either way. */
  move(id: number, vport: number): void {
    const filter = this.#filters.get(id);
    if (filter !== undefined) this.#filters.set(id, { ...filter, vport });
  }

  clear(id: number): void {
    const filter = this.#filters.get(id);
    if (filter === undefined) return;
    this.#filters.delete(id);
    this.#byTarget.delete(target(filter.mac, filter.vlan));
  }

  /**
   * The filter that a frame matches.
   * @param vlan of its tag, 0 to 4094; undefined for a frame without
   */
  match(mac: MacAddress, vlan: number | undefined): ReceiveFilter | undefined {
    const wanted = vlan === undefined || vlan === 0 ? undefined : vlan;
    return this.#filters.get(this.#byTarget.get(target(mac, wanted)) ?? 0);
  }
}

function target(mac: MacAddress, vlan: number | undefined): string {
  return `${macKey(mac.high, mac.low)}/${vlan ?? ''}`;
}
