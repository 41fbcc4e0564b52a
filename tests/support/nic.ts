/** An SR-IOV NIC with virtual functions, each in a domain of its own over a partition's memory. */
import type { NicFunction } from '../../sandbox/machine/devices/sriov-nic/function.ts';
import { type NicWiring, SriovNic } from '../../sandbox/machine/devices/sriov-nic/nic.ts';
import { routeQueue } from '../../sandbox/machine/devices/sriov-nic/queue-interrupts.ts';
import * as spec from '../../sandbox/machine/devices/sriov-nic/spec.ts';
import { Engine } from '../../sandbox/machine/engine/engine.ts';
import { InterruptRemapping } from '../../sandbox/machine/iommu/interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from '../../sandbox/machine/iommu/iommu.ts';
import { GuestMemory } from '../../sandbox/machine/memory/guest-memory.ts';
import {
  HostMemory,
  LARGE_PAGE_SIZE,
  PAGE_SIZE,
} from '../../sandbox/machine/memory/host-memory.ts';
import { macBytes, makeMac } from '../../sandbox/machine/net/frame.ts';
import { Ledger } from '../../sandbox/machine/partition/ledger.ts';
import { LogicalProcessor } from '../../sandbox/machine/partition/logical-processor.ts';
import { VirtualProcessor } from '../../sandbox/machine/partition/virtual-processor.ts';
import { Link } from '../../sandbox/machine/wire/link.ts';
import { COSTS } from './machine.ts';

/** Requester id of the physical function: 01:00.0. */
export const PF_ID = 0x0100;
export const MAX_FRAME = 1514;

/** Where a function's rings and buffers lie in its partition. */
export const TX_RING = 0x4000;
export const RX_RING = 0x5000;
export const TX_BUFFERS = 0x10000;
export const RX_BUFFERS = 0x40000;
export const ENTRIES = 8;

/** A virtual function and the partition that has it. */
export interface TestVf {
  index: number;
  target: NicFunction;
  memory: GuestMemory;
  /** Times at which its messages of each vector arrived, in picoseconds. */
  messages: number[][];
}

/** The NIC with `count` virtual functions; VF n has the address makeMac(1, n). */
export function nicWithVfs(
  count: number,
  costs: Partial<typeof COSTS> = {},
  more: Partial<NicWiring> = {},
) {
  const engine = new Engine();
  const host = new HostMemory((6 + 2 * count) << 20);
  const ledger = new Ledger();
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping();
  const all = { ...COSTS, ...costs };
  const link = (bitsPerSecond: number) =>
    new Link(engine, host, ledger, { bitsPerSecond, delay: 0, slots: 64, maxFrame: MAX_FRAME });
  const [line, loopback] = [link(1e10), link(8e10)];
  const wiring = { engine, host, iommu, remapping, ledger, costs: all, line, loopback, ...more };
  const nic = new SriovNic(wiring, PF_ID, 1);
  loopback.receiver = nic.inside;
  const wire: Uint8Array[] = [];
  line.receiver = {
    receive: (at, length) => {
      wire.push(host.bytes.slice(at, at + length));
    },
  };
  const incoming = host.allocate(16384) + 2;
  /** A frame from the wire. */
  const arrive = (frame: Uint8Array) => {
    host.bytes.set(frame, incoming);
    nic.receive(incoming, frame.length);
  };
  const vfs = Array.from({ length: count }, (_, n) => addVf(n));
  return { engine, host, iommu, remapping, ledger, nic, line, wire, arrive, vfs };

  function addVf(n: number): TestVf {
    const index = nic.enableVf(1);
    const target = nic.functions[index];
    const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
    const domain = iommu.createDomain();
    iommu.map(domain, 0, memory.frameOf(0) * PAGE_SIZE, DMA_READ | DMA_WRITE, true);
    iommu.attach(target.requesterId, domain);
    nic.setFilter(makeMac(1, n), index);
    routeQueue(target, 0);
    const messages: number[][] = [[], []];
    const processor = new VirtualProcessor(new LogicalProcessor(engine, ledger, all), 'bare');
    for (const vector of [0, 1]) {
      processor.install(vector, {
        interrupt() {
          messages[vector].push(engine.now);
          return undefined;
        },
      });
      target.messages[vector] = remapping.add({
        sourceId: target.requesterId,
        processor,
        vector,
        posted: false,
      });
    }
    return { index, target, memory, messages };
  }
}

/** Brings up a VF's transmit queue 0 through its registers, as software does. */
export function enableTx({ target }: TestVf): void {
  const write = (offset: number, value: number) => target.write(spec.VF_TX_BASE + offset, value, 0);
  write(spec.QUEUE_BASE_LOW, TX_RING);
  write(spec.QUEUE_BASE_HIGH, 0);
  write(spec.QUEUE_LENGTH, ENTRIES * 16);
  write(spec.QUEUE_CONTROL, spec.QUEUE_ENABLE);
}

/** Brings up receive queue 0 with `buffers` buffers of 2 KiB given to the device. */
export function enableRx({ target, memory }: TestVf, buffers: number): void {
  const write = (offset: number, value: number) => target.write(spec.VF_RX_BASE + offset, value, 0);
  for (let i = 0; i < ENTRIES; i++) {
    memory.write32(RX_RING + 16 * i, RX_BUFFERS + 2048 * i);
    for (const word of [4, 8, 12]) memory.write32(RX_RING + 16 * i + word, 0);
  }
  write(spec.QUEUE_BASE_LOW, RX_RING);
  write(spec.QUEUE_LENGTH, ENTRIES * 16);
  write(spec.QUEUE_BUFFER_SIZE, 2);
  write(spec.QUEUE_CONTROL, spec.QUEUE_ENABLE);
  write(spec.QUEUE_TAIL, buffers);
}

/** Fills transmit descriptor `i`; `command` holds bits beside length and type. */
export function describeTx(vf: TestVf, i: number, buffer: number, length: number, command: number) {
  const at = TX_RING + 16 * i;
  vf.memory.write32(at, buffer % 2 ** 32);
  vf.memory.write32(at + 4, Math.floor(buffer / 2 ** 32));
  vf.memory.write32(at + 8, length | spec.TX_TYPE_DATA | spec.TX_EXTENDED | command);
  vf.memory.write32(at + 12, 0);
}

export const WHOLE = spec.TX_END_OF_PACKET | spec.TX_INSERT_FCS | spec.TX_REPORT_STATUS;

/** The doorbell: a write of the tail that leaves the processor at `at`. */
export function doorbell({ target }: TestVf, tail: number, at = 0): void {
  target.write(spec.VF_TX_BASE + spec.QUEUE_TAIL, tail, at);
}

/** A frame of `length` bytes to `to` from `from`, whose payload is `fill`. */
export function frameTo(
  to: { high: number; low: number },
  length: number,
  fill = 0x5a,
  from = makeMac(1, 0),
): Uint8Array {
  const frame = new Uint8Array(length).fill(fill);
  frame.set(macBytes(to));
  frame.set(macBytes(from), 6);
  return frame;
}

/** Puts `frame` into transmit buffer `i` and sends it: descriptor, doorbell. */
export function sendFrame(vf: TestVf, i: number, frame: Uint8Array, at = 0): void {
  const buffer = TX_BUFFERS + 2048 * i;
  vf.memory.writeFrom(buffer, frame, 0, frame.length);
  describeTx(vf, i, buffer, frame.length, WHOLE);
  doorbell(vf, (i + 1) % ENTRIES, at);
}
