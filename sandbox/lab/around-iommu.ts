import { PORT_ACS } from '../machine/bus/pci/bridge-space.ts';
import {
  ACS_ALL,
  ACS_COMPLETION_REDIRECT,
  ACS_CONTROL,
  ACS_REQUEST_REDIRECT,
  ACS_SOURCE_VALIDATION,
  ACS_UPSTREAM_FORWARDING,
} from '../machine/bus/pci/capabilities/acs.ts';
import { enableVirtualFunctions } from '../machine/bus/pci/enable-vfs.ts';
import { formatRequesterId } from '../machine/bus/pci/requester-id.ts';
import { RootComplex } from '../machine/bus/pci/topology.ts';
import { NicBusFunctions } from '../machine/devices/sriov-nic/configuration-functions.ts';
import { REGISTER_BAR, VF_BAR_BYTES } from '../machine/devices/sriov-nic/configuration-spec.ts';
import { InterruptRemapping } from '../machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../machine/iommu/iommu.ts';
import { MemoryRequests, type PeerWindow } from '../machine/iommu/memory-requests.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { hex } from './dma-walk.ts';
import type { Report } from './report.ts';

/** The access control services that are on, at the root port and at the switch's downstream ports. */
export interface AccessControl {
  /** Requests to a peer go up to the IOMMU instead: request and completion redirect, upstream forwarding. */
  redirect: boolean;
  /** A port lets only requests through that carry an id of the buses below it: source validation. */
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

/** A register of the neighbour's function: what is written there its device acts upon. */
const REGISTER = 0x3818;
const WORD = 0xbadc0de;
/** Bus numbers and addresses for the switch and what is below it. */
const RESOURCES = {
  lastBus: 32,
  io: { base: 0x1000, size: 0xf000 },
  memory: { base: 0xe0000000, size: 64 << 20 },
  prefetchable: { base: 2 ** 36, size: 2 ** 30 },
};

/** The registers of the neighbour's function, behind its base address register. */
class Registers implements PeerWindow {
  readonly size = VF_BAR_BYTES;
  readonly words = new Uint32Array(VF_BAR_BYTES / 4);

  read(offset: number): number {
    return this.words[offset >>> 2];
  }

  write(offset: number, size: number, value: number): void {
    if (size === 4) this.words[offset >>> 2] = value;
  }
}

/** Two cards below one switch, each with one virtual function on. */
class Fabric {
  readonly complex = new RootComplex();
  readonly registers = new Registers();
  /** Requester ids of the two virtual functions, and where the second one's registers stand. */
  readonly own: number;
  readonly neighbour: number;
  readonly bar: number;

  constructor({ redirect, validate }: AccessControl) {
    const root = this.complex.addRootPort({ services: ACS_ALL });
    const { downstream } = this.complex.addSwitch(root, 2, { services: ACS_ALL });
    const { registers } = this;
    const vfWindow = (_: number, bar: number) => (bar === REGISTER_BAR ? registers : undefined);
    for (const port of downstream)
      this.complex.attach(port, new NicBusFunctions({ vfWindow }).endpoint);
    const cards = this.complex
      .enumerate(RESOURCES)
      .functions.filter(({ sriov }) => sriov !== undefined);
    const ids = cards.map((card) => {
      this.complex.configurationWrite(card.requesterId, 4, 2, 7);
      const enabled = enableVirtualFunctions(this.complex, card, 1);
      const id = enabled.kind === 'enabled' ? enabled.ids[0] : -1;
      this.complex.configurationWrite(id, 4, 2, 4);
      return id;
    });
    [this.own, this.neighbour] = ids;
    const region = cards[1].regions.find(({ bar, virtual }) => virtual && bar === REGISTER_BAR);
    this.bar = region?.address ?? -1;
    const on =
      (redirect ? ACS_REQUEST_REDIRECT | ACS_COMPLETION_REDIRECT | ACS_UPSTREAM_FORWARDING : 0) |
      (validate ? ACS_SOURCE_VALIDATION : 0);
    for (const port of [root, ...downstream])
      port.configuration.write(PORT_ACS + ACS_CONTROL, 2, on);
  }
}

/**
 * Two cards behind one PCI Express switch; a virtual function of each is assigned to a machine of its own,
 * with domains that are right. What the first one can reach depends on the ports between them.
 */
export function aroundIommu(acs: AccessControl): AroundReport {
  const attempts = TRIES.map((each) => attempt(acs, each));
  return { attempts, report: tableOf(attempts) };
}

/** Whose id a request carries, and where to. */
interface Try {
  name: string;
  disguised: boolean;
  to: 'memory' | 'register' | 'message';
}

const TRIES: readonly Try[] = [
  { name: 'a page of its own machine', disguised: false, to: 'memory' },
  { name: 'a register of the neighbour’s device', disguised: false, to: 'register' },
  { name: 'the same page, under the neighbour’s id', disguised: true, to: 'memory' },
  { name: 'the neighbour’s interrupt, under its id', disguised: true, to: 'message' },
];

function attempt(acs: AccessControl, { name, disguised, to }: Try): PeerAttempt {
  const { complex, registers, own, neighbour, bar } = new Fabric(acs);
  const host = new HostMemory(8 * LARGE_PAGE_SIZE);
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping({ host, recording: iommu.recording });
  const pages = [own, neighbour].map((requesterId, i) => {
    const domain = iommu.createDomain();
    iommu.map(domain, 0, (4 + i) * LARGE_PAGE_SIZE, DMA_READ | DMA_WRITE, true);
    iommu.attach(requesterId, domain);
    return (4 + i) * LARGE_PAGE_SIZE;
  });
  const source = { type: 'id', requesterId: neighbour } as const;
  const index = remapping.allocate({ source, destination: 0, vector: 0x30 });
  const address = {
    memory: 0x1000,
    register: bar + REGISTER,
    message: remapping.messageFor(index).address,
  }[to];
  const router = {
    route: (requesterId: number, at: number) => complex.route(requesterId, at, { sender: own }),
  };
  const requests = new MemoryRequests({ host, iommu, remapping, router });
  const as = disguised ? neighbour : own;
  const outcome = requests.write32(as, address, to === 'message' ? 0 : WORD, 0);
  const { delivered, unclaimed, blocked } = remapping;
  const interrupts = delivered + unclaimed;
  const changed = [
    host.read32(pages[0] + 0x1000) === WORD ? 'its own machine’s memory' : '',
    host.read32(pages[1] + 0x1000) === WORD ? 'the neighbour’s memory' : '',
    registers.words[REGISTER >>> 2] === WORD ? 'the neighbour’s device' : '',
    interrupts > 0 ? 'the neighbour’s processor' : '',
  ].find((text) => text !== '');
  return {
    name,
    as: formatRequesterId(as),
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
