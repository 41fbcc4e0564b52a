import type { Dec21140 } from './device.ts';
import {
  CHAINED,
  CSR3_RECEIVE_LIST,
  CSR6_OPERATION,
  CSR8_MISSED_FRAMES,
  DESCRIPTOR_SIZE,
  END_OF_RING,
  OWN,
  RDES0_ERROR,
  RDES0_FIRST,
  RDES0_LAST,
  RDES0_MULTICAST,
  RDES0_TRUNCATED,
  RECEIVE_INTERRUPT,
  RECEIVE_STATE_SUSPENDED,
  RECEIVE_STATE_WAITING,
  RECEIVE_UNAVAILABLE,
  START_RECEIVE,
} from './spec.ts';

const FCS = 4;
/** Descriptors that one frame may take. */
const MAX_DESCRIPTORS = 64;

/** The receive process: holds the next descriptor, scatters frames, suspends when there is none. */
export class ReceiveProcess {
  /** Guest-physical address of the current descriptor. */
  pointer = 0;
  #device: Dec21140;

  constructor(device: Dec21140) {
    this.#device = device;
  }

  /** Looks for a descriptor: at the start, after a poll demand, and after each frame. */
  resume(): void {
    const device = this.#device;
    if ((device.read32(this.pointer) & OWN) !== 0) {
      device.receiveState = RECEIVE_STATE_WAITING;
      return;
    }
    const entered = device.receiveState !== RECEIVE_STATE_SUSPENDED;
    device.receiveState = RECEIVE_STATE_SUSPENDED;
    if (entered) device.raise(RECEIVE_UNAVAILABLE);
  }

  frame(frame: Uint8Array, length: number): boolean {
    const device = this.#device;
    const csr6 = device.csr[CSR6_OPERATION >> 2];
    if ((csr6 & START_RECEIVE) === 0 || !device.filter.passes(frame, csr6)) return false;
    if (device.receiveState === RECEIVE_STATE_SUSPENDED) this.resume();
    if (device.receiveState === RECEIVE_STATE_SUSPENDED) {
      this.#miss();
      return false;
    }
    const whole = this.#scatter(frame, length);
    device.raise(RECEIVE_INTERRUPT);
    this.resume();
    return whole;
  }

  #miss(): void {
    const at = CSR8_MISSED_FRAMES >> 2;
    const missed = this.#device.csr[at] & 0xffff;
    if (missed < 0xffff) this.#device.csr[at]++;
    else this.#device.csr[at] |= 0x10000;
  }

  #scatter(frame: Uint8Array, length: number): boolean {
    const device = this.#device;
    const total = length + FCS;
    let done = 0;
    for (let count = 0; count < MAX_DESCRIPTORS; count++) {
      const at = this.pointer;
      const control = device.read32(at + 4);
      const first = count === 0 ? RDES0_FIRST : 0;
      done += this.#store(device.read32(at + 8), control & 0x7fc, frame, length, done);
      if ((control & CHAINED) === 0)
        done += this.#store(device.read32(at + 12), (control >>> 11) & 0x7fc, frame, length, done);
      this.pointer = this.#next(control, at);
      const group = (frame[0] & 1) !== 0 ? RDES0_MULTICAST : 0;
      const last = (total << 16) | RDES0_LAST | first | group;
      if (done >= total) {
        device.write32(at, last);
        return true;
      }
      if ((device.read32(this.pointer) & OWN) === 0 || count === MAX_DESCRIPTORS - 1) {
        device.write32(at, last | RDES0_ERROR | RDES0_TRUNCATED);
        return false;
      }
      device.write32(at, first);
    }
    return false;
  }

  /** Puts the next bytes of the frame, its FCS after them, into a buffer; returns how many fit. */
  #store(address: number, size: number, frame: Uint8Array, length: number, done: number): number {
    const room = Math.min(size, length + FCS - done);
    const bytes = Math.min(room, Math.max(0, length - done));
    if (bytes > 0) this.#device.memory.writeFrom(address, frame, done, bytes);
    return room;
  }

  #next(control: number, at: number): number {
    if ((control & END_OF_RING) !== 0) return this.#device.csr[CSR3_RECEIVE_LIST >> 2];
    if ((control & CHAINED) !== 0) return this.#device.read32(at + 12);
    return (at + DESCRIPTOR_SIZE + this.#device.descriptorSkip) >>> 0;
  }
}
