import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { SwitchPort } from './virtual-switch.ts';

/** An adapter's port of the switch: spreads received flows over the adapter's channels. */
export class AdapterPort implements SwitchPort {
  #host: HostMemory;
  #channels: SwitchPort[] = [];

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** Adds a channel's service provider. */
  add(channel: SwitchPort): void {
    this.#channels.push(channel);
  }

  deliver(processor: VirtualProcessor, frame: ScatterList): boolean {
    const channels = this.#channels;
    const chosen = channels.length === 1 ? 0 : this.#hash(frame) % channels.length;
    return channels[chosen].deliver(processor, frame);
  }

  flush(processor: VirtualProcessor): void {
    for (const channel of this.#channels) channel.flush?.(processor);
  }

  /** The same for every frame of a flow: the UDP ports, folded. */
  #hash(frame: ScatterList): number {
    const byte = (at: number) => frame.byte(this.#host, at);
    return ((byte(34) ^ byte(36)) << 8) | (byte(35) ^ byte(37));
  }
}
