import * as message from '../devices/sriov-nic/mailbox-messages.ts';
import type { RegisterWindow } from '../devices/sriov-nic/register-block.ts';
import * as spec from '../devices/sriov-nic/registers-spec.ts';
import { type Engine, type Handler, MICROSECOND, type Timer } from '../engine/engine.ts';

/** Between two looks at the mailbox, and how often the driver looks before it gives up (section 7). */
const POLL = 500 * MICROSECOND;
const POLLS = 2000;
const WORDS = spec.VMBMEM_WORDS;
/** Bits that a read of V2P clears: the driver keeps them. */
const KEPT = spec.V2P_PFSTS | spec.V2P_PFACK | spec.V2P_RSTD;

/** Words of the answer; undefined when none came within a second. */
type Answer = readonly number[] | undefined;

interface Request {
  words: readonly number[];
  /** Words of the answer that are looked at. */
  expected: number;
  done: (answer: Answer) => void;
}

/**
 * A virtual function's side of the mailbox, in the manner of a Linux VF driver: a request at a time, whose answer
 * is polled for every 500 microseconds, at most 2000 times. It goes through its function's registers only.
 */
export class VfMailbox implements Handler {
  /** The physical function was reset or wants a reset of this function. */
  mustReset = false;
  /** Requests that nobody answered. */
  timeouts = 0;
  #engine: Engine;
  #registers: RegisterWindow;
  #timer: Timer;
  #queue: Request[] = [];
  /** What V2P showed and a read has cleared since. */
  #seen = 0;
  #polls = 0;
  #waiting = false;

  constructor(engine: Engine, registers: RegisterWindow) {
    this.#engine = engine;
    this.#registers = registers;
    this.#timer = engine.timer(this);
  }

  /**
   * Resets the function and asks the physical one to take note. `done` hears the address that the administrator
   * has set, `none` when it may choose one itself, undefined when nobody answers.
   */
  reset(done: (address: message.StationAddress | 'none' | undefined) => void): void {
    this.#write(spec.VTCTRL, spec.VTCTRL_RST);
    this.#look();
    this.#seen = 0;
    this.mustReset = false;
    this.request([message.RESET], 3, (answer) => {
      if (answer === undefined) done(undefined);
      else if (!isAccepted(answer)) done('none');
      else done({ low: answer[1], high: answer[2] & 0xffff });
    });
  }

  setAddress({ low, high }: message.StationAddress, done: (accepted: boolean) => void): void {
    this.#ask([message.SET_MAC, low, high], done);
  }

  /** Adds one more address, or with undefined takes all further ones away. */
  setFurther(address: message.StationAddress | undefined, done: (accepted: boolean) => void): void {
    const info = address === undefined ? message.MAC_CLEAR : message.MAC_ADD;
    const { low, high } = address ?? { low: 0, high: 0 };
    this.#ask([message.SET_MAC | (info << message.INFO_SHIFT), low, high], done);
  }

  /** Groups by the hashes of their addresses, 12 bits each; the first 30 of them. */
  setGroups(hashes: readonly number[], done: (accepted: boolean) => void): void {
    const words = new Array<number>(WORDS).fill(0);
    const count = Math.min(hashes.length, message.MOST_GROUPS);
    words[0] = message.SET_MULTICAST | (count << message.INFO_SHIFT);
    for (let i = 0; i < count; i++) words[1 + (i >> 1)] |= hashes[i] << (16 * (i & 1));
    this.#ask(words, done);
  }

  setVlan(vlan: number, on: boolean, done: (accepted: boolean) => void): void {
    this.#ask([message.SET_VLAN | ((on ? 1 : 0) << message.INFO_SHIFT), vlan], done);
  }

  /** Longest frame with FCS, in bytes. */
  setLongest(bytes: number, done: (accepted: boolean) => void): void {
    this.#ask([message.SET_LONGEST, bytes], done);
  }

  setPromiscuous(flags: number, done: (accepted: boolean) => void): void {
    this.#ask([message.SET_PROMISCUOUS | (flags << message.INFO_SHIFT)], done);
  }

  /** Sends `words`; requests wait for each other. */
  request(words: readonly number[], expected: number, done: (answer: Answer) => void): void {
    this.#queue.push({ words, expected, done });
    if (this.#queue.length === 1) this.#begin();
  }

  /**
   * Looks whether the physical function has said something unasked: takes note of it and acknowledges.
   * @returns whether the link may be used
   */
  checkLink(): boolean {
    this.#look();
    if ((this.#seen & (spec.V2P_RSTD | spec.V2P_RSTI)) !== 0) this.mustReset = true;
    if (this.#queue.length === 0 && (this.#seen & spec.V2P_PFSTS) !== 0 && this.#take()) {
      const [head] = this.#receive(1);
      if ((head & message.CLEAR_TO_SEND) === 0) this.mustReset = true;
    }
    return !this.mustReset && (this.#registers.read(spec.STATUS) & spec.STATUS_LU) !== 0;
  }

  handle(): void {
    const [current] = this.#queue;
    if (current === undefined) return;
    this.#look();
    if (!this.#waiting) this.#send(current);
    else if ((this.#seen & spec.V2P_PFACK) !== 0 && (this.#seen & spec.V2P_PFSTS) !== 0) {
      const answer = this.#take() ? this.#receive(current.expected) : [message.CONTROL];
      // Something unasked that came in between is no answer.
      if ((answer[0] & message.ID) === (current.words[0] & message.ID)) {
        this.#finish(answer);
        return;
      }
    }
    this.#polls++;
    if (this.#polls < POLLS) this.#timer.schedule(this.#engine.now + POLL);
    else {
      this.timeouts++;
      this.#finish(undefined);
    }
  }

  #ask(words: readonly number[], done: (accepted: boolean) => void): void {
    this.request(words, 1, (answer) => done(answer !== undefined && isAccepted(answer)));
  }

  #begin(): void {
    this.#polls = 0;
    this.#waiting = false;
    this.#timer.schedule(this.#engine.now);
  }

  /** The words belong to the message once VFU is set; the request lets go of them. */
  #send({ words }: Request): void {
    if (!this.#take()) return;
    this.#seen &= ~(spec.V2P_PFSTS | spec.V2P_PFACK);
    for (const [word, value] of words.entries()) this.#write(spec.VMBMEM + 4 * word, value);
    this.#write(spec.V2P, spec.V2P_REQ);
    this.#waiting = true;
  }

  #receive(count: number): readonly number[] {
    const words = Array.from({ length: count }, (_, word) =>
      this.#registers.read(spec.VMBMEM + 4 * word),
    );
    this.#write(spec.V2P, spec.V2P_ACK);
    this.#seen &= ~(spec.V2P_PFSTS | spec.V2P_PFACK);
    return words;
  }

  #finish(answer: Answer): void {
    const finished = this.#queue.shift();
    if (this.#queue.length > 0) this.#begin();
    finished?.done(answer);
  }

  #take(): boolean {
    this.#write(spec.V2P, spec.VFU);
    return (this.#look() & spec.VFU) !== 0;
  }

  #look(): number {
    const value = this.#registers.read(spec.V2P);
    this.#seen = (this.#seen & KEPT) | value;
    return value;
  }

  #write(offset: number, value: number): void {
    this.#registers.write(offset, value >>> 0, this.#engine.now);
  }
}

/** Whether the physical function has done what it was asked for. */
function isAccepted(answer: readonly number[]): boolean {
  return (answer[0] & message.ACCEPTED) !== 0;
}
