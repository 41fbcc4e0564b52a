import type { Dec21140 } from './device.ts';
import {
  CHAINED,
  CSR4_TRANSMIT_LIST,
  CSR6_OPERATION,
  DESCRIPTOR_SIZE,
  END_OF_RING,
  OWN,
  SETUP_FRAME_SIZE,
  START_TRANSMIT,
  TDES1_FIRST,
  TDES1_INTERRUPT,
  TDES1_LAST,
  TDES1_SETUP,
  TRANSMIT_INTERRUPT,
  TRANSMIT_STATE_SUSPENDED,
  TRANSMIT_UNAVAILABLE,
} from './spec.ts';

/** Descriptors handled for one poll demand. A ring without an end is left here, to be polled again. */
const MAX_DESCRIPTORS = 1024;

/** The transmit process: fetches descriptors it owns, gathers frames, loads setup frames. */
export class TransmitProcess {
  /** Guest-physical address of the current descriptor. */
  pointer = 0;
  #device: Dec21140;
  #frame = new Uint8Array(2 * 2048);
  #length = 0;

  constructor(device: Dec21140) {
    this.#device = device;
  }

  /** Runs until a descriptor is not owned. Called for a poll demand and when the process starts. */
  run(): void {
    const device = this.#device;
    for (let left = MAX_DESCRIPTORS; left > 0; left--) {
      if ((device.csr[CSR6_OPERATION >> 2] & START_TRANSMIT) === 0) return;
      const control = device.read32(this.pointer + 4);
      if ((device.read32(this.pointer) & OWN) === 0) break;
      if ((control & TDES1_SETUP) !== 0) this.#setup(control);
      else this.#data(control);
      this.pointer = this.#next(control);
    }
    device.transmitState = TRANSMIT_STATE_SUSPENDED;
    device.raise(TRANSMIT_UNAVAILABLE);
  }

  #setup(control: number): void {
    const device = this.#device;
    const frame = new Uint8Array(SETUP_FRAME_SIZE);
    if ((control & 0x7ff) === SETUP_FRAME_SIZE) {
      device.memory.readInto(device.read32(this.pointer + 8), frame, 0, SETUP_FRAME_SIZE);
      device.filter.load(frame);
    }
    device.write32(this.pointer, 0x7fffffff);
    if ((control & TDES1_INTERRUPT) !== 0) this.#device.raise(TRANSMIT_INTERRUPT);
  }

  #data(control: number): void {
    const device = this.#device;
    if ((control & TDES1_FIRST) !== 0) this.#length = 0;
    this.#gather(device.read32(this.pointer + 8), control & 0x7ff);
    if ((control & CHAINED) === 0)
      this.#gather(device.read32(this.pointer + 12), (control >>> 11) & 0x7ff);
    device.write32(this.pointer, 0);
    if ((control & TDES1_LAST) === 0) return;
    if (this.#length > 0) device.host.transmit(this.#frame, this.#length);
    this.#length = 0;
    if ((control & TDES1_INTERRUPT) !== 0) this.#device.raise(TRANSMIT_INTERRUPT);
  }

  #gather(address: number, size: number): void {
    const count = Math.min(size, this.#frame.length - this.#length);
    if (count === 0) return;
    this.#device.memory.readInto(address, this.#frame, this.#length, count);
    this.#length += count;
  }

  #next(control: number): number {
    if ((control & END_OF_RING) !== 0) return this.#device.csr[CSR4_TRANSMIT_LIST >> 2];
    if ((control & CHAINED) !== 0) return this.#device.read32(this.pointer + 12);
    return (this.pointer + DESCRIPTOR_SIZE + this.#device.descriptorSkip) >>> 0;
  }
}
