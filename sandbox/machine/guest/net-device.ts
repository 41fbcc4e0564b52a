import type { GuestMemory } from '../memory/guest-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { DeviceOffloads, FrameTask } from './offload-device.ts';

/** What a driver offers the guest's network stack. */
export interface NetDevice {
  /** Longest frame without FCS that the driver accepts. */
  readonly maxFrame: number;
  readonly memory: GuestMemory;
  /** The processor that serves `queue`. */
  processorOf(queue: number): VirtualProcessor;
  /** Guest-physical address of a free transmit buffer of `queue`, even and in one piece; -1 when none is free. */
  claim(queue: number): number;
  /**
   * Sends the claimed buffer's `length` bytes. `more` says that the stack has another frame ready, so
   * the driver may put off telling the device.
   */
  send(queue: number, length: number, more: boolean): void;
  /** What it does to frames that the stack hands over unfinished; nothing when left out. */
  readonly offloads?: DeviceOffloads;
  /** Like `send`, for a frame that the device has to finish as `task` says. Absent without `offloads`. */
  sendUnfinished?(queue: number, length: number, more: boolean, task: FrameTask): void;
  /** Called by the driver. */
  stack: StackEntry | undefined;
}

/** What a driver calls in the stack, on the processor that runs it. */
export interface StackEntry {
  /**
   * A frame for the stack; the buffer goes back to the driver when this returns. `verified` says that the
   * device has found the checksum of TCP or UDP right.
   */
  received(processor: VirtualProcessor, gpa: number, length: number, verified?: boolean): void;
  /**
   * A frame that was coalesced of several segments, whose checksums were right: pieces of guest memory, all
   * headers in the first one. A stack without this gets no such frame.
   */
  receivedLong?(processor: VirtualProcessor, pieces: ScatterList): void;
  /** The driver has nothing more for now. */
  polled?(processor: VirtualProcessor): void;
  /** A transmit buffer of `queue` is free again after `claim` had none. */
  room(processor: VirtualProcessor, queue: number): void;
}
