import type { PortOptions } from './bridge-space.ts';
import { ACS_COMPLETION_REDIRECT } from './capabilities/acs.ts';
import type { Device } from './endpoint.ts';
import { type Enumeration, enumerate, type Resources } from './enumeration.ts';
import type { PciFunction } from './pci-function.ts';
import { Port } from './port.ts';
import { type Route, routeUp } from './routing.ts';

/** A port as most are: 5 GT/s, 8 lanes, ARI, and no access control services. */
const DEFAULTS: PortOptions = { link: { speed: 2, width: 8 }, services: 0, ari: true };
const ONES = 0xffffffff;

/** A switch: its upstream port, and the downstream ports on the bus inside it. */
export interface Switch {
  upstream: Port;
  downstream: readonly Port[];
}

/**
 * Root ports on bus 0, switches below them, and devices at the ends: where configuration requests go,
 * and where a device's memory requests go. Nothing has a bus number until software has given one.
 */
export class RootComplex {
  readonly rootPorts: Port[] = [];

  /** @param device number on bus 0; 1 to 31, counted up when left out */
  addRootPort(options: Partial<PortOptions> = {}, device = this.rootPorts.length + 1): Port {
    const index = this.rootPorts.length;
    const port = new Port('root port', device, index, { ...DEFAULTS, ...options });
    this.rootPorts.push(port);
    return port;
  }

  /** Puts a device at the lower end of a port's link. */
  attach(port: Port, device: Device): void {
    port.attached = device;
  }

  /** Puts a switch there, with `count` downstream ports of the same kind. */
  addSwitch(above: Port, count: number, options: Partial<PortOptions> = {}): Switch {
    const all = { ...DEFAULTS, ...options };
    const upstream = new Port('upstream port', 0, 0, all);
    upstream.parent = above;
    above.ports.push(upstream);
    const downstream = Array.from({ length: count }, (_, n) => {
      const port = new Port('downstream port', n, n, all);
      port.parent = upstream;
      upstream.ports.push(port);
      return port;
    });
    return { upstream, downstream };
  }

  /** The function that `rid` names now; undefined where none answers. */
  functionAt(rid: number, write = false): PciFunction | undefined {
    const bus = (rid >>> 8) & 0xff;
    if (bus === 0) return this.rootPorts.find(({ requesterId }) => requesterId === rid);
    for (const port of this.rootPorts) if (port.forwardsBus(bus)) return port.find(rid, write);
    return undefined;
  }

  /** @returns `size` bytes (1, 2, 4), unsigned; all ones where no function answers */
  configurationRead(rid: number, offset: number, size: number): number {
    const found = this.functionAt(rid);
    if (found === undefined) return size === 4 ? ONES : (1 << (8 * size)) - 1;
    return found.configuration.read(offset, size);
  }

  configurationWrite(rid: number, offset: number, size: number, value: number): void {
    this.functionAt(rid, true)?.configuration.write(offset, size, value);
  }

  /** What firmware does at power-on: bus numbers, and addresses for what asks for some. */
  enumerate(resources: Resources): Enumeration {
    return enumerate(this, resources);
  }

  /**
   * Where a memory request goes that carries `requesterId`.
   * @param options `sender`: the function that really sends it, when the id is another's; `translated`:
   * the request says that its address needs no translation
   */
  route(
    requesterId: number,
    address: number,
    options: { sender?: number; translated?: boolean } = {},
  ): Route {
    const { sender = requesterId, translated = false } = options;
    const port = this.#portAbove(sender);
    const origin = this.functionAt(sender);
    if (port === undefined || origin === undefined)
      return { kind: 'blocked', by: 'root complex', reason: 'no such requester' };
    if (!origin.configuration.busMaster)
      return { kind: 'blocked', by: 'requester', reason: 'bus master disabled' };
    const request = { requesterId, address, translated };
    return routeUp(port, request, (of) => of.parent?.ports ?? this.rootPorts);
  }

  /**
   * Which way a completion goes from `completer` to `requester`, both below a switch: straight between
   * downstream ports, or to the root and back where the completer's port redirects completions.
   */
  routeCompletion(completer: number, requester: number): 'direct' | 'upstream' {
    const from = this.#portAbove(completer);
    const to = this.#portAbove(requester);
    if (from === undefined || to === undefined || from.parent !== to.parent) return 'upstream';
    return (from.services & ACS_COMPLETION_REDIRECT) !== 0 ? 'upstream' : 'direct';
  }

  /** The root or downstream port whose link leads to `rid`. */
  #portAbove(rid: number): Port | undefined {
    const bus = (rid >>> 8) & 0xff;
    let port = this.rootPorts.find((one) => one.forwardsBus(bus));
    while (port !== undefined && port.ports.length > 0)
      port = port.ports.find((one) => one.forwardsBus(bus));
    return port;
  }
}
