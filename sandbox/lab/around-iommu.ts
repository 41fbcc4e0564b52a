import { Engine } from '../machine/engine/engine.ts';
import { InterruptRemapping } from '../machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../machine/iommu/iommu.ts';
import {
  MemoryRequests,
  type PeerWindow,
  type RequestRoute,
  type RequestRouter,
} from '../machine/iommu/memory-requests.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { formatFunction, hex } from './dma-walk.ts';
import type { Report } from './report.ts';

/** The access control services that a switch's downstream ports have on. */
export interface AccessControl {
  /** Requests to a peer go upstream, to the IOMMU, instead (P2P request redirect). */
  redirect: boolean;
  /** A port lets only requests through that carry an id of its own bus (source validation). */
  validate: boolean;
}

/** One attempt of the function of VM 0. */
export interface PeerAttempt {
  name: string;
  as: string;
  address: number;
  outcome: string;
  /** Requests that the IOMMU or the remapping unit has seen of it. */
  seen: number;
  /** What the attempt changed; '' for nothing. */
  changed: string;
}

export interface AroundReport {
  attempts: PeerAttempt[];
  report: Report;
}

const OWN = 0x0200;
const PEER = 0x0300;
const BAR = 0xd0100000;
/** A register of the peer: what is written there its function does. */
const DOORBELL = 0x18;
const WORD = 0xbadc0de;

/** A register file of 4 KiB behind a base address register. */
class Registers implements PeerWindow {
  readonly size = 4096;
  readonly words = new Uint32Array(1024);

  read(offset: number, size: number): number {
    return size === 4
      ? this.words[offset >>> 2]
      : (this.words[offset >>> 2] >>> (8 * (offset & 3))) & 0xff;
  }

  write(offset: number, size: number, value: number): void {
    if (size === 4) this.words[offset >>> 2] = value;
  }
}

/** A downstream port's view: the function below it is on bus 2, its peer below the next port on bus 3. */
class DownstreamPort implements RequestRouter {
  #acs: AccessControl;
  #window: Registers;

  constructor(acs: AccessControl, window: Registers) {
    this.#acs = acs;
    this.#window = window;
  }

  route(requesterId: number, address: number): RequestRoute {
    if (this.#acs.validate && requesterId >>> 8 !== OWN >>> 8)
      return { kind: 'blocked', by: 'the port of bus 2', reason: 'source validation' };
    const offset = address - BAR;
    if (offset < 0 || offset >= this.#window.size || this.#acs.redirect)
      return { kind: 'upstream' };
    const window = this.#window;
    return { kind: 'peer', target: { window: () => window }, bar: 0, offset };
  }
}

/**
 * Two functions behind one PCI Express switch, each assigned to a machine of its own, with domains that are
 * right. What the first one can reach depends on the switch between them.
 */
export function aroundIommu(acs: AccessControl): AroundReport {
  const tries: [string, number, (machine: Machine) => number, number][] = [
    ['a page of its own machine', OWN, () => 0x1000, WORD],
    ['a register of the neighbour’s device', OWN, () => BAR + DOORBELL, WORD],
    ['the same page, under the neighbour’s id', PEER, () => 0x1000, WORD],
    ['the neighbour’s interrupt, under its id', PEER, ({ message }) => message, 0],
  ];
  const attempts = tries.map(([name, as, at, data]) => attempt(acs, { name, as, at, data }));
  return { attempts, report: tableOf(attempts) };
}

interface Machine {
  message: number;
}

function attempt(
  acs: AccessControl,
  { name, as, at, data }: { name: string; as: number; at: (m: Machine) => number; data: number },
): PeerAttempt {
  const host = new HostMemory(8 * LARGE_PAGE_SIZE);
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping({ host, recording: iommu.recording });
  const pages = [OWN, PEER].map((requesterId, i) => {
    const domain = iommu.createDomain();
    iommu.map(domain, 0, (4 + i) * LARGE_PAGE_SIZE, DMA_READ | DMA_WRITE, true);
    iommu.attach(requesterId, domain);
    return (4 + i) * LARGE_PAGE_SIZE;
  });
  const source = { type: 'id', requesterId: PEER } as const;
  const index = remapping.allocate({ source, destination: 0, vector: 0x30 });
  const message = remapping.messageFor(index).address;
  const window = new Registers();
  const router = new DownstreamPort(acs, window);
  const requests = new MemoryRequests({ host, iommu, remapping, router });
  const address = at({ message });
  const outcome = requests.write32(as, address, data, new Engine().now);
  const { delivered, unclaimed, blocked } = remapping;
  const interrupts = delivered + unclaimed;
  const changed = [
    host.read32(pages[0] + 0x1000) === WORD ? 'its own machine’s memory' : '',
    host.read32(pages[1] + 0x1000) === WORD ? 'the neighbour’s memory' : '',
    window.words[DOORBELL >>> 2] === WORD ? 'the neighbour’s device' : '',
    interrupts > 0 ? 'the neighbour’s processor' : '',
  ].find((text) => text !== '');
  return {
    name,
    as: formatFunction(as),
    address,
    outcome: describe(outcome, requests, iommu),
    seen: iommu.contextReads + interrupts + blocked,
    changed: changed ?? '',
  };
}

function describe(outcome: string, requests: MemoryRequests, iommu: Iommu): string {
  if (outcome === 'fault') return `fault: ${iommu.lastFault?.reason}`;
  if (outcome === 'blocked')
    return `stopped by ${requests.lastBlocked?.by}: ${requests.lastBlocked?.reason}`;
  if (outcome === 'peer') return 'straight to the neighbour’s device';
  return outcome === 'message' ? 'an interrupt' : 'translated, written';
}

function tableOf(attempts: PeerAttempt[]): Report {
  return {
    kind: 'table',
    title: 'The function of VM 0 writes four bytes',
    columns: [
      { name: 'To' },
      { name: 'As' },
      { name: 'Address' },
      { name: 'What came of it' },
      { name: 'Seen by the IOMMU' },
      { name: 'What it changed' },
    ],
    rows: attempts.map(({ name, as, address, outcome, seen, changed }) => [
      name,
      as,
      hex(address),
      outcome,
      seen > 0 ? 'yes' : 'no',
      changed === '' ? 'nothing' : changed,
    ]),
  };
}
