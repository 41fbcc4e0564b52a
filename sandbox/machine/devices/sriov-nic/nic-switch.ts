import type { HostMemory } from '../../memory/host-memory.ts';
import { MIN_FRAME, macKeyAt, VLAN_TAG_BYTES } from '../../net/frame.ts';
import type { NicFunction } from './function.ts';
import { MAX_POOLS, poolOf } from './layout.ts';
import { PoolMask } from './pool-mask.ts';
import { PoolStore } from './pool-store.ts';
import { ReceiveSideScaling } from './rss.ts';
import { SenderRules } from './sender-rules.ts';
import { SwitchRegisters } from './switch-registers.ts';
import * as spec from './switch-spec.ts';
import { type Route, SwitchTables, UNTAGGED } from './switch-tables.ts';
import type { TxQueue } from './tx-queue.ts';
import { insertTag, isTaggedAt, tagAt } from './vlan-tag.ts';

/** The way back into the switch, for frames from one function to another. */
export interface InnerPort {
  claim(): number;
  send(length: number, at: number): void;
}

/** Where a frame went, for whoever watches the switch. */
export interface Forwarding {
  /** Pool that sent it; -1 for the wire. */
  readonly from: number;
  readonly address: number;
  readonly length: number;
  /** Pools that it is handed to, and whether it leaves. None and not, when it was stopped. */
  readonly pools: readonly number[];
  readonly leaves: boolean;
  readonly stopped: boolean;
}

/** A frame on its way inside. */
interface Looped {
  route: Route;
  source: number;
}

/**
 * The switch between the wire and the functions' pools. Registers are compiled into tables when they have
 * been written, so a frame costs one look at its destination.
 */
export class NicSwitch {
  readonly registers = new SwitchRegisters();
  readonly tables = new SwitchTables(this.registers);
  readonly rules = new SenderRules(this.registers, this.tables);
  readonly rss = new ReceiveSideScaling(this.registers);
  /** Frames from the wire that every pool refused for their length (ROC). */
  oversize = 0;
  /** Frames from the wire that are shorter than any may be (RUC). */
  undersize = 0;
  /** Frames stopped for their source address, VLAN or type (SSVPC). */
  spoofed = 0;
  /** Frames to another function for which there was no room inside. */
  congested = 0;
  /** Called when a queue sent what it may not: the cause of DOUTSYNC. */
  onSpoof: (queue: TxQueue) => void = () => {};
  onForward: ((forwarding: Forwarding) => void) | undefined;
  #host: HostMemory;
  #functions: readonly NicFunction[];
  #inner: InnerPort;
  #longest: number;
  #receive = PoolMask.ALL;
  #transmit = PoolMask.ALL;
  /** By function: whether its queues may send. */
  #sending = new Uint8Array(MAX_POOLS);
  #looped = new Map<number, Looped>();
  #store: PoolStore;

  /** @param longest bytes of a frame without FCS that the MAC has room for */
  constructor(
    host: HostMemory,
    functions: readonly NicFunction[],
    inner: InnerPort,
    longest: number,
  ) {
    this.#host = host;
    this.#functions = functions;
    this.#inner = inner;
    this.#longest = longest;
    this.#store = new PoolStore(host, functions, this.tables, this.rss);
    this.registers.changed = (offset) => this.#changed(offset);
  }

  /** VFRE and VFTE: pools that may receive and send. */
  setPoolEnables(receive: PoolMask, transmit: PoolMask): void {
    this.#receive = receive;
    this.#transmit = transmit;
    this.tables.stale = true;
    this.#updateSending();
  }

  /** Whether the transmit queues of function `index` may send. */
  maySend(index: number): boolean {
    return this.#sending[index] !== 0;
  }

  /** A function has come. */
  functionAdded(): void {
    this.tables.stale = true;
    this.#updateSending();
  }

