import { PCI_BAR } from './configuration-space.ts';
import type { Claim, PciFunction } from './pci-function.ts';
import type { PhysicalFunction } from './physical-function.ts';

/** What can stand at the lower end of a link. */
export interface Device {
  /** The function that answers a configuration request which the port sends as one of type 0. */
  direct(number: number, rid: number): PciFunction | undefined;
  /** The function that answers one for another bus: a virtual function beyond the first bus. */
  beyond(rid: number): PciFunction | undefined;
  /** The bus number that configuration writes of type 0 carry (PCI Express 3.0, section 2.2.6.2). */
  capture(bus: number): void;
  claim(address: number): Claim | undefined;
}

/** A device with physical functions and theirs. */
export class Endpoint implements Device {
  readonly functions: readonly PhysicalFunction[];

  /** @param functions with different numbers; there must be a number 0 */
  constructor(functions: readonly PhysicalFunction[]) {
    this.functions = functions;
  }

  direct(number: number, rid: number): PciFunction | undefined {
    return this.functions.find((one) => one.number === number) ?? this.beyond(rid);
  }

  beyond(rid: number): PciFunction | undefined {
    for (const one of this.functions) {
      const virtual = one.sriov?.functionAt(rid);
      if (virtual !== undefined) return virtual;
    }
    return undefined;
  }

  capture(bus: number): void {
    for (const one of this.functions) one.bus = bus;
  }

  claim(address: number): Claim | undefined {
    for (const one of this.functions) {
      const claim = claimByBar(one, address) ?? one.sriov?.claim(address);
      if (claim !== undefined) return claim;
    }
    return undefined;
  }
}

/** The base address register of `target` that `address` falls in, while it answers in memory space. */
export function claimByBar(target: PciFunction, address: number): Claim | undefined {
  if (!target.configuration.memoryEnabled) return undefined;
  for (let bar = 0; bar < 6; bar++) {
    const low = target.configuration.read(PCI_BAR + 4 * bar, 4);
    if ((low & 1) === 0) {
      const offset = address - target.configuration.bar(bar);
      const size = target.window(bar)?.size ?? 0;
      if (offset !== address && offset >= 0 && offset < size) return { target, bar, offset };
    }
    if ((low & 7) === 4) bar++;
  }
  return undefined;
}
