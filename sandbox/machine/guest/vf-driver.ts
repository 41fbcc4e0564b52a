import type { NicFunction } from '../devices/sriov-nic/function.ts';
import { REG_RXCSUM, RXCSUM_IP, RXCSUM_L4 } from '../devices/sriov-nic/offload-spec.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from './net-device.ts';
import type { DeviceOffloads, FrameTask } from './offload-device.ts';
import { QueuePair, type QueuePairOwner } from './vf-queue-pair.ts';

/** First vector of the adapter's queues on their processors. */
export const ADAPTER_VECTOR = 8;
/** Longest frame that the driver has cut: an IP datagram's length has 16 bits. */
const LONGEST = 65535;

/** What the driver is told beside where its function is; off where left out. */
export interface VfDriverSettings {
  /** Transmit buffers are fewer, and long enough for frames that the device cuts into segments. */
  largeFrames?: boolean;
  /** The device coalesces received segments. */
  coalesces?: boolean;
  /** It checks the checksums of received frames: a register that only the physical function has. */
  checksReceived?: boolean;
}

/**
 * The guest's driver of a virtual function, in the manner of a Linux VF driver: rings in guest memory,
 * one posted register write a frame, polled receive. It also drives the physical function on a machine
 * without a hypervisor, where the same registers stand at other offsets.
 */
export class VfDriver implements NetDevice, QueuePairOwner {
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  readonly nicFunction: NicFunction;
  /** Bytes from one buffer to the next. */
  readonly stride: number;
  readonly largeFrames: boolean;
  readonly coalesces: boolean;
  readonly offloads: DeviceOffloads;
  stack: StackEntry | undefined;
  #pairs: QueuePair[];

  /** One queue pair for each of `processors`, in order; one may be named more than once. */
  constructor(
    memory: GuestMemory,
    nicFunction: NicFunction,
    processors: VirtualProcessor[],
    maxFrame: number,
    settings: VfDriverSettings = {},
  ) {
    this.memory = memory;
    this.nicFunction = nicFunction;
    this.maxFrame = maxFrame;
    this.stride = maxFrame <= 2048 ? 2048 : 16384;
    this.largeFrames = settings.largeFrames === true;
    this.coalesces = settings.coalesces === true;
    const most = this.largeFrames ? LONGEST : 0;
    const sums = { tcp4: true, udp4: true, tcp6: true, udp6: true };
    this.offloads = { ...sums, segment4: most, segment6: most, leastSegments: 2 };
    if (settings.checksReceived === true) nicFunction.write(REG_RXCSUM, RXCSUM_IP | RXCSUM_L4, 0);
    this.#pairs = processors.map((processor, i) => new QueuePair(this, processor, i));
    for (const [i, pair] of this.#pairs.entries()) pair.processor.install(ADAPTER_VECTOR + i, pair);
  }

  processorOf(queue: number): VirtualProcessor {
    return this.#pairs[queue].processor;
  }

  claim(queue: number): number {
    return this.#pairs[queue].claim();
  }

  send(queue: number, length: number, more: boolean): void {
    this.#pairs[queue].send(length, more);
  }

  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    this.#pairs[queue].sendUnfinished(length, more, task);
  }

  /** Whether the device is through with everything that was sent. */
  get idle(): boolean {
    return this.#pairs.every(({ tx }) => tx.free === tx.entries - 1);
  }

  /** The address a descriptor gets for a buffer. A test's hostile driver overrides this. */
  bufferAddress(gpa: number): number {
    return gpa;
  }
}
