import type { Cpu, PortEntry } from './v86-inside.ts';

/** Where the adapter sits on the guest's PCI bus, as on Hyper-V's generation 1 board. */
export const DEVICE_NUMBER = 10;
const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
const IDENTIFIER = DEVICE_NUMBER << 3;

/** Who completes the guest's accesses to the adapter: the machine with its root partition. */
export interface AdapterPorts {
  /** Where the adapter's registers are now, if it answers in I/O space. */
  window(): { base: number; size: number } | undefined;
  /** @param size 1, 2 or 4 bytes @returns an unsigned value */
  read(port: number, size: number): number;
  write(port: number, size: number, value: number): void;
}

/**
 * Plugs an adapter into the PCI bus of v86. The rest of the bus stays v86's own: of the configuration
 * ports only accesses that select the adapter are handed over.
 */
export class Plug {
  #cpu: Cpu;
  #adapter: AdapterPorts;
  #base = 0;
  #covered: PortEntry[] = [];

  constructor(cpu: Cpu, adapter: AdapterPorts) {
    this.#cpu = cpu;
    this.#adapter = adapter;
    // v86 needs a function of its own for the interrupt's way through the bridge: only the pin is read.
    const space = new Array<number>(256).fill(0);
    space[0x3d] = 1;
    const { pci } = cpu.devices;
    pci.register_device({ name: 'adapter', pci_id: IDENTIFIER, pci_space: space, pci_bars: [] });
    this.#takeConfigurationPorts();
    this.follow();
  }

  /** The interrupt pin's level. */
  setPin(level: boolean): void {
    const { pci } = this.#cpu.devices;
    if (level) pci.raise_irq(IDENTIFIER);
    else pci.lower_irq(IDENTIFIER);
  }

  /** Moves the register window to where configuration space says. */
  follow(): void {
    const { ports } = this.#cpu.io;
    const window = this.#adapter.window();
    const base = window?.base ?? 0;
    if (base === this.#base) return;
    for (const [i, entry] of this.#covered.entries()) ports[this.#base + i] = entry;
    this.#base = base;
    this.#covered = window ? ports.slice(base, base + window.size) : [];
    for (const i of this.#covered.keys()) ports[base + i] = this.#entry(base + i);
  }

  get #isSelected(): boolean {
    const address = this.#cpu.devices.pci.pci_addr32[0];
    return (address & 0x80ffff00) >>> 0 === (0x80000000 | (IDENTIFIER << 8)) >>> 0;
  }

  #entry(port: number): PortEntry {
    const adapter = this.#adapter;
    return {
      read8: () => adapter.read(port, 1),
      read16: () => adapter.read(port, 2),
      read32: () => adapter.read(port, 4) | 0,
      write8: (value) => adapter.write(port, 1, value & 0xff),
      write16: (value) => adapter.write(port, 2, value & 0xffff),
      write32: (value) => adapter.write(port, 4, value >>> 0),
      device: undefined,
    };
  }

  #takeConfigurationPorts(): void {
    const { ports } = this.#cpu.io;
    const address = ports[CONFIG_ADDRESS];
    ports[CONFIG_ADDRESS] = {
      ...address,
      write32: (value) => {
        address.write32.call(address.device, value);
        if (this.#isSelected) this.#adapter.write(CONFIG_ADDRESS, 4, value >>> 0);
      },
    };
    for (let port = CONFIG_DATA; port < CONFIG_DATA + 4; port++)
      ports[port] = this.#choose(ports[port], this.#entry(port));
  }

  /** The adapter's handlers while it is selected, else those of v86. */
  #choose(theirs: PortEntry, ours: PortEntry): PortEntry {
    const read = (name: 'read8' | 'read16' | 'read32') => (port: number) =>
      this.#isSelected ? ours[name](port) : theirs[name].call(theirs.device, port);
    const write = (name: 'write8' | 'write16' | 'write32') => (value: number) => {
      if (!this.#isSelected) return theirs[name].call(theirs.device, value);
      ours[name](value);
      this.follow();
    };
    return {
      read8: read('read8'),
      read16: read('read16'),
      read32: read('read32'),
      write8: write('write8'),
      write16: write('write16'),
      write32: write('write32'),
      device: undefined,
    };
  }
}
