import { formatRequesterId } from '../machine/bus/pci/requester-id.ts';
import { QUEUE_BASE_HIGH, QUEUE_BASE_LOW, VF_TX_BASE } from '../machine/devices/sriov-nic/spec.ts';
import { VfDriver } from '../machine/guest/vf-driver.ts';
import { FAULT_TEXT } from '../machine/iommu/spec.ts';
import type { GuestMemory } from '../machine/memory/guest-memory.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { checkFrame, FRAME_GOOD, flowOf } from '../machine/net/frame.ts';
import { hex } from './dma-walk.ts';
import { completeConfig } from './options.ts';
import type { Report } from './report.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** What the hostile driver writes into one of its descriptors. */
export const DESCRIPTORS = [
  'its own buffer',
  'the neighbour’s memory',
  'beyond all memory',
] as const;
export type DescriptorKind = (typeof DESCRIPTORS)[number];

/** What `wildDescriptor` takes. */
export interface WildDescriptorOptions {
  descriptor: DescriptorKind;
  /** DMA remapping: with it, a device's addresses are those of its guest; without, those of the host. */
  remapping?: boolean;
}

/** What became of it. */
export interface WildDescriptorReport {
  /** Frames of each machine that reached the far end whole. */
  delivered: { attacker: number; neighbour: number };
  /** The bytes of the neighbour that left on the wire; empty when none did. */
  stolen: Uint8Array;
  /** The fault that the IOMMU recorded, in words; empty when there was none. */
  fault: string;
  /** Whether the attacker's queues were stopped. */
  stopped: boolean;
  reports: Report[];
}

const FRAMES = 20;
const WILD_FRAME = 5;
/** Bytes of a frame's head that lie in the attacker's own page, right before the neighbour's. */
const HEAD = 64;
const SECRET = 'This page belongs to the other machine. ';

/** A driver whose buffer addresses somebody else makes. */
class WildDriver extends VfDriver {
  /** The address that a descriptor gets for the buffer at `gpa`. */
  addressOf = (gpa: number): number => gpa;

  override bufferAddress(gpa: number): number {
    return this.addressOf(gpa);
  }
}

/**
 * Two virtual machines with a virtual function each send frames. The driver of one writes a wild address
 * into the descriptor of its sixth frame; everything else it does is as it should be.
 * @throws UsageError for a descriptor that there is not
 */
export function wildDescriptor(options: WildDescriptorOptions): WildDescriptorReport {
  const { descriptor, remapping = true } = options;
  if (!DESCRIPTORS.includes(descriptor))
    throw new UsageError(`descriptor: '${descriptor}' is not one of ${DESCRIPTORS.join(', ')}`);
  const config = { paths: ['sriov' as const], vms: 2, frames: 2 * FRAMES, load: 'paced' as const };
  const loaded: WildDriver[] = [];
  class Loaded extends WildDriver {
    constructor(...parts: ConstructorParameters<typeof VfDriver>) {
      super(...parts);
      loaded.push(this);
    }
  }
  const bed = new Testbed('sriov', completeConfig(config), { drivers: { vf: Loaded } });
  const drivers = bed.machines.map(({ memory }) => driverIn(loaded, memory));
  const places = findNeighbours(bed);
  plantSecret(bed, places);
  if (!remapping) useHostAddresses(bed, drivers);
  misbehave(drivers[places.attacker], descriptor, places);
  const tap = tapWire(bed);
  bed.run();
  return summarise(bed, places, tap);
}

/** The driver that a guest has loaded for its function. @throws UsageError when it has none */
function driverIn(loaded: readonly WildDriver[], memory: GuestMemory): WildDriver {
  const driver = loaded.find((each) => each.memory === memory);
  if (driver === undefined) throw new UsageError('wildDescriptor: a guest has no virtual function');
  return driver;
}

/** Who attacks whom, and where: pages of the two that are neighbours in the host's memory too. */
interface Places {
  attacker: number;
  neighbour: number;
  /** Guest page of the attacker, and that of the neighbour behind it. */
  page: number;
  behind: number;
}

function findNeighbours(bed: Testbed): Places {
  const [a, b] = bed.machines.map(({ memory }) => memory);
  for (const [attacker, own, other] of [
    [0, a, b],
    [1, b, a],
  ] as const) {
    const frames = new Map<number, number>();
    for (let page = 0; page < other.size / PAGE_SIZE; page++) frames.set(other.frameOf(page), page);
    for (let page = 0; page < own.size / PAGE_SIZE; page++) {
      const behind = frames.get(own.frameOf(page) + 1);
      if (behind !== undefined) return { attacker, neighbour: 1 - attacker, page, behind };
    }
  }
  throw new UsageError('wildDescriptor: no two pages of the machines stand side by side');
}

