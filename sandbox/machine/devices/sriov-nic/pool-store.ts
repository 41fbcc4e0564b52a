import type { HostMemory } from '../../memory/host-memory.ts';
import { crc32 } from '../../net/crc32.ts';
import { flowHash, VLAN_TAG_BYTES } from '../../net/frame.ts';
import type { NicFunction } from './function.ts';
import { functionOf } from './layout.ts';
import type { ReceiveSideScaling } from './rss.ts';
import { RX_LOOPED, RX_TAG_STRIPPED, type RxNotes } from './rx-queue.ts';
import { QUEUE_BY_FLOW, VMOLR_LONGEST } from './switch-spec.ts';
import { KEEP_FCS, type Route, SPREAD, STRIP_VLAN, type SwitchTables } from './switch-tables.ts';
import { copyWithoutTag, tagAt } from './vlan-tag.ts';

const FCS = 4;

/** Hands frames to the queues of pools: too long ones not, with their tag or without, by address or by hash. */
export class PoolStore {
  #host: HostMemory;
  #functions: readonly NicFunction[];
  #tables: SwitchTables;
  #rss: ReceiveSideScaling;
  /** Room for a frame as a pool wants it. */
  #scratch: number;
  #notes: RxNotes = { types: 0, hash: 0, status: 0, tag: 0 };

  constructor(
    host: HostMemory,
    functions: readonly NicFunction[],
    tables: SwitchTables,
    rss: ReceiveSideScaling,
  ) {
    this.#host = host;
    this.#functions = functions;
    this.#tables = tables;
    this.#rss = rss;
    this.#scratch = host.allocate(VMOLR_LONGEST + FCS) + 2;
  }

  /** @returns false when the frame is too long for the pool */
  store(
    pool: number,
    route: Route,
    address: number,
    length: number,
    tagged: boolean,
    looped: boolean,
  ): boolean {
    const tables = this.#tables;
    if (length > (tagged ? tables.longestTagged : tables.longest)[pool]) return false;
    const target = this.#functions[functionOf(pool, this.#functions.length - 1)];
    const how = (route.group ? tables.storingGroup : tables.storing)[pool];
    if (how !== 0 || looped) {
      this.#storeChanged(target, how, route, address, length, tagged, looped);
      return true;
    }
    target.rx[this.#boundQueue(target, route.queue, address)].receive(address, length);
    return true;
  }

  /** The queue that the address is bound to; the first when it is not. */
  #boundQueue({ rx }: NicFunction, binding: number, address: number): number {
    if (binding === 0) return 0;
    const byFlow = (binding & QUEUE_BY_FLOW) !== 0;
    return (byFlow ? flowHash(this.#host, address) : binding & 0xff) % rx.length;
  }

  /** Stores a frame as the pool wants it: without its tag, with its FCS, on a queue by its hash. */
  #storeChanged(
    target: NicFunction,
    how: number,
    route: Route,
    address: number,
    length: number,
    tagged: boolean,
    looped: boolean,
  ): void {
    const host = this.#host;
    const notes = this.#notes;
    const tag = tagged ? VLAN_TAG_BYTES : 0;
    let queue = this.#boundQueue(target, route.queue, address);
    notes.hash = notes.types = notes.tag = 0;
    notes.status = looped ? RX_LOOPED : 0;
    if ((how & SPREAD) !== 0) {
      const spread = this.#rss.queueFor(host, address, length, tag, target.rx.length);
      if (route.queue === 0 || (route.queue & QUEUE_BY_FLOW) !== 0) queue = spread;
      notes.hash = this.#rss.hash;
      notes.types = this.#rss.types;
    }
    let from = address;
    let bytes = length;
    if (tagged && (how & STRIP_VLAN) !== 0) {
      notes.status |= RX_TAG_STRIPPED;
      notes.tag = tagAt(host, address);
      copyWithoutTag(host, this.#scratch, address, length);
      from = this.#scratch;
      bytes -= VLAN_TAG_BYTES;
    }
    if ((how & KEEP_FCS) !== 0) {
      if (from === address) host.copy(this.#scratch, address, length);
      from = this.#scratch;
      // The FCS is what came over the wire: over the tag too.
      const fcs = ~crc32(host.bytes, address, length);
      for (let i = 0; i < FCS; i++) host.bytes[from + bytes + i] = fcs >>> (8 * i);
      bytes += FCS;
    }
    target.rx[queue].receive(from, bytes, notes);
  }
}
