import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import type { InterruptRemapping } from './interrupt-remapping.ts';
import type { Iommu } from './iommu.ts';
import { DMA_READ, DMA_WRITE, INTERRUPT_RANGE, INTERRUPT_RANGE_END } from './spec.ts';

/** What stands behind a base address register of a function; offsets and sizes in bytes. */
export interface PeerWindow {
  readonly size: number;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number, at: number): void;
}

/** A function whose memory another one can reach. */
export interface PeerFunction {
  window(bar: number): PeerWindow | undefined;
}

/** Where the ports between a function and the root complex send a memory request. */
export type RequestRoute =
  | { kind: 'upstream' }
  | { kind: 'peer'; target: PeerFunction; bar: number; offset: number }
  | { kind: 'blocked'; by: string; reason: string };

/** Who knows the way: the PCI Express topology with its ACS bits. */
export interface RequestRouter {
  route(requesterId: number, address: number): RequestRoute;
}

/** What became of a request. `unanswered`: a peer that has no such memory. */
export type RequestOutcome = 'memory' | 'message' | 'peer' | 'fault' | 'blocked' | 'unanswered';

/** What requests pass through; without a router every request goes upstream. */
export interface RequestPath {
  host: HostMemory;
  iommu: Iommu;
  remapping: InterruptRemapping;
  router?: RequestRouter;
}

/**
 * Memory requests of PCI Express functions, as they leave their link. The ports between may turn one round
 * to a peer, and then no IOMMU sees it; what comes upstream is an interrupt message or is translated.
 */
export class MemoryRequests {
  /** Requests by what became of them. */
  readonly counts: Record<RequestOutcome, number> = {
    memory: 0,
    message: 0,
    peer: 0,
    fault: 0,
    blocked: 0,
    unanswered: 0,
  };
  /** Who stopped the last request that was blocked, and why. */
  lastBlocked: { by: string; reason: string } | undefined;
  #path: RequestPath;

  constructor(path: RequestPath) {
    this.#path = path;
  }

  /**
   * Writes `bytes` to `address` as `requesterId`, at `at` (picoseconds). A device cuts requests at 4 KiB;
   * one that crosses is refused whole at the first page that is.
   */
  write(requesterId: number, address: number, bytes: Uint8Array, at: number): RequestOutcome {
    const route = this.#route(requesterId, address);
    if (route.kind === 'blocked') return this.#blocked(route);
    if (route.kind === 'peer') return this.#writePeer(route, bytes, at);
    if (isInterruptRange(address) && bytes.length === 4 && address % 4 === 0) {
      const data = (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
      const passed = this.#path.remapping.message(requesterId, address, data, at);
      return this.#count(passed ? 'message' : 'fault');
    }
    const { host, iommu } = this.#path;
    for (let done = 0; done < bytes.length; ) {
      const to = iommu.translate(requesterId, address + done, DMA_WRITE);
      if (to < 0) return this.#count('fault');
      const piece = Math.min(bytes.length - done, PAGE_SIZE - ((address + done) % PAGE_SIZE));
      host.bytes.set(bytes.subarray(done, done + piece), to);
      done += piece;
    }
    return this.#count('memory');
  }

  /** Writes a double word; see `write`. */
  write32(requesterId: number, address: number, value: number, at: number): RequestOutcome {
    const bytes = Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
    return this.write(requesterId, address, bytes, at);
  }

  /** Reads into `bytes`; what is refused reads as ones. */
  read(requesterId: number, address: number, bytes: Uint8Array): RequestOutcome {
    bytes.fill(0xff);
    const route = this.#route(requesterId, address);
    if (route.kind === 'blocked') return this.#blocked(route);
    if (route.kind === 'peer') return this.#readPeer(route, bytes);
    const { host, iommu } = this.#path;
    for (let done = 0; done < bytes.length; ) {
      const from = iommu.translate(requesterId, address + done, DMA_READ);
      if (from < 0) return this.#count('fault');
      const piece = Math.min(bytes.length - done, PAGE_SIZE - ((address + done) % PAGE_SIZE));
      bytes.set(host.bytes.subarray(from, from + piece), done);
      done += piece;
    }
    return this.#count('memory');
  }

  #route(requesterId: number, address: number): RequestRoute {
    return this.#path.router?.route(requesterId, address) ?? { kind: 'upstream' };
  }

  #blocked(route: { by: string; reason: string }): RequestOutcome {
    this.lastBlocked = { by: route.by, reason: route.reason };
    return this.#count('blocked');
  }

  #writePeer(
    { target, bar, offset }: RequestRoute & { kind: 'peer' },
    bytes: Uint8Array,
    at: number,
  ): RequestOutcome {
    const window = target.window(bar);
    if (window === undefined || offset + bytes.length > window.size)
      return this.#count('unanswered');
    for (let done = 0; done < bytes.length; ) {
      const size = (offset + done) % 4 === 0 && bytes.length - done >= 4 ? 4 : 1;
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[done + i];
      window.write(offset + done, size, value, at);
      done += size;
    }
    return this.#count('peer');
  }

  #readPeer(
    { target, bar, offset }: RequestRoute & { kind: 'peer' },
    bytes: Uint8Array,
  ): RequestOutcome {
    const window = target.window(bar);
    if (window === undefined || offset + bytes.length > window.size)
      return this.#count('unanswered');
    for (let done = 0; done < bytes.length; ) {
      const size = (offset + done) % 4 === 0 && bytes.length - done >= 4 ? 4 : 1;
      const value = window.read(offset + done, size);
      for (let i = 0; i < size; i++) bytes[done + i] = (value >>> (8 * i)) & 0xff;
      done += size;
    }
    return this.#count('peer');
  }

  #count(outcome: RequestOutcome): RequestOutcome {
    this.counts[outcome]++;
    return outcome;
  }
}

/** Whether a write to `address` is for the interrupt controllers, and not for memory. */
export function isInterruptRange(address: number): boolean {
  return address >= INTERRUPT_RANGE && address < INTERRUPT_RANGE_END;
}