function plantSecret(bed: Testbed, { neighbour, behind }: Places): void {
  const bytes = Uint8Array.from({ length: PAGE_SIZE }, (_, i) =>
    SECRET.charCodeAt(i % SECRET.length),
  );
  bed.machines[neighbour].memory.writeFrom(behind * PAGE_SIZE, bytes, 0, PAGE_SIZE);
}

/** Without remapping a driver has to know where its memory really is, and is told. */
function useHostAddresses(bed: Testbed, drivers: readonly WildDriver[]): void {
  bed.host.iommu.enabled = false;
  for (const driver of drivers) {
    const { memory, nicFunction } = driver;
    const hostAddress = (gpa: number) => memory.translate(gpa, 1);
    driver.addressOf = hostAddress;
    const { registers } = nicFunction.tx[0];
    const ring = hostAddress(registers.descriptor(0));
    nicFunction.write(VF_TX_BASE + QUEUE_BASE_LOW, ring % 4294967296, 0);
    nicFunction.write(VF_TX_BASE + QUEUE_BASE_HIGH, Math.floor(ring / 4294967296), 0);
  }
}

/** The sixth frame's descriptor: its head is put before the neighbour's page, and the length runs on. */
function misbehave(driver: WildDriver, descriptor: DescriptorKind, { page }: Places): void {
  if (descriptor === 'its own buffer') return;
  const honest = driver.addressOf;
  const { memory } = driver;
  const head = (page + 1) * PAGE_SIZE - HEAD;
  let sent = 0;
  driver.addressOf = (gpa) => {
    if (sent++ !== WILD_FRAME) return honest(gpa);
    if (descriptor === 'beyond all memory') return 2 ** 38 + gpa;
    const bytes = new Uint8Array(HEAD);
    memory.readInto(gpa, bytes, 0, HEAD);
    memory.writeFrom(head, bytes, 0, HEAD);
    return memory.frameOf(page) * PAGE_SIZE + PAGE_SIZE - HEAD;
  };
}

/** What passes on the wire: good frames by flow, and one that has the neighbour's words in it. */
interface Tap {
  arrived: number[];
  stolen: Uint8Array;
}

function tapWire(bed: Testbed): Tap {
  const { host, peer } = bed;
  const tap: Tap = { arrived: [0, 0], stolen: new Uint8Array(0) };
  host.connectPeer({
    receive(address, length) {
      const bytes = host.memory.bytes.slice(address, address + length);
      if (String.fromCharCode(...bytes.subarray(HEAD)).includes(SECRET)) tap.stolen = bytes;
      if (checkFrame(host.memory, address, length) === FRAME_GOOD)
        tap.arrived[flowOf(host.memory, address)]++;
      peer.receive(address, length);
    },
  });
  return tap;
}

function summarise(bed: Testbed, places: Places, tap: Tap): WildDescriptorReport {
  const { iommu, nic } = bed.host;
  const [record] = iommu.recording.drain();
  const last = iommu.lastFault;
  const fault =
    last === undefined
      ? ''
      : `${formatRequesterId(last.requesterId)} may not ${last.access} ${hex(last.address)}: ${FAULT_TEXT[last.code]}`;
  const index = bed.adapters[places.attacker].functionIndex ?? 0;
  const stopped = !nic.functions[index].tx[0].registers.enabled;
  const { arrived, stolen: frame } = tap;
  const delivered = { attacker: arrived[places.attacker], neighbour: arrived[places.neighbour] };
  const stolen = frame.subarray(HEAD);
  const reports: Report[] = [
    {
      kind: 'table',
      title: 'What came of it',
      columns: [{ name: 'What' }, { name: 'Seen' }],
      rows: [
        ['frames of the attacker that arrived', `${delivered.attacker} of ${FRAMES}`],
        ['frames of the neighbour that arrived', `${delivered.neighbour} of ${FRAMES}`],
        ['bytes of the neighbour on the wire', String(stolen.length)],
        ['the IOMMU says', fault === '' ? 'nothing' : fault],
        ['VT-d’s reason number', record === undefined ? 'no record' : String(record.reason)],
        ['the attacker’s queues', stopped ? 'stopped' : 'running'],
      ],
    },
  ];
  if (frame.length > 0)
    reports.push({
      kind: 'hexdump',
      title: 'The frame that left: its head is the attacker’s, the rest is not',
      bytes: frame.subarray(0, 192),
      fields: [
        { offset: 0, length: HEAD, name: 'attacker’s memory' },
        { offset: HEAD, length: 128, name: 'neighbour’s memory' },
      ],
    });
  return { delivered, stolen, fault, stopped, reports };
}