  /** A frame from the wire. */
  fromWire(address: number, length: number): void {
    if (length < MIN_FRAME) {
      this.undersize++;
      return;
    }
    if (this.tables.stale) this.#compile();
    const tagged = isTaggedAt(this.#host, address);
    const vlan = tagged ? tagAt(this.#host, address) & 0xfff : UNTAGGED;
    const route = this.tables.route(macKeyAt(this.#host, address), vlan);
    const { fromWire } = route;
    this.onForward?.({ from: -1, address, length, pools: fromWire, leaves: false, stopped: false });
    let refused = 0;
    for (let i = 0; i < fromWire.length; i++)
      if (!this.#store.store(fromWire[i], route, address, length, tagged, false)) refused++;
    if (refused > 0 && refused === fromWire.length) this.oversize++;
  }

  /**
   * A frame of `queue` is in the MAC at `address`, `tag` to be put into it unless that is -1.
   * @returns its length if it leaves, and 0 if it does not
   */
  fromQueue(queue: TxQueue, address: number, bytes: number, tag: number): number {
    if (this.tables.stale) this.#compile();
    const host = this.#host;
    const pool = poolOf(queue.functionIndex, this.#functions.length - 1);
    let length = bytes;
    if (length < MIN_FRAME) {
      host.bytes.fill(0, address + length, address + MIN_FRAME);
      length = MIN_FRAME;
    }
    const inserted = this.rules.tagFor(pool, tag);
    if (inserted >= 0) {
      if (length + VLAN_TAG_BYTES > this.#longest) {
        this.congested++;
        return 0;
      }
      insertTag(host, address, length, inserted);
      length += VLAN_TAG_BYTES;
    }
    const vlan = isTaggedAt(host, address) ? tagAt(host, address) & 0xfff : UNTAGGED;
    if (this.rules.checks(pool) && !this.rules.allow(host, pool, address, vlan))
      return this.#stop(queue, pool, address, length);
    if (!this.tables.loopback) return this.#leave(pool, address, length);
    const route = this.tables.route(macKeyAt(host, address), vlan);
    const own = this.tables.ownFrames.has(pool);
    const leaves = !route.exact || (route.only === pool && !own);
    if (this.onForward !== undefined) this.#report(pool, own, route, address, length, leaves);
    const targets = route.fromInside;
    if (targets.length > 1 || (targets.length === 1 && (own || targets[0] !== pool)))
      this.#loop(pool, route, address, length, queue.now);
    return leaves ? length : 0;
  }

  /** A frame that `fromQueue` sent inside comes out of the way there. */
  fromInside(address: number, length: number): void {
    if (this.tables.stale) this.#compile();
    const looped = this.#looped.get(address);
    if (looped === undefined) return;
    const { route, source } = looped;
    const own = this.tables.ownFrames.has(source);
    const tagged = isTaggedAt(this.#host, address);
    for (const pool of route.fromInside)
      if (pool !== source || own) this.#store.store(pool, route, address, length, tagged, true);
  }

  #leave(pool: number, address: number, length: number): number {
    this.onForward?.({ from: pool, address, length, pools: [], leaves: true, stopped: false });
    return length;
  }

  #report(
    pool: number,
    own: boolean,
    route: Route,
    address: number,
    length: number,
    leaves: boolean,
  ): void {
    const pools = route.fromInside.filter((target) => own || target !== pool);
    this.onForward?.({ from: pool, address, length, pools, leaves, stopped: false });
  }

  #stop(queue: TxQueue, pool: number, address: number, length: number): number {
    this.spoofed++;
    const target = this.#functions[queue.functionIndex];
    this.registers.recordSpoof(pool, target.tx.indexOf(queue));
    this.onForward?.({ from: pool, address, length, pools: [], leaves: false, stopped: true });
    this.onSpoof(queue);
    return 0;
  }

  #loop(source: number, route: Route, address: number, length: number, at: number): void {
    const to = this.#inner.claim();
    if (to < 0) {
      this.congested++;
      return;
    }
    this.#host.copy(to, address, length);
    const known = this.#looped.get(to);
    if (known === undefined) this.#looped.set(to, { route, source });
    else {
      known.route = route;
      known.source = source;
    }
    this.#inner.send(length, at);
  }

  #changed(offset: number): void {
    this.tables.stale = true;
    if (offset === 0 || (offset >= spec.REG_RSSRK && offset < spec.REG_ETQF)) this.rss.stale = true;
    if (offset === 0 || offset === spec.REG_TCTL) this.#updateSending();
  }

  #compile(): void {
    this.tables.compile(this.#functions.length, this.#receive);
    this.rules.compile(this.#functions.length);
  }

  /** Who may send now; queues that had to wait go on. */
  #updateSending(): void {
    const on = this.registers.has(spec.REG_TCTL, spec.TCTL_ENABLE);
    const vfs = this.#functions.length - 1;
    for (const { index, tx } of this.#functions) {
      const before = this.#sending[index];
      this.#sending[index] = on && this.#transmit.has(poolOf(index, vfs)) ? 1 : 0;
      if (before === 0 && this.#sending[index] !== 0) for (const queue of tx) queue.resume();
    }
  }
}
