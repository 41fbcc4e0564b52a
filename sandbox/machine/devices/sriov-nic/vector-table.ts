import type { Engine } from '../../engine/engine.ts';
import { CauseSpace, FunctionInterrupts } from './interrupts.ts';
import { EICR_BITS, PF_VECTORS, VF_VECTORS, vfCauseBit } from './registers-spec.ts';
import { InterruptVector, type MessageSender } from './vector.ts';

/**
 * Which function has which of the device's interrupt vectors. The 82576 has 25 cause bits: virtual
 * function n has three from bit 22 - 3 n, the physical function those below the lowest of them, at most
 * ten (section 8). In the extension each function has a space of 32 bits of its own.
 */
export class VectorTable {
  #engine: Engine;
  #sender: MessageSender;
  #wide: boolean;
  #shared = new CauseSpace();
  #spaces: CauseSpace[] = [];
  #functions: FunctionInterrupts[] = [];
  /** By function: its own vectors, which stand in the space while the function is enabled. */
  #own: InterruptVector[][] = [];

  constructor(engine: Engine, sender: MessageSender, wide: boolean) {
    this.#engine = engine;
    this.#sender = sender;
    this.#wide = wide;
    if (!wide) this.enable(0);
  }

  /** The interrupt registers of a function: 0 is the physical one, n virtual function n - 1. */
  of(functionIndex: number): FunctionInterrupts {
    this.#functions[functionIndex] ??= this.#create(functionIndex);
    return this.#functions[functionIndex];
  }

  /** A function's vectors, by cause bit of its own. In the extension a vector is made when it is needed. */
  own(functionIndex: number): readonly InterruptVector[] {
    this.of(functionIndex);
    return this.#own[functionIndex];
  }

  /** Extension: makes the vectors of the causes up to `bit`. */
  need(functionIndex: number, bit: number): void {
    if (this.#wide) for (let b = 0; b <= bit; b++) this.#spaces[functionIndex].vector(b);
  }

  /** The first `count` virtual functions are enabled. */
  enable(count: number): void {
    if (this.#wide) return;
    const { vectors } = this.#shared;
    vectors.fill(undefined);
    this.of(0);
    const lowest = count === 0 ? PF_VECTORS : Math.min(PF_VECTORS, vfCauseBit(count - 1));
    for (let bit = 0; bit < lowest; bit++) vectors[bit] = this.#own[0][bit];
    for (let n = 0; n < count; n++) {
      this.of(n + 1);
      for (let v = 0; v < VF_VECTORS; v++) vectors[vfCauseBit(n) + v] = this.#own[n + 1][v];
    }
    for (const interrupts of this.#functions) interrupts?.reroute();
  }

  /** A reset of the device. */
  reset(): void {
    for (const interrupts of this.#functions) interrupts?.reset();
  }

  #create(functionIndex: number): FunctionInterrupts {
    const physical = functionIndex === 0;
    this.#own[functionIndex] = [];
    if (this.#wide) {
      const space: CauseSpace = new CauseSpace((bit) =>
        this.#make(functionIndex, bit, space.file, bit),
      );
      this.#spaces[functionIndex] = space;
      return new FunctionInterrupts(space, 0, 32, physical);
    }
    const first = physical ? 0 : vfCauseBit(functionIndex - 1);
    const count = physical ? PF_VECTORS : VF_VECTORS;
    const { file } = this.#shared;
    for (let v = 0; v < count; v++) this.#make(functionIndex, v, file, first + v);
    return new FunctionInterrupts(this.#shared, first, physical ? EICR_BITS : count, physical);
  }

  #make(functionIndex: number, vector: number, file: Uint32Array, bit: number): InterruptVector {
    const made = new InterruptVector(this.#engine, this.#sender, functionIndex, vector, file, bit);
    this.#own[functionIndex][vector] = made;
    return made;
  }
}
