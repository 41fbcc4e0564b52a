import type { NicSwitchCapabilities, SwitchSplit } from './capabilities.ts';
import type { Requester } from './parameters.ts';
import { NDIS_DEFAULT_VPORT_ID } from './spec.ts';

/** A port of the switch. What it is attached to and its queue pairs never change. */
export interface VirtualPort {
  readonly id: number;
  /** Undefined for a port of the physical function. */
  readonly vf: number | undefined;
  readonly queuePairs: number;
  readonly requester: Requester | undefined;
  /** A port of a virtual function is active at once, another one when it is told to be. */
  active: boolean;
}

/** The ports of a switch, and what they leave of its queue pairs. */
export class VirtualPorts {
  readonly #capabilities: NicSwitchCapabilities;
  readonly #split: SwitchSplit;
  #ports = new Map<number, VirtualPort>();

  constructor(capabilities: NicSwitchCapabilities, split: SwitchSplit) {
    this.#capabilities = capabilities;
    this.#split = split;
    this.#ports.set(NDIS_DEFAULT_VPORT_ID, {
      id: NDIS_DEFAULT_VPORT_ID,
      vf: undefined,
      queuePairs: split.defaultQueuePairs,
      requester: undefined,
      active: true,
    });
  }

  get count(): number {
    return this.#ports.size;
  }

  get queuePairsInUse(): number {
    let sum = 0;
    for (const { queuePairs } of this.#ports.values()) sum += queuePairs;
    return sum;
  }

  get(id: number): VirtualPort | undefined {
    return this.#ports.get(id);
  }

  /** The port of a virtual function: it can have one. */
  ofVf(vf: number): VirtualPort | undefined {
    for (const port of this.#ports.values()) if (port.vf === vf) return port;
    return undefined;
  }

  /** What keeps another port from being made: no port left, or too few queue pairs. */
  shortOf(vf: number | undefined, queuePairs: number): 'vports' | 'queue pairs' | undefined {
    const { vports, vfs } = this.#split;
    if (this.#ports.size >= vports) return 'vports';
    if (vf === undefined && !this.#capabilities.singleVPortPool) {
      // Each virtual function has a port set aside: the rest is all that the physical function can have.
      const own = [...this.#ports.values()].filter((port) => port.vf === undefined).length;
      if (own >= vports - vfs) return 'vports';
    }
    const left = this.#capabilities.maxQueuePairs - this.queuePairsInUse;
    return queuePairs > left ? 'queue pairs' : undefined;
  }

  /** Adds a port under the lowest free identifier, from 1. */
  add(port: Omit<VirtualPort, 'id'>): VirtualPort {
    let id = NDIS_DEFAULT_VPORT_ID + 1;
    while (this.#ports.has(id)) id++;
    const added = { ...port, id };
    this.#ports.set(id, added);
    return added;
  }

  delete(id: number): void {
    this.#ports.delete(id);
  }
}
