import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** Bits that a virtual function's read of V2P clears. */
const READ_CLEARS = spec.V2P_PFSTS | spec.V2P_PFACK | spec.V2P_RSTD;
/** Virtual functions in one MBVFICR: request bits below, acknowledge bits from 16. */
const PER_WORD = 16;

/** What the mailboxes tell. */
export interface MailboxWiring {
  /** A virtual function has asked for or acknowledged something. */
  tellPhysical(at: number): void;
  tellVirtual(n: number, at: number): void;
}

/**
 * The mailboxes between the physical function and each virtual one: 16 words that both can read and
 * write, and a control register on either side (section 7). VFU and PFU say who has the words. They
 * follow every write of their owner: set only when the other side's is clear, cleared by a write without
 * the bit. Nothing keeps the other side from the words; the bits are an agreement.
 */
export class Mailboxes {
  readonly memory: Uint32Array;
  /** V2P as virtual function n sees it, without the pulses. */
  #state: Uint32Array;
  #pending: Uint32Array;
  #mask: Uint32Array;
  #wiring: MailboxWiring;

  constructor(count: number, wiring: MailboxWiring) {
    this.memory = new Uint32Array(count * spec.VMBMEM_WORDS);
    this.#state = new Uint32Array(count);
    this.#pending = new Uint32Array(Math.ceil(count / PER_WORD));
    this.#mask = new Uint32Array(this.#pending.length);
    this.#wiring = wiring;
    this.reset();
  }

  get count(): number {
    return this.#state.length;
  }

  /** A reset of the physical function: every virtual function reads RSTI until PFRSTD. The words stay. */
  reset(): void {
    this.#state.fill(spec.V2P_RSTI);
    this.#pending.fill(0);
    for (let word = 0; word < this.#mask.length; word++) this.#mask[word] = this.#known(word);
  }

  /** CTRL_EXT.PFRSTD. */
  resetDone(): void {
    for (let n = 0; n < this.count; n++)
      this.#state[n] = (this.#state[n] & ~spec.V2P_RSTI) | spec.V2P_RSTD;
  }

  /** A reset of virtual function `n` lets go of the words that it held (unverified). */
  release(n: number): void {
    this.#state[n] &= ~spec.VFU;
  }

  /** V2P, read by its virtual function. */
  readVirtual(n: number): number {
    const value = this.#state[n];
    this.#state[n] = value & ~READ_CLEARS;
    return value;
  }

  /** V2P, written by its virtual function. */
  writeVirtual(n: number, value: number, at: number): void {
    this.#own(n, value, spec.VFU, spec.PFU);
    const asked = (value & spec.V2P_REQ) !== 0 ? 1 : 0;
    const acknowledged = (value & spec.V2P_ACK) !== 0 ? 0x10000 : 0;
    const news = (asked | acknowledged) << (n % PER_WORD);
    if (news === 0) return;
    const word = Math.floor(n / PER_WORD);
    this.#pending[word] |= news;
    if (((this.#mask[word] >>> (n % PER_WORD)) & 1) !== 0) this.#wiring.tellPhysical(at);
  }

  /** P2V, read by the physical function: who has the words. */
  readPhysical(n: number): number {
    return this.#state[n] & (spec.VFU | spec.PFU);
  }

  /** P2V, written by the physical function. RVFU takes the words away from the virtual function. */
  writePhysical(n: number, value: number, at: number): void {
    if ((value & spec.P2V_RVFU) !== 0) {
      this.#state[n] &= ~spec.VFU;
      this.#pending[Math.floor(n / PER_WORD)] &= ~(0x10001 << (n % PER_WORD));
    }
    this.#own(n, value, spec.PFU, spec.VFU);
    const sent = (value & spec.P2V_STS) !== 0 ? spec.V2P_PFSTS : 0;
    const acknowledged = (value & spec.P2V_ACK) !== 0 ? spec.V2P_PFACK : 0;
    if ((sent | acknowledged) === 0) return;
    this.#state[n] |= sent | acknowledged;
    this.#wiring.tellVirtual(n, at);
  }

  /** MBVFICR: requests and acknowledgements of the virtual functions 16 `word` to 16 `word` + 15. */
  pending(word: number): number {
    return this.#pending[word];
  }

  clearPending(word: number, bits: number): void {
    this.#pending[word] &= ~bits;
  }

  /** MBVFIMR: whose requests and acknowledgements are told. */
  mask(word: number): number {
    return this.#mask[word];
  }

  setMask(word: number, bits: number): void {
    this.#mask[word] = bits & this.#known(word);
  }

  /** A bit for each virtual function of `word`. */
  #known(word: number): number {
    return 0xffff >>> (PER_WORD - Math.min(PER_WORD, this.count - PER_WORD * word));
  }

  #own(n: number, value: number, mine: number, others: number): void {
    const state = this.#state[n];
    const taken = (value & mine) !== 0 && (state & others) === 0;
    this.#state[n] = taken ? state | mine : state & ~mine;
  }
}

/** Where the physical function's side of the mailboxes stands. */
export interface MailboxOffsets {
  p2v: number;
  memory: number;
  icr: number;
  imr: number;
}

/** The physical function's side of the mailboxes. */
export class PhysicalMailboxes implements RegisterBlock {
  readonly ranges: readonly (readonly [number, number])[];
  #mailboxes: Mailboxes;
  #at: MailboxOffsets;

  constructor(mailboxes: Mailboxes, at: MailboxOffsets) {
    this.#mailboxes = mailboxes;
    this.#at = at;
    const words = Math.ceil(mailboxes.count / PER_WORD);
    this.ranges = [
      [at.memory, 4 * mailboxes.memory.length],
      [at.p2v, 4 * mailboxes.count],
      [at.icr, 4 * words],
      [at.imr, 4 * words],
    ];
  }

  read(offset: number): number {
    const [group, index] = this.#find(offset);
    const mailboxes = this.#mailboxes;
    if (group === 'memory') return mailboxes.memory[index];
    if (group === 'p2v') return mailboxes.readPhysical(index);
    return group === 'icr' ? mailboxes.pending(index) : mailboxes.mask(index);
  }

  write(offset: number, value: number, at: number): void {
    const [group, index] = this.#find(offset);
    const mailboxes = this.#mailboxes;
    if (group === 'memory') mailboxes.memory[index] = value;
    else if (group === 'p2v') mailboxes.writePhysical(index, value, at);
    else if (group === 'icr') mailboxes.clearPending(index, value);
    else mailboxes.setMask(index, value);
  }

  #find(offset: number): readonly [group: 'memory' | 'p2v' | 'icr' | 'imr', index: number] {
    const names = ['memory', 'p2v', 'icr', 'imr'] as const;
    const found = this.ranges.findIndex(([from, bytes]) => offset >= from && offset < from + bytes);
    return [names[found], (offset - this.#at[names[found]]) >> 2];
  }
}
