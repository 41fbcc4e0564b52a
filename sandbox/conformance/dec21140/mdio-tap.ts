import { Vote } from './majority.ts';
import * as spec from './spec.ts';

/** One management frame. `begin`, `end`: the records of its last address bit and of its last data bit. */
export interface MdioFrame {
  read: boolean;
  phy: number;
  register: number;
  value: number;
  begin: number;
  end: number;
}

/** Rising clocks from the first bit of the start pattern: addresses end, the first and last data bit. */
const COMMAND = 14;
const FIRST_DATA = 16;
const LAST_DATA = 31;
const END = 32;
const OP_READ = 2;
const OP_WRITE = 1;

/**
 * Listens to MDC and MDIO behind CSR9 and notes the management frames (section 7). In a read the
 * transceiver's D15 stands from the 16th rising clock to the 17th, D0 from the 31st to the 32nd.
 */
export class MdioTap {
  readonly frames: MdioFrame[] = [];
  #clock = false;
  #edges = 0;
  #bits = 0;
  #begin = 0;
  #data: Vote[] = [];

  write(csr9: number, index: number): void {
    const clock = (csr9 & spec.MDC) !== 0;
    const rising = clock && !this.#clock;
    this.#clock = clock;
    if (!rising) return;
    const driven = (csr9 & spec.MII) === 0;
    this.#edge(driven && (csr9 & spec.MDO) === 0 ? 0 : 1, index);
  }

  /** @returns whether a transceiver drives the line in this read */
  read(csr9: number): boolean {
    if (this.#operation !== OP_READ || this.#edges < FIRST_DATA) return false;
    this.#data.at(-1)?.add((csr9 & spec.MDI) !== 0);
    return true;
  }

  get #operation(): number {
    return this.#edges < COMMAND ? 0 : this.#bits >>> 10;
  }

  #edge(bit: number, index: number): void {
    if (this.#edges < 2) {
      this.#edges = bit === 0 ? 1 : this.#edges === 1 ? 2 : 0;
      this.#bits = 0;
      return;
    }
    this.#edges++;
    if (this.#edges <= COMMAND) this.#bits = (this.#bits << 1) | bit;
    if (this.#edges < COMMAND) return;
    if (this.#edges === COMMAND) this.#begin = index;
    if (this.#operation === OP_READ) this.#read(index);
    else if (this.#operation === OP_WRITE) this.#write(bit, index);
    else this.#edges = 0;
  }

  #read(index: number): void {
    if (this.#edges === END) {
      this.#finish(
        true,
        this.#data.reduce((all, vote) => (all << 1) | vote.bit, 0),
        index,
      );
      return;
    }
    if (this.#edges >= FIRST_DATA && this.#edges <= LAST_DATA) this.#data.push(new Vote());
  }

  #write(bit: number, index: number): void {
    if (this.#edges <= FIRST_DATA) return;
    const vote = new Vote();
    vote.add(bit === 1);
    this.#data.push(vote);
    if (this.#edges === END)
      this.#finish(
        false,
        this.#data.reduce((all, one) => (all << 1) | one.bit, 0),
        index,
      );
  }

  #finish(read: boolean, value: number, end: number): void {
    const [phy, register] = [(this.#bits >>> 5) & 31, this.#bits & 31];
    this.frames.push({ read, phy, register, value, begin: this.#begin, end });
    this.#edges = 0;
    this.#data = [];
  }
}
