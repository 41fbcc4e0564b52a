import type { GuestMemory } from '../../memory/guest-memory.ts';
import { HV_STATUS_SUCCESS } from '../../partition/hypercall-status.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import {
  LONGEST_LATENCY,
  MONITOR_GROUPS,
  SHORTEST_LATENCY,
  TRIGGERS_PER_GROUP,
} from '../../partition/monitor.ts';
import type { Partition } from '../../partition/partition.ts';
import { MONITOR_PAGE, MONITOR_PARAMETER } from '../../partition/synic-structures.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';

/** A trigger in use: the connection that it signals, and within what time, in 100 ns. */
interface Trigger {
  connectionId: number;
  latency: number;
}

const { trigger_state, latency: LATENCIES, parameter: PARAMETERS } = MONITOR_PAGE.at;

/**
 * The triggers of one guest's second monitor page, from guest to host. The root hands their numbers out
 * with its offers, fills in what each of them signals, and has the hypervisor look at the page; the guest
 * only sets pending bits. That it is the root who fills them in is this model's: the public texts do not say.
 *
 * Not here: the first page, by which a host may signal a guest. Guests of today take event flags.
 */
export class MonitorTriggers {
  #hypervisor: Hypervisor;
  #partition: Partition;
  #root: VirtualProcessor;
  #triggers: (Trigger | undefined)[] = new Array(MONITOR_GROUPS * TRIGGERS_PER_GROUP).fill(
    undefined,
  );
  /** Guest-physical address of the page; -1 without a contact. */
  #page = -1;
  #connected = false;

  /** @param root processor of the root that makes the hypercalls */
  constructor(hypervisor: Hypervisor, partition: Partition, root: VirtualProcessor) {
    this.#hypervisor = hypervisor;
    this.#partition = partition;
    this.#root = root;
  }

  /**
   * A trigger for a connection, with a latency in 100 ns that is brought between 10 us and 6.5 ms.
   * @returns its number, 0 to 127; undefined when all are in use
   */
  allocate(connectionId: number, latency: number): number | undefined {
    const id = this.#triggers.indexOf(undefined);
    if (id < 0) return undefined;
    const ticks = Math.min(LONGEST_LATENCY, Math.max(SHORTEST_LATENCY, Math.round(latency)));
    this.#triggers[id] = { connectionId, latency: ticks };
    this.#connect();
    this.#fill(id);
    return id;
  }

  release(id: number): void {
    this.#triggers[id] = undefined;
    this.#fill(id);
  }

  /** The guest made contact and named its page, or ended it. */
  contact(page: number | undefined): void {
    if (this.#connected) this.#hypervisor.disconnectMonitor(this.#root, this.#partition.id);
    this.#connected = false;
    this.#page = page ?? -1;
    this.#connect();
  }

  /** A guest whose page cannot be one has no monitored signals; nobody else notices. */
  #connect(): void {
    const wanted = this.#page >= 0 && this.#triggers.some((trigger) => trigger !== undefined);
    if (this.#connected || !wanted) return;
    for (const id of this.#triggers.keys()) this.#write(id);
    const { id } = this.#partition;
    const status = this.#hypervisor.connectMonitor(this.#root, id, this.#page);
    this.#connected = status === HV_STATUS_SUCCESS;
  }

  #fill(id: number): void {
    if (this.#connected) this.#write(id);
  }

  #write(id: number): void {
    const { memory } = this.#partition;
    if (memory === undefined || this.#page % 4096 !== 0) return;
    const trigger = this.#triggers[id];
    const parameter = this.#page + PARAMETERS + id * MONITOR_PARAMETER.size;
    memory.write32(parameter + MONITOR_PARAMETER.at.connectionid, trigger?.connectionId ?? 0);
    memory.write32(parameter + MONITOR_PARAMETER.at.flagnumber, 0);
    this.#writeLatency(memory, id, trigger?.latency ?? 0);
    const group = Math.floor(id / TRIGGERS_PER_GROUP);
    const from = group * TRIGGERS_PER_GROUP;
    const inUse = this.#triggers.slice(from, from + TRIGGERS_PER_GROUP).some(Boolean);
    const state = memory.read32(this.#page + trigger_state) & ~(1 << group);
    memory.write32(this.#page + trigger_state, (inUse ? state | (1 << group) : state) >>> 0);
  }

  /** Latencies have 16 bits: two lie in a word. */
  #writeLatency(memory: GuestMemory, id: number, ticks: number): void {
    const at = this.#page + LATENCIES + (id & ~1) * 2;
    const shift = (id & 1) * 16;
    const other = memory.read32(at) & ~(0xffff << shift);
    memory.write32(at, (other | (ticks << shift)) >>> 0);
  }
}
