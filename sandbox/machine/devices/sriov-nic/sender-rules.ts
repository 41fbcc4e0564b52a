import type { HostMemory } from '../../memory/host-memory.ts';
import { macKeyAt, VLAN_OFFSET, VLAN_TAG_BYTES } from '../../net/frame.ts';
import { MAX_POOLS } from './layout.ts';
import { PoolMask } from './pool-mask.ts';
import type { SwitchRegisters } from './switch-registers.ts';
import { VMVIR_ALWAYS, VMVIR_NEVER } from './switch-spec.ts';
import { type SwitchTables, UNTAGGED } from './switch-tables.ts';

/** The descriptor decides about the tag; no tag whatever it says. */
const BY_DESCRIPTOR = -1;
const NO_TAG = -2;

/** What the root has laid down about the frames that a pool sends: their tag, and what may not leave. */
export class SenderRules {
  #registers: SwitchRegisters;
  #tables: SwitchTables;
  #insertion = new Int32Array(MAX_POOLS);
  #checks = new Uint8Array(MAX_POOLS);
  #address = PoolMask.NONE;
  #vlan = PoolMask.NONE;
  #type = PoolMask.NONE;
  #types: readonly number[] = [];
  /** By pool: the source address found to be its own last; -1 for none. */
  #known = new Float64Array(MAX_POOLS).fill(-1);

  constructor(registers: SwitchRegisters, tables: SwitchTables) {
    this.#registers = registers;
    this.#tables = tables;
  }

  /** Takes over what the registers say about the first `pools` pools. */
  compile(pools: number): void {
    const registers = this.#registers;
    this.#known.fill(-1);
    this.#address = registers.addressSpoof;
    this.#vlan = registers.vlanSpoof;
    this.#types = registers.stoppedTypes;
    this.#type = this.#types.length === 0 ? PoolMask.NONE : registers.typeSpoof;
    const any = this.#address.or(this.#vlan).or(this.#type);
    for (let pool = 0; pool < pools; pool++) {
      const value = registers.insertion(pool);
      const never = (value & VMVIR_NEVER) !== 0;
      const always = (value & VMVIR_ALWAYS) !== 0;
      this.#insertion[pool] = never ? NO_TAG : always ? value & 0xffff : BY_DESCRIPTOR;
      this.#checks[pool] = any.has(pool) ? 1 : 0;
    }
  }

  /** The tag to put into a frame of `pool` whose descriptor asks for `tag`; negative for none. */
  tagFor(pool: number, tag: number): number {
    const insertion = this.#insertion[pool];
    return insertion === BY_DESCRIPTOR ? tag : insertion;
  }

  /** Whether anything is checked of what `pool` sends. */
  checks(pool: number): boolean {
    return this.#checks[pool] !== 0;
  }

  /** Whether the frame at `address` may leave `pool`. `vlan` is that of its tag, with one put in. */
  allow(host: HostMemory, pool: number, address: number, vlan: number): boolean {
    if (this.#address.has(pool) && !this.#owns(pool, macKeyAt(host, address + 6))) return false;
    // Untagged frames belong to no VLAN that could be another's (unverified).
    if (this.#vlan.has(pool) && vlan !== UNTAGGED && !this.#tables.inVlan(pool, vlan)) return false;
    if (!this.#type.has(pool)) return true;
    const at = address + VLAN_OFFSET + (vlan === UNTAGGED ? 0 : VLAN_TAG_BYTES);
    return !this.#types.includes((host.bytes[at] << 8) | host.bytes[at + 1]);
  }

  #owns(pool: number, key: number): boolean {
    if (this.#known[pool] === key) return true;
    if (!this.#tables.owns(pool, key)) return false;
    this.#known[pool] = key;
    return true;
  }
}
