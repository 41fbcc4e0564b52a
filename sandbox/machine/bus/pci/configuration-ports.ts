import type { PortClaimant } from '../port-space.ts';
import type { ConfigurationSpace } from './configuration-space.ts';

/** Ports of configuration mechanism #1 (PCI Local Bus Specification 2.1, section 3.7.4.1). */
export const CONFIG_ADDRESS = 0xcf8;
export const CONFIG_DATA = 0xcfc;
const ENABLE = 0x80000000;

/** The value for CONFIG_ADDRESS that selects a longword of a function's configuration space. */
export function configurationAddress(device: number, fn: number, offset: number): number {
  return (ENABLE | (device << 11) | (fn << 8) | (offset & 0xfc)) >>> 0;
}

/**
 * The host bridge's view of bus 0: an address register, written with 32 bits only, and a data window
 * that passes accesses of 8, 16 and 32 bits on. A function that is not there reads ones.
 */
export class ConfigurationPorts implements PortClaimant {
  #address = 0;
  #functions = new Map<number, ConfigurationSpace>();

  /** @param device 0 to 31 @param fn 0 to 7 */
  add(device: number, fn: number, space: ConfigurationSpace): void {
    this.#functions.set((device << 3) | fn, space);
  }

  claims(port: number): boolean {
    return port >= CONFIG_ADDRESS && port < CONFIG_DATA + 4;
  }

  readPort(port: number, size: number): number {
    if (port === CONFIG_ADDRESS && size === 4) return this.#address;
    const count = Math.min(size, CONFIG_DATA + 4 - port);
    const space = port < CONFIG_DATA ? undefined : this.#selected;
    if (space === undefined) return 0xffffffff;
    const value = space.read(this.#offset(port), count);
    return count === size ? value : (value | (-1 << (8 * count))) >>> 0;
  }

  writePort(port: number, size: number, value: number): void {
    if (port === CONFIG_ADDRESS && size === 4) this.#address = (value & 0x80fffffc) >>> 0;
    if (port < CONFIG_DATA) return;
    this.#selected?.write(this.#offset(port), Math.min(size, CONFIG_DATA + 4 - port), value);
  }

  /** The function that the address names: bus 0, and with the enable bit set. */
  get #selected(): ConfigurationSpace | undefined {
    if ((this.#address & (ENABLE | 0xff0000)) !== (ENABLE | 0)) return undefined;
    return this.#functions.get((this.#address >>> 8) & 0xff);
  }

  #offset(port: number): number {
    return (this.#address & 0xfc) + (port & 3);
  }
}
