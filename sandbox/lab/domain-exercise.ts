import { Random } from '../machine/engine/random.ts';
import { InterruptRemapping } from '../machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../machine/iommu/iommu.ts';
import { MemoryRequests } from '../machine/iommu/memory-requests.ts';
import { HostMemory, PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { UsageError } from './usage.ts';

/** A page of a virtual machine: where its device is to see it, and where it is. 4 KiB each. */
export interface GrantedPage {
  /** Address that the guest puts into its descriptors; page-aligned, below 4 GiB. */
  guest: number;
  /** Host-physical address. */
  host: number;
  /** Whether the device may write there; it may read in any case. */
  writable: boolean;
}

/** A virtual machine, the function that it was given, and its pages. */
export interface MachinePlan {
  requesterId: number;
  pages: readonly GrantedPage[];
}

/** What a learner's `build` writes tables with. All addresses are below 4 GiB. */
export interface TableMemory {
  /** Host-physical address of the root table: 256 entries of 16 bytes, all zero. */
  readonly root: number;
  /** A new table of 4096 bytes, all zero; its host-physical address. */
  newTable(): number;
  /** The 32-bit word at `address`, which must lie in one of these tables. */
  read(address: number): number;
  /** Writes a 32-bit word there. */
  write(address: number, value: number): void;
}

export type BuildTables = (memory: TableMemory, machines: readonly MachinePlan[]) => void;

/** An attack and what it came to. */
export interface DomainAttack {
  name: string;
  tried: number;
  /** Requests that did what they must not. */
  succeeded: number;
}

export interface DomainReport {
  /** Requests of both machines to their own pages, and those that found the right bytes. */
  traffic: { sent: number; arrived: number };
  /** The first request that went wrong, in words; '' when none did. */
  wrong: string;
  attacks: DomainAttack[];
}

const PAGES = 24;
const REQUESTS = 400;
const TRIES = 60;

/**
 * Has `build` write the tables for two machines, then sends their traffic and five attacks through them.
 * Requester ids, places and permissions of pages follow from `seed`.
 * @throws UsageError when `build` writes outside its tables or takes too many
 */
export function checkDomainTables(build: BuildTables, { seed = 1 } = {}): DomainReport {
  const random = new Random(seed);
  const host = new HostMemory(8 << 20);
  const iommu = new Iommu(host);
  const tables = new Tables(host, iommu.rootTable);
  const layout = new Layout(random, host);
  build(tables, layout.machines);
  return new Trial(random, host, iommu, layout, tables).run();
}

/** The learner's memory: the root table and what `newTable` gave. */
class Tables implements TableMemory {
  readonly root: number;
  readonly pages: Set<number>;
  #host: HostMemory;

  constructor(host: HostMemory, root: number) {
    this.#host = host;
    this.root = root;
    this.pages = new Set([root]);
  }

  newTable(): number {
    if (this.pages.size > 200) throw new UsageError('newTable: 200 tables are more than it takes');
    const table = this.#host.allocate(PAGE_SIZE);
    this.pages.add(table);
    return table;
  }

  read(address: number): number {
    return this.#host.read32(this.#checked('read', address));
  }

  write(address: number, value: number): void {
    this.#host.write32(this.#checked('write', address), value >>> 0);
  }

  #checked(what: string, address: number): number {
    if (!(Number.isInteger(address) && address % 4 === 0))
      throw new UsageError(`${what}: ${address} is not the address of a 32-bit word`);
    if (!this.pages.has(address - (address % PAGE_SIZE)))
      throw new UsageError(`${what}: 0x${address.toString(16)} is in none of your tables`);
    return address;
  }
}

/** Two machines whose pages lie among each other, in the host and in the devices' addresses. */
class Layout {
  readonly machines: MachinePlan[];
  /** Host pages that belong to nobody here: the root's. */
  readonly foreign: number[];
  /** Device addresses that the first or the second has and the other one has not. */
  readonly holes: number[][];
  readonly stranger: number;

  constructor(random: Random, host: HostMemory) {
    const ids = new Set<number>();
    const first = (1 + random.below(60)) * 256;
    while (ids.size < 3) ids.add(first + random.below(2) * 256 + random.below(256));
    const [a, b, stranger] = ids;
    this.stranger = stranger;
    const frames = shuffle(
      random,
      Array.from({ length: 4 * PAGES }, (_, i) => host.size / 2 + i * PAGE_SIZE),
    );
    const base = random.below(3) * 2 ** 30 + random.below(500) * 2 ** 21;
    const window = Array.from({ length: 3 * PAGES }, (_, i) => base + (i + 490) * PAGE_SIZE);
    this.machines = [a, b].map((requesterId) => {
      const addresses = shuffle(random, [...window]).slice(0, PAGES);
      const pages = addresses.map((guest) => ({
        guest,
        host: frames.pop() ?? 0,
        writable: random.below(3) > 0,
      }));
      return { requesterId, pages };
    });
    this.foreign = frames;
    this.holes = this.machines.map(({ pages }) => {
      const own = new Set(pages.map(({ guest }) => guest));
      return window.filter((guest) => !own.has(guest));
    });
  }
}

