import type { SendBuffer } from './send-buffer.ts';

/** The end of a chain of frames. */
export const NO_FRAME = -1;
/** Transaction of a packet that asks for no completion: -3 as 64 bits, and the upper half of that. */
export const NO_RESPONSE = -3;
export const NO_RESPONSE_HIGH = -1;

const FREE = 0;
const DATA = 1;
const CONTROL = 2;

/**
 * The transactions of a channel: which packets the host has not completed, and the frames and the section
 * of each. Numbers are given in turn, from 1 on, and again only once they have been completed.
 */
export class Requestor {
  #next: Int32Array;
  #state: Uint8Array;
  #first: Int32Array;
  #section: Int32Array;
  /** Free numbers, oldest first, in a ring. */
  #numbers: Int32Array;
  #head = 0;
  #count: number;

  /**
   * @param frames transmit slots of the channel; there are twice as many numbers, for control too
   * @param first the first number
   */
  constructor(frames: number, first = 1) {
    const size = 2 * frames + first - 1;
    this.#next = new Int32Array(frames).fill(NO_FRAME);
    this.#state = new Uint8Array(size + 1);
    this.#first = new Int32Array(size + 1).fill(NO_FRAME);
    this.#section = new Int32Array(size + 1).fill(-1);
    this.#numbers = Int32Array.from({ length: size - first + 1 }, (_, i) => first + i);
    this.#count = this.#numbers.length;
  }

  /** Packets that the host has not completed. */
  get outstanding(): number {
    return this.#numbers.length - this.#count;
  }

  /** Puts `slot` in front of a chain of frames; the new first one. */
  chain(first: number, slot: number): number {
    this.#next[slot] = first;
    return slot;
  }

  /** A number for a packet with these frames, out of this section (-1 for none). */
  begin(first: number, section: number): number {
    const number = this.#take(DATA);
    this.#first[number] = first;
    this.#section[number] = section;
    return number;
  }

  beginControl(): number {
    return this.#take(CONTROL);
  }

  /** Whether `number` is of a control message that has not been completed; it is then completed. */
  endControl(number: number): boolean {
    if (this.#state[number] !== CONTROL) return false;
    this.#give(number);
    return true;
  }

  /**
   * The host has completed a packet: its section and its frames' slots are free.
   * @returns slots that became free; 0 for a number that no packet has
   */
  end(number: number, buffer: SendBuffer, slots: number[]): number {
    if (!(number > 0 && number < this.#state.length) || this.#state[number] !== DATA) return 0;
    if (this.#section[number] >= 0) buffer.give(this.#section[number]);
    let freed = 0;
    for (let slot = this.#first[number]; slot !== NO_FRAME; slot = this.#next[slot]) {
      slots.push(slot);
      freed++;
    }
    this.#give(number);
    return freed;
  }

  #take(state: number): number {
    const number = this.#numbers[this.#head];
    this.#head = this.#head + 1 === this.#numbers.length ? 0 : this.#head + 1;
    this.#count--;
    this.#state[number] = state;
    return number;
  }

  #give(number: number): void {
    this.#state[number] = FREE;
    const tail = (this.#head + this.#count) % this.#numbers.length;
    this.#numbers[tail] = number;
    this.#count++;
  }
}
