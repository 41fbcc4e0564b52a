import { COMMAND_MEMORY, PCI_BAR, PCI_COMMAND } from '../../bus/pci/configuration-space.ts';
import type { MemoryService } from '../../partition/assigned-devices.ts';
import { BARS, CONFIG_SELECT, CONFIG_SPACE, CONFIG_WINDOW_BYTES } from '../../vmbus/vpci.ts';
import type { AssignedFunction } from './assigned-function.ts';

const BAR_END = PCI_BAR + 4 * BARS;
const TYPE_64_BIT = 4;

/**
 * The two pages through which a guest reaches configuration space: in the first it selects a function by
 * its slot, the second is that function's space. The guest sees base address registers of its own here:
 * those of a virtual function are zero in hardware, since its physical function has one window for all.
 */
export class ConfigurationWindow implements MemoryService {
  /** Accesses to the space of a slot that nothing is in; they read ones. */
  missing = 0;
  #function: AssignedFunction;
  #slot: number;
  #selected = 0;
  #bars = new Uint32Array(BARS);
  #probed: Uint32Array;
  #memoryEnabled = false;

  constructor(assigned: AssignedFunction, slot: number) {
    this.#function = assigned;
    this.#slot = slot;
    this.#probed = Uint32Array.from({ length: BARS }, (_, i) => assigned.probedBars()[i] ?? 0);
  }

  read(offset: number, size: number): number {
    if (offset < CONFIG_SPACE) return offset === CONFIG_SELECT && size === 4 ? this.#selected : 0;
    const at = offset - CONFIG_SPACE;
    if (!this.#present(at, size)) return size >= 4 ? 0xffffffff : (1 << (8 * size)) - 1;
    if (at < PCI_BAR || at >= BAR_END) return this.#function.configurationRead(at, size) >>> 0;
    const bar = this.#bars[(at - PCI_BAR) >> 2] >>> (8 * (at & 3));
    return size === 4 ? bar : bar & ((1 << (8 * size)) - 1);
  }

  write(offset: number, size: number, value: number): void {
    if (offset === CONFIG_SELECT && size === 4) this.#selected = value >>> 0;
    const at = offset - CONFIG_SPACE;
    if (at < 0 || !this.#present(at, size)) return;
    if (at >= PCI_BAR && at < BAR_END) {
      if (size === 4) this.#writeBar((at - PCI_BAR) >> 2, value >>> 0);
      return;
    }
    this.#function.configurationWrite(at, size, value);
    if (at === PCI_COMMAND) this.#decode((value & COMMAND_MEMORY) !== 0);
  }

  /** The guest's memory behind the function goes away. */
  close(): void {
    this.#decode(false);
  }

  #present(at: number, size: number): boolean {
    const inside = at + size <= CONFIG_WINDOW_BYTES - CONFIG_SPACE && at % size === 0;
    const present = inside && this.#selected === this.#slot;
    if (!present) this.missing++;
    return present;
  }

  /** Bits of the address that the function decodes itself read as it probed them. */
  #writeBar(bar: number, value: number): void {
    const probed = this.#probed[bar];
    const upper = bar > 0 && (this.#probed[bar - 1] & 7) === TYPE_64_BIT;
    const fixed = upper ? 0 : probed & 0xf;
    const mask = probed === 0 && !upper ? 0 : upper ? 0xffffffff : probed & ~0xf;
    this.#bars[bar] = (value & mask) | fixed;
    if (!this.#memoryEnabled) return;
    this.#decode(false);
    this.#decode(true);
  }

  #decode(enable: boolean): void {
    if (enable === this.#memoryEnabled) return;
    this.#memoryEnabled = enable;
    for (let bar = 0; bar < BARS; bar++) {
      if ((this.#probed[bar] & ~0xf) === 0) continue;
      const wide = (this.#probed[bar] & 7) === TYPE_64_BIT;
      const high = wide ? (this.#bars[bar + 1] ?? 0) : 0;
      const address = high * 4294967296 + ((this.#bars[bar] & ~0xf) >>> 0);
      this.#function.assignMemory(bar, enable ? address : undefined);
      if (wide) bar++;
    }
  }
}
