import { majority, Vote } from './majority.ts';
import * as spec from './spec.ts';

const ADDRESS_BITS = 6;
const WORDS = 1 << ADDRESS_BITS;
const OPCODE_READ = 2;

/**
 * Listens to the lines between CSR9 and a 93C46 and notes the words that it gives out (section 6).
 * A bit of data stands from one rising clock to the next; all reads in between are of that bit. The
 * listening ends with the word: what the ROM gives behind it is not relied on.
 */
export class MicrowireTap {
  #clock = false;
  #select = false;
  /** Bits since the start bit; -1 before it. */
  #bits = -1;
  #command = 0;
  #address = 0;
  #word: Vote[] = [];
  #seen = new Map<number, number[]>();

  write(csr9: number): void {
    const select = (csr9 & spec.SERIAL_ROM) !== 0 && (csr9 & spec.ROM_SELECT) !== 0;
    const clock = (csr9 & spec.ROM_CLOCK) !== 0;
    const rising = clock && !this.#clock;
    this.#clock = clock;
    if (select !== this.#select) this.#idle();
    this.#select = select;
    if (select && rising) this.#edge((csr9 & spec.ROM_IN) !== 0 ? 1 : 0);
  }

  /** @returns whether the ROM drives its output in this read */
  read(csr9: number): boolean {
    if (!this.#reading) return false;
    this.#word.at(-1)?.add((csr9 & spec.ROM_OUT) !== 0);
    return true;
  }

  /** The words that were read to their end, each as most of its readings have it. */
  words(): Map<number, number> {
    this.#idle();
    return new Map([...this.#seen].map(([address, values]) => [address, majority(values)]));
  }

  get #reading(): boolean {
    return this.#bits >= 2 + ADDRESS_BITS && this.#command >>> ADDRESS_BITS === OPCODE_READ;
  }

  #edge(bit: number): void {
    if (this.#bits < 0) {
      if (bit === 1) this.#bits = this.#command = 0;
      return;
    }
    if (this.#bits < 2 + ADDRESS_BITS) {
      this.#command = (this.#command << 1) | bit;
      if (++this.#bits === 2 + ADDRESS_BITS) this.#address = this.#command % WORDS;
      return;
    }
    if (!this.#reading) return;
    if (this.#word.length === 16) this.#finish();
    else this.#word.push(new Vote());
  }

  #finish(): void {
    const value = this.#word.reduce((all, vote) => (all << 1) | vote.bit, 0);
    this.#seen.set(this.#address, [...(this.#seen.get(this.#address) ?? []), value]);
    this.#word = [];
    this.#command = 0;
  }

  #idle(): void {
    if (this.#reading && this.#word.length === 16) this.#finish();
    this.#bits = -1;
    this.#word = [];
  }
}
