/**
 * Registers of a virtual processor by the names that hypercalls use for them. The general ones are
 * 0x00020000 and their number in x86 order: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15.
 */
export const REGISTER_EXPLICIT_SUSPEND = 0x00000000;
export const REGISTER_INTERCEPT_SUSPEND = 0x00000001;
export const REGISTER_RAX = 0x00020000;
export const REGISTER_RCX = 0x00020001;
export const REGISTER_RDX = 0x00020002;
export const REGISTER_RSI = 0x00020006;
export const REGISTER_RDI = 0x00020007;
export const REGISTER_RIP = 0x00020010;
export const REGISTER_RFLAGS = 0x00020011;

/** Where a segment lies among the words of a processor's registers: base in two words, limit, attributes. */
export const CS_WORDS = 36;
export const DS_WORDS = 40;
export const ES_WORDS = 44;
const WORDS = 48;

/** RFLAGS: the bit that is always set, and the interrupt flag. */
const RFLAGS_ONE = 0x002;
export const RFLAGS_INTERRUPT = 0x200;

/** Execution state of an intercept message: bits 1:0 CPL, 2 CR0.PE, 4 EFER.LMA. */
export const LONG_MODE_KERNEL = 0x0014;
export const PROTECTED_MODE_KERNEL = 0x0004;

/**
 * The registers of a virtual processor that an intercept message carries. 64-bit ones are two u32
 * words, low word first: register `n` of the x86 order at words 2n, then RIP and RFLAGS.
 *
 * Guest code of this machine is generators, not machine code. So RIP is no place in a program: it
 * starts at the base of a kernel's text and moves on by the length of each `IN` or `OUT` that was
 * completed. It still tells whether an instruction was completed, which is what it is for here. A guest
 * from outside, which has code, puts its own registers in before an access.
 */
export class VpRegisters {
  readonly words = new Uint32Array(WORDS);
  /** See LONG_MODE_KERNEL. */
  executionState = LONG_MODE_KERNEL;
  /** Task priority, 0 to 15. */
  cr8 = 0;

  constructor() {
    this.set(REGISTER_RIP, 0, 0xfffff801);
    this.set(REGISTER_RFLAGS, RFLAGS_ONE | RFLAGS_INTERRUPT);
    this.setSegment(CS_WORDS, 0x10, 0xa09b);
    this.setSegment(DS_WORDS, 0x18, 0xc093);
    this.setSegment(ES_WORDS, 0x18, 0xc093);
  }

  /** Whether `name` is a register of this file. */
  static has(name: number): boolean {
    return name >= REGISTER_RAX && name <= REGISTER_RFLAGS;
  }

  /** Bits 31:0 of a register, unsigned. */
  low(name: number): number {
    return this.words[(name - REGISTER_RAX) * 2];
  }

  /** Bits 63:32 of a register, unsigned. */
  high(name: number): number {
    return this.words[(name - REGISTER_RAX) * 2 + 1];
  }

  set(name: number, low: number, high = 0): void {
    const at = (name - REGISTER_RAX) * 2;
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  /** A flat segment with this selector and these attributes. */
  setSegment(at: number, selector: number, attributes: number): void {
    this.words[at] = 0;
    this.words[at + 1] = 0;
    this.words[at + 2] = 0xffffffff;
    this.words[at + 3] = (selector | (attributes << 16)) >>> 0;
  }

  /** What `OUT` of `size` bytes writes, and what `IN` of that size read: the low bytes of RAX. */
  accumulator(size: number): number {
    const eax = this.words[0];
    return size === 4 ? eax : eax & ((1 << (8 * size)) - 1);
  }

  /** Merges the low `size` bytes of `value` into EAX; a full EAX clears the upper half of RAX. */
  setAccumulator(size: number, value: number): void {
    const mask = size === 4 ? 0xffffffff : (1 << (8 * size)) - 1;
    this.words[0] = (this.words[0] & ~mask) | (value & mask);
    if (size === 4) this.words[1] = 0;
  }
}
