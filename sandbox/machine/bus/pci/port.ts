import {
  BRIDGE_MEMORY_BASE,
  BRIDGE_MEMORY_LIMIT,
  BRIDGE_PREFETCHABLE_BASE,
  BRIDGE_PREFETCHABLE_BASE_HIGH,
  BRIDGE_PREFETCHABLE_LIMIT,
  BRIDGE_PREFETCHABLE_LIMIT_HIGH,
  BRIDGE_SECONDARY,
  BRIDGE_SUBORDINATE,
  makePortSpace,
  PORT_ACS,
  PORT_AER,
  PORT_EXPRESS,
  type PortKind,
  type PortOptions,
} from './bridge-space.ts';
import { ACS_CONTROL, ACS_EGRESS_VECTOR } from './capabilities/acs.ts';
import { AER_UNCORRECTABLE_STATUS } from './capabilities/aer.ts';
import { ARI_FORWARDING, DEVICE_CONTROL_2 } from './capabilities/express.ts';
import type { ConfigurationSpace } from './configuration-space.ts';
import type { Device } from './endpoint.ts';
import type { Claim, MemoryWindow, PciFunction } from './pci-function.ts';
import { formatRequesterId } from './requester-id.ts';

const MEGABYTE = 1 << 20;

/** A port: a bridge from the bus it stands on to the one below it. */
export class Port implements PciFunction {
  readonly kind: PortKind;
  readonly configuration: ConfigurationSpace;
  /** Device number on its bus. */
  readonly device: number;
  /** Number of the port in the egress vectors of its siblings. */
  readonly index: number;
  /** The port above, on the way to the root; none for a root port. */
  parent: Port | undefined;
  bus = 0;
  /** Ports on the bus below: a switch's upstream port, or the downstream ports below that. */
  readonly ports: Port[] = [];
  /** The device on the link below. */
  attached: Device | undefined;
  #hasAcs: boolean;

  constructor(kind: PortKind, device: number, index: number, options: PortOptions) {
    this.kind = kind;
    this.device = device;
    this.index = index;
    this.#hasAcs = options.services !== 0 && kind !== 'upstream port';
    this.configuration = makePortSpace(kind, options);
  }

  get requesterId(): number {
    return (this.bus << 8) | (this.device << 3);
  }

  /** As it is told apart in what is reported of it. */
  get name(): string {
    return `${this.kind} ${formatRequesterId(this.requesterId)}`;
  }

  window(): MemoryWindow | undefined {
    return undefined;
  }

  get secondary(): number {
    return this.configuration.read(BRIDGE_SECONDARY, 1);
  }

  /** The highest bus number below it. */
  get subordinate(): number {
    return this.configuration.read(BRIDGE_SUBORDINATE, 1);
  }

  /** Whether `bus` is below it. Bus 0 never is: a port that has no numbers yet forwards nothing. */
  forwardsBus(bus: number): boolean {
    return this.secondary !== 0 && bus >= this.secondary && bus <= this.subordinate;
  }

  /** ACS services that software has turned on. */
  get services(): number {
    return this.#hasAcs ? this.configuration.read(PORT_ACS + ACS_CONTROL, 2) : 0;
  }

  /** Whether its egress vector names the sibling of number `index`. */
  blocksEgressTo(index: number): boolean {
    return (this.configuration.read(PORT_ACS + ACS_EGRESS_VECTOR, 4) & (1 << index)) !== 0;
  }

  /** Notes an uncorrectable error where software finds it. */
  logError(bit: number): void {
    this.configuration.set(PORT_AER + AER_UNCORRECTABLE_STATUS, 4, bit);
  }

  get forwardsAri(): boolean {
    const control = this.configuration.read(PORT_EXPRESS + DEVICE_CONTROL_2, 2);
    return (control & ARI_FORWARDING) !== 0;
  }

  /**
   * The function below that a configuration request of requester id `rid` reaches; undefined when it is
   * an unsupported request.
   * @param write tells the device its bus number
   */
  find(rid: number, write: boolean): PciFunction | undefined {
    const bus = rid >>> 8;
    if (!this.forwardsBus(bus)) return undefined;
    if (bus !== this.secondary) {
      for (const port of this.ports) if (port.forwardsBus(bus)) return port.find(rid, write);
      return this.attached?.beyond(rid);
    }
    if (this.ports.length > 0) {
      const port = this.ports.find(({ device }) => device << 3 === (rid & 0xff));
      if (port !== undefined && write) port.bus = bus;
      return port;
    }
    if (write) this.attached?.capture(bus);
    // A link has one device, number 0. A port that forwards ARI takes all 8 bits as a function number.
    if ((rid & 0xf8) !== 0 && !this.forwardsAri) return undefined;
    return this.attached?.direct(rid & 0xff, rid);
  }

  /** Whether memory at `address` is below it. */
  forwardsAddress(address: number): boolean {
    if (!this.configuration.memoryEnabled) return false;
    return this.#inMemory(address) || this.#inPrefetchable(address);
  }

  /** The function below that answers at `address`. */
  claim(address: number): Claim | undefined {
    if (!this.forwardsAddress(address)) return undefined;
    for (const port of this.ports) {
      const claim = port.claim(address);
      if (claim !== undefined) return claim;
    }
    return this.attached?.claim(address);
  }

  #inMemory(address: number): boolean {
    const base = (this.configuration.read(BRIDGE_MEMORY_BASE, 2) & 0xfff0) * 0x10000;
    const limit = (this.configuration.read(BRIDGE_MEMORY_LIMIT, 2) & 0xfff0) * 0x10000;
    return address >= base && address < limit + MEGABYTE;
  }

  #inPrefetchable(address: number): boolean {
    const base = this.#high(BRIDGE_PREFETCHABLE_BASE, BRIDGE_PREFETCHABLE_BASE_HIGH);
    const limit = this.#high(BRIDGE_PREFETCHABLE_LIMIT, BRIDGE_PREFETCHABLE_LIMIT_HIGH);
    return address >= base && address < limit + MEGABYTE;
  }

  #high(low: number, high: number): number {
    const bits = this.configuration.read(low, 2) & 0xfff0;
    return this.configuration.read(high, 4) * 2 ** 32 + bits * 0x10000;
  }
}
