import type { DeviceInterrupts, InterruptEntry } from '../../partition/assigned-devices.ts';
import { NT_INSUFFICIENT_RESOURCES, NT_INVALID_PARAMETER, NT_SUCCESS } from '../../vmbus/vpci.ts';
import type { InterruptMessage, InterruptRequest } from '../../vmbus/vpci-messages.ts';
import type { AssignedFunction } from './assigned-function.ts';

/** Vectors below this one are the processor's exceptions. */
const FIRST_VECTOR = 0x10;
const LAST_VECTOR = 0xff;

/** The interrupts that a guest has made for its function: no more than the function can have. */
export class AssignedInterrupts implements DeviceInterrupts {
  #function: AssignedFunction;
  #processors: number;
  #made: InterruptMessage[] = [];

  /** @param processors of the partition */
  constructor(assigned: AssignedFunction, processors: number) {
    this.#function = assigned;
    this.#processors = processors;
  }

  /** Interrupts that exist. */
  get count(): number {
    return this.#made.reduce((sum, { count }) => sum + count, 0);
  }

  /** @returns the interrupt, or the status that says why there is none */
  create({ vector, count, processors }: InterruptRequest): InterruptMessage | number {
    const own = processors.filter((processor) => processor < this.#processors);
    const aligned = count > 0 && (count & (count - 1)) === 0;
    if (!aligned || own.length === 0) return NT_INVALID_PARAMETER;
    if (vector < FIRST_VECTOR || vector + count - 1 > LAST_VECTOR) return NT_INVALID_PARAMETER;
    if (this.count + count > this.#function.vectors) return NT_INSUFFICIENT_RESOURCES;
    const entry = this.#function.createInterrupt(count, vector, own);
    if (entry === undefined) return NT_INSUFFICIENT_RESOURCES;
    const made = { address: entry.address, data: entry.data, count };
    this.#made.push(made);
    return made;
  }

  /** @returns a status */
  delete(entry: InterruptEntry): number {
    const index = this.#find(entry);
    if (index < 0) return NT_INVALID_PARAMETER;
    this.#made.splice(index, 1);
    this.#function.releaseInterrupt(entry);
    return NT_SUCCESS;
  }

  retarget(entry: InterruptEntry, vector: number, processors: readonly number[]): boolean {
    return this.#find(entry) >= 0 && this.#function.retarget(entry, vector, processors);
  }

  releaseAll(): void {
    for (const entry of this.#made.splice(0)) this.#function.releaseInterrupt(entry);
  }

  #find({ address, data }: InterruptEntry): number {
    return this.#made.findIndex((made) => made.address === address && made.data === data);
  }
}
