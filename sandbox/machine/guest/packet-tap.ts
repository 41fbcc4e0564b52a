import { type GuestMemory, READ } from '../memory/guest-memory.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from './net-device.ts';
import type { DeviceOffloads, FrameTask } from './offload-device.ts';

/** Told of a frame that passes: `length` bytes at host address `address`, for the call, at `time` (ps). */
export type FrameObserver = (address: number, length: number, time: number) => void;

/**
 * Stands between a guest's stack and a driver and shows every frame that passes, where a packet socket of the
 * guest would see it: sent ones before the driver has them, received ones before the stack does. It costs nothing.
 */
export class PacketTap implements NetDevice, StackEntry {
  stack: StackEntry | undefined;
  #device: NetDevice;
  #observer: FrameObserver;
  /** Where the buffer of each queue is that was claimed last. */
  #claimed: number[] = [];

  constructor(device: NetDevice, observer: FrameObserver) {
    this.#device = device;
    this.#observer = observer;
    device.stack = this;
  }

  get maxFrame(): number {
    return this.#device.maxFrame;
  }

  get memory(): GuestMemory {
    return this.#device.memory;
  }

  get offloads(): DeviceOffloads | undefined {
    return this.#device.offloads;
  }

  processorOf(queue: number): VirtualProcessor {
    return this.#device.processorOf(queue);
  }

  claim(queue: number): number {
    const gpa = this.#device.claim(queue);
    this.#claimed[queue] = gpa;
    return gpa;
  }

  send(queue: number, length: number, more: boolean): void {
    this.#show(this.#claimed[queue], length, this.processorOf(queue));
    this.#device.send(queue, length, more);
  }

  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    this.#show(this.#claimed[queue], length, this.processorOf(queue));
    this.#device.sendUnfinished?.(queue, length, more, task);
  }

  received(processor: VirtualProcessor, gpa: number, length: number, verified?: boolean): void {
    this.#show(gpa, length, processor);
    this.stack?.received(processor, gpa, length, verified);
  }

  room(processor: VirtualProcessor, queue: number): void {
    this.stack?.room(processor, queue);
  }

  #show(gpa: number, length: number, processor: VirtualProcessor): void {
    const at = this.memory.span(gpa, length, READ);
    if (at >= 0) this.#observer(at, length, processor.local);
  }
}
