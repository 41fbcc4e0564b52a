import type { RemotePeer } from '../../machine/wire/peer.ts';
import type { HyperVHost } from '../host.ts';
import type { Resource } from '../report.ts';

/** What sends in a guest: how long it found no room, in picoseconds. */
interface Sender {
  waitedUntil(now: number): number;
}

/**
 * How much of the time each part of a machine was busy, from a moment on. All by what the parts themselves
 * have counted: time on the wire and on PCI Express, time that a core spent on work, bytes that the memory
 * moved, time that somebody waited.
 */
export class ResourceMeter {
  #host: HyperVHost;
  #peer: RemotePeer;
  #senders: readonly Sender[];
  #before: Counters;

  /** Measures from now on. Everything has to be at rest. */
  constructor(host: HyperVHost, peer: RemotePeer, senders: readonly Sender[]) {
    this.#host = host;
    this.#peer = peer;
    this.#senders = senders;
    this.#before = countersOf(host);
  }

  /** Picoseconds for which each processor of the root was busy. */
  get rootBusy(): number[] {
    return this.#host.root.map(({ lp }, i) => lp.busy - this.#before.root[i]);
  }

  /**
   * Busy shares of the `time` picoseconds since the start, 0 to 1, from the wire inwards; of several equal
   * parts, of the busiest. Work that was done after the last frame arrived counts too.
   */
  resources(time: number): Resource[] {
    const now = countersOf(this.#host);
    const before = this.#before;
    const { root, costs } = { root: this.rootBusy, costs: this.#host.options.costs };
    const guest = now.guest.map((busy, i) => busy - before.guest[i]);
    const away = now.suspended.map((spent, i) => spent - before.suspended[i] + guest[i]);
    const end = this.#host.engine.now;
    const share = (name: string, ...spent: number[]): Resource => ({
      name,
      busy: time > 0 ? Math.min(1, Math.max(0, ...spent) / time) : 0,
    });
    const isVirtual = root.length > 0;
    const memory = (now.moved - before.moved) * (1e12 / costs.memoryBytesPerSecond);
    const resources = [
      share('link', now.out - before.out, now.in - before.in),
      share('PCIe', now.read - before.read, now.write - before.write),
      share('memory bandwidth', memory),
    ];
    if (isVirtual) resources.push(share('root core', ...root));
    resources.push(share('guest core', ...guest));
    if (now.suspended.some((spent, i) => spent > before.suspended[i]))
      resources.push(share('intercept round trips', ...away));
    const waits = this.#senders.map((sender) => sender.waitedUntil(end));
    if (waits.length > 0) resources.push(share('ring', ...waits));
    if (this.#peer.windowed)
      resources.push(share('frames in flight', this.#peer.windowClosedUntil(end)));
    return resources;
  }
}

/** What the parts had counted at one moment: picoseconds, and bytes that the memory moved. */
interface Counters {
  out: number;
  in: number;
  read: number;
  write: number;
  moved: number;
  root: number[];
  guest: number[];
  /** By guest processor: how long it was out of the guest for an intercepted access. */
  suspended: number[];
}

function countersOf({ lineOut, lineIn, nic, memoryBus, root, machines }: HyperVHost): Counters {
  const processors = machines.flatMap((machine) => machine.processors);
  return {
    out: lineOut.busy,
    in: lineIn.busy,
    read: nic.dma.readBusy,
    write: nic.dma.writeBusy,
    moved: memoryBus.moved,
    root: root.map(({ lp }) => lp.busy),
    guest: processors.map(({ lp }) => lp.busy),
    suspended: processors.map((processor) => processor.interceptedFor),
  };
}
