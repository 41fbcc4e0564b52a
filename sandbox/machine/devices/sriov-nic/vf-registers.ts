import type { NicRegisters } from './nic-registers.ts';
import type { RegisterWindow } from './register-block.ts';
import * as spec from './registers-spec.ts';
import { VF_QUEUE_STEP, VF_RX_BASE, VF_TX_BASE } from './spec.ts';
import { VF_COUNTERS } from './virtual-functions.ts';

/** Where a virtual function's counters begin in its window. */
const COUNTERS = 0x0f00;
/** Queue pairs in the window: n and n + 8 of the device. */
const QUEUES = 2;
const POOLS = 8;
const PF_RX = 0xc000;
const PF_TX = 0xe000;
const QUEUE_BYTES = 0x40;

/**
 * A virtual function's window (section 4): its own mailbox, causes, counters and queues, and nothing of
 * anybody else. What is not listed reads 0; a function that is not enabled reads ones and takes nothing.
 */
export class VirtualFunctionWindow implements RegisterWindow {
  #registers: NicRegisters;
  #n: number;

  constructor(registers: NicRegisters, n: number) {
    this.#registers = registers;
    this.#n = n;
  }

  read(offset: number): number {
    const { control, mailboxes, counters, vectors, queues } = this.#registers;
    if (this.#n >= this.#registers.virtualFunctions) return 0xffffffff;
    if ((offset & 3) !== 0) return 0;
    if (offset === spec.STATUS) return control.status;
    if (offset === spec.V2P) return mailboxes.readVirtual(this.#n);
    const word = mailboxWord(offset);
    if (word >= 0) return mailboxes.memory[this.#n * spec.VMBMEM_WORDS + word];
    if (isInterrupt(offset)) return vectors.of(this.#n + 1).read(offset);
    if (VF_COUNTERS.includes((offset - COUNTERS) as (typeof VF_COUNTERS)[number]))
      return counters[this.#n].read(offset - COUNTERS);
    return queues?.read(this.#queueOffset(offset)) ?? 0;
  }

  write(offset: number, value: number, at: number): void {
    const { mailboxes, vectors, queues } = this.#registers;
    if ((offset & 3) !== 0 || this.#n >= this.#registers.virtualFunctions) return;
    const word = mailboxWord(offset);
    if (word >= 0) mailboxes.memory[this.#n * spec.VMBMEM_WORDS + word] = value;
    else if (offset === spec.V2P) mailboxes.writeVirtual(this.#n, value, at);
    else if (isInterrupt(offset)) vectors.of(this.#n + 1).write(offset, value, at);
    else if (offset === spec.VTCTRL || offset === spec.CTRL_ALIAS) {
      if ((value & spec.VTCTRL_RST) !== 0) this.#registers.resetVirtual(this.#n, at);
    } else queues?.write(this.#queueOffset(offset), value, at);
  }

  /** The offset in the physical function's window of a register of one of the own queues; -1 for none. */
  #queueOffset(offset: number): number {
    for (const [own, physical] of [
      [VF_RX_BASE, PF_RX],
      [VF_TX_BASE, PF_TX],
    ]) {
      const queue = Math.floor((offset - own) / VF_QUEUE_STEP);
      const register = (offset - own) % VF_QUEUE_STEP;
      if (queue >= 0 && queue < QUEUES && register < QUEUE_BYTES)
        return physical + QUEUE_BYTES * (this.#n + POOLS * queue) + register;
    }
    return -1;
  }
}

/** Index of the mailbox word at `offset`; -1 when there is none. */
function mailboxWord(offset: number): number {
  const word = (offset - spec.VMBMEM) >> 2;
  return word >= 0 && word < spec.VMBMEM_WORDS ? word : -1;
}

/** EICS to EIAM, EICR, EITR, VTIVAR and VTIVAR_MISC. */
function isInterrupt(offset: number): boolean {
  return (
    (offset >= spec.EICS && offset <= spec.EIAM) ||
    offset === spec.EICR ||
    (offset >= spec.EITR && offset < spec.EITR + 128) ||
    (offset >= spec.IVAR && offset < spec.IVAR + 4 * spec.IVAR_REGISTERS) ||
    offset === spec.IVAR_MISC
  );
}
