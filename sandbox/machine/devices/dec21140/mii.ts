import type { Phy } from './phy.ts';

const START = 0b01;
const READ = 0b10;
const WRITE = 0b01;
/** Rising edges of MDC, counted from the first bit of the start pattern. */
const COMMAND_EDGES = 14;
const TURNAROUND_EDGE = 15;
const FIRST_DATA_EDGE = 16;
const LAST_EDGE = 32;

/**
 * MII management (IEEE 802.3 clause 22.2.4.5) as CSR9's four bits drive it: the transceivers sample
 * the host's bit on a rising clock. In a read they drive 0 after the 15th edge of the frame, D15 after
 * the 16th, D0 after the 31st. Addresses where nobody is read ones. A preamble is not insisted on.
 *
 * Outside those edges the input reads 0, in agreement with the reset value of CSR9: unverified.
 */
export class MiiManagement {
  #phys: ReadonlyMap<number, Phy>;
  #clock = false;
  #edges = 0;
  #bits = 0;
  #data = 0;
  #in = 0;

  constructor(phys: ReadonlyMap<number, Phy>) {
    this.#phys = phys;
  }

  /** Level of the data line as the host reads it: 0 or 1. */
  get dataIn(): number {
    return this.#in;
  }

  /** Sets the lines. `driven`: the host drives `dataOut`; else the line is pulled up. */
  drive(clock: boolean, dataOut: number, driven: boolean): void {
    const rising = clock && !this.#clock;
    this.#clock = clock;
    if (rising) this.#edge(driven ? dataOut & 1 : 1);
  }

  #edge(bit: number): void {
    if (this.#edges < 2) return this.#start(bit);
    this.#edges++;
    if (this.#edges <= COMMAND_EDGES) this.#bits = (this.#bits << 1) | bit;
    const operation = this.#bits >>> 10;
    if (this.#edges === COMMAND_EDGES && operation !== READ && operation !== WRITE) this.#edges = 0;
    if (this.#edges < TURNAROUND_EDGE) return;
    if (operation === READ) this.#read();
    else this.#write(bit);
    if (this.#edges === LAST_EDGE) this.#edges = 0;
  }

  /** Waits for 0 and then 1 behind it. */
  #start(bit: number): void {
    if (bit === START >>> 1) this.#edges = 1;
    else if (this.#edges === 1) {
      this.#edges = 2;
      this.#bits = 0;
    }
  }

  #read(): void {
    const phy = this.#phys.get((this.#bits >>> 5) & 31);
    if (this.#edges === TURNAROUND_EDGE) {
      this.#data = phy === undefined ? 0xffff : phy.read(this.#bits & 31);
      this.#in = phy === undefined ? 1 : 0;
    } else if (this.#edges === LAST_EDGE) this.#in = 0;
    else this.#in = (this.#data >>> (15 - (this.#edges - FIRST_DATA_EDGE))) & 1;
  }

  #write(bit: number): void {
    this.#data = ((this.#data << 1) | bit) & 0xffff;
    if (this.#edges !== LAST_EDGE) return;
    this.#phys.get((this.#bits >>> 5) & 31)?.write(this.#bits & 31, this.#data);
  }
}
