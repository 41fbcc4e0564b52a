import {
  ABNORMAL_SOURCES,
  ABNORMAL_SUMMARY,
  NORMAL_SOURCES,
  NORMAL_SUMMARY,
  RECEIVE_STATE_SHIFT,
  STATUS_CLEARABLE,
  TRANSMIT_STATE_SHIFT,
} from './spec.ts';

const STATUS = 5;
const ENABLE = 7;

/**
 * CSR5 with CSR7: sources, their summaries, the process states and the interrupt pin. Summaries are
 * functions of unmasked sources (section 4), evaluated at every change; the pin is a level.
 */
export class Status {
  #csr: Uint32Array;
  #pinChanged: (level: boolean) => void;
  #pin = false;
  /** Sources that software sees but that neither summary nor pin count: decision 0009. */
  #notices = 0;

  constructor(csr: Uint32Array, pinChanged: (level: boolean) => void) {
    this.#csr = csr;
    this.#pinChanged = pinChanged;
  }

  /** The level of the interrupt pin. */
  get pin(): boolean {
    return this.#pin;
  }

  get transmitState(): number {
    return (this.#csr[STATUS] >>> TRANSMIT_STATE_SHIFT) & 7;
  }

  set transmitState(state: number) {
    this.#setState(TRANSMIT_STATE_SHIFT, state);
  }

  get receiveState(): number {
    return (this.#csr[STATUS] >>> RECEIVE_STATE_SHIFT) & 7;
  }

  set receiveState(state: number) {
    this.#setState(RECEIVE_STATE_SHIFT, state);
  }

  /** Something happened: `sources` stand until software clears them. */
  raise(sources: number): void {
    this.#csr[STATUS] |= sources;
    this.#notices &= ~sources;
    this.evaluate();
  }

  /** A process has stopped because software told it to: to be seen in CSR5, no reason to interrupt. */
  notice(source: number): void {
    if ((this.#csr[STATUS] & source) !== 0) return;
    this.#csr[STATUS] |= source;
    this.#notices |= source;
  }

  /** The process starts: takes back the notice of its stop. */
  forget(source: number): void {
    this.#csr[STATUS] &= ~(source & this.#notices);
    this.#notices &= ~source;
  }

  /** Software writes ones to what it clears. */
  acknowledge(sources: number): void {
    this.#csr[STATUS] &= ~(sources & STATUS_CLEARABLE);
    this.#notices &= ~sources;
    this.evaluate();
  }

  /** After a reset of the registers. */
  reset(): void {
    this.#notices = 0;
    this.evaluate();
  }

  evaluate(): void {
    const csr = this.#csr;
    const counted = csr[STATUS] & csr[ENABLE] & ~this.#notices;
    let status = csr[STATUS] & ~(NORMAL_SUMMARY | ABNORMAL_SUMMARY);
    if ((counted & NORMAL_SOURCES) !== 0) status |= NORMAL_SUMMARY;
    if ((counted & ABNORMAL_SOURCES) !== 0) status |= ABNORMAL_SUMMARY;
    csr[STATUS] = status;
    const level = (status & csr[ENABLE] & (NORMAL_SUMMARY | ABNORMAL_SUMMARY)) !== 0;
    if (level === this.#pin) return;
    this.#pin = level;
    this.#pinChanged(level);
  }

  #setState(shift: number, state: number): void {
    this.#csr[STATUS] = (this.#csr[STATUS] & ~(7 << shift)) | (state << shift);
  }
}
