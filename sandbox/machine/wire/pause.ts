import type { HostMemory } from '../memory/host-memory.ts';
import type { FrameReceiver, Link } from './link.ts';

/** Type and opcode of a pause frame (IEEE 802.3, annex 31B), and the bit times of one quantum. */
const TYPE_MAC_CONTROL = 0x8808;
const OPCODE_PAUSE = 1;
const QUANTUM_BITS = 512;
const TYPE_OFFSET = 12;
const PICOSECONDS = 1e12;

/**
 * The link partner's MAC, which has agreed to flow control: a pause frame stops what it sends to the machine,
 * for everybody behind that port, and goes no further. It cannot know which function of the NIC sent it.
 * Frames are known by their type: that a partner also asks for the reserved address is not modelled.
 */
export class PauseReceiver implements FrameReceiver {
  /** Pause frames honoured. */
  paused = 0;
  #host: HostMemory;
  #towards: Link;
  #behind: FrameReceiver;
  #now: () => number;

  /**
   * @param towards the direction that a pause stops
   * @param behind who gets all other frames
   */
  constructor(host: HostMemory, towards: Link, behind: FrameReceiver, now: () => number) {
    this.#host = host;
    this.#towards = towards;
    this.#behind = behind;
    this.#now = now;
  }

  receive(address: number, length: number): void {
    const { bytes } = this.#host;
    const at = address + TYPE_OFFSET;
    if (((bytes[at] << 8) | bytes[at + 1]) !== TYPE_MAC_CONTROL) {
      this.#behind.receive(address, length);
      return;
    }
    if (((bytes[at + 2] << 8) | bytes[at + 3]) !== OPCODE_PAUSE) return;
    this.paused++;
    const quanta = (bytes[at + 4] << 8) | bytes[at + 5];
    const time = (quanta * QUANTUM_BITS * PICOSECONDS) / this.#towards.bitsPerSecond;
    this.#towards.pause(Math.round(this.#now() + time));
  }
}
