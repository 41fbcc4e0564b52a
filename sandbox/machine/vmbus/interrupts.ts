import type { InterruptService, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel } from './channel.ts';

/** Which end of its channels a processor serves. */
export type ChannelSide = 'guest' | 'root';

/**
 * The event flags of a processor's VMBus SINT: an interrupt says that some channel was signalled, and
 * the service asks each channel of this processor whether it was.
 */
export class VmbusInterrupts implements InterruptService {
  #channels: Channel[] = [];
  #side: ChannelSide;

  constructor(side: ChannelSide) {
    this.#side = side;
  }

  add(channel: Channel): void {
    this.#channels.push(channel);
  }

  interrupt(processor: VirtualProcessor): undefined {
    for (const channel of this.#channels) {
      const end = this.#side === 'guest' ? channel.guestEnd : channel.rootEnd;
      end?.signalled(processor);
    }
    return undefined;
  }
}