/** Sends the requests, and knows for each what must come of it. */
class Trial {
  #random: Random;
  #host: HostMemory;
  #iommu: Iommu;
  #layout: Layout;
  #tables: Tables;
  #requests: MemoryRequests;
  #wrong = '';

  constructor(random: Random, host: HostMemory, iommu: Iommu, layout: Layout, tables: Tables) {
    this.#random = random;
    this.#host = host;
    this.#iommu = iommu;
    this.#layout = layout;
    this.#tables = tables;
    const remapping = new InterruptRemapping();
    this.#requests = new MemoryRequests({ host, iommu, remapping });
  }

  run(): DomainReport {
    const traffic = this.#traffic();
    const { machines, foreign, holes, stranger } = this.#layout;
    const pick = <T>(list: readonly T[]): T => list[this.#random.below(list.length)];
    const elsewhere = (which: number): [number, number] => {
      const taken = machines[1 - which].pages.map(({ host }) => host);
      return [machines[which].requesterId, pick([...taken, ...foreign, ...this.#tables.pages])];
    };
    const attacks = [
      this.#attack('the host’s own address of a page that is not its', DMA_WRITE, elsewhere),
      this.#attack('an address between its pages', DMA_READ, (which) => [
        machines[which].requesterId,
        pick(holes[which]),
      ]),
      this.#attack('a write to a page that it may only read', DMA_WRITE, (which) => [
        machines[which].requesterId,
        pick(machines[which].pages.filter(({ writable }) => !writable)).guest,
      ]),
      this.#attack('a function that belongs to no machine', DMA_READ, (which) => [
        stranger,
        pick(machines[which].pages).guest,
      ]),
      this.#echo(),
    ];
    return { traffic, wrong: this.#wrong, attacks };
  }

  #traffic(): DomainReport['traffic'] {
    const { machines } = this.#layout;
    let arrived = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const { requesterId, pages } = machines[i % 2];
      const { guest, host, writable } = pages[this.#random.below(pages.length)];
      const offset = this.#random.below(PAGE_SIZE / 4) * 4;
      if (this.#exchange(requesterId, guest + offset, host + offset, writable, i + 1)) arrived++;
      else if (this.#wrong === '') this.#wrong = this.#explain(requesterId, guest + offset);
    }
    return { sent: REQUESTS, arrived };
  }

  /** A word that is read, and where the page allows it written first, at the place where it must be. */
  #exchange(requesterId: number, at: number, host: number, write: boolean, word: number): boolean {
    if (write && this.#requests.write32(requesterId, at, word, 0) !== 'memory') return false;
    if (write && this.#host.read32(host) !== word) return false;
    if (!write) this.#host.write32(host, word);
    const bytes = new Uint8Array(4);
    this.#requests.read(requesterId, at, bytes);
    return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0 === word;
  }

  #explain(requesterId: number, address: number): string {
    const who = `0x${requesterId.toString(16)}`;
    const fault = this.#iommu.lastFault;
    const known = fault !== undefined && fault.address === address;
    const why = known ? `${fault.reason} (reason ${fault.code})` : 'it found other bytes';
    return `${who} at 0x${address.toString(16)}: ${why}`;
  }

  #attack(
    name: string,
    access: number,
    target: (which: number) => [requesterId: number, address: number],
  ): DomainAttack {
    let succeeded = 0;
    for (let i = 0; i < TRIES; i++) {
      const [requesterId, address] = target(i % 2);
      if (this.#isGranted(requesterId, address, access)) continue;
      if (this.#iommu.translate(requesterId, address, access) >= 0) succeeded++;
    }
    return { name, tried: TRIES, succeeded };
  }

  /** Right after one machine has used an address that the other has not, the other one asks for it. */
  #echo(): DomainAttack {
    const { machines } = this.#layout;
    let succeeded = 0;
    for (let i = 0; i < TRIES; i++) {
      const victim = machines[i % 2];
      const thief = machines[1 - (i % 2)].requesterId;
      const { guest } = victim.pages[this.#random.below(victim.pages.length)];
      const at = this.#iommu.translate(victim.requesterId, guest, DMA_READ);
      const seen = this.#iommu.translate(thief, guest, DMA_READ);
      if (seen >= 0 && seen === at) succeeded++;
    }
    return { name: 'an address that its neighbour has just used', tried: TRIES, succeeded };
  }

  #isGranted(requesterId: number, address: number, access: number): boolean {
    const machine = this.#layout.machines.find((each) => each.requesterId === requesterId);
    const page = machine?.pages.find(({ guest }) => guest === address - (address % PAGE_SIZE));
    return page !== undefined && (page.writable || (access & DMA_WRITE) === 0);
  }
}

function shuffle<T>(random: Random, list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}
