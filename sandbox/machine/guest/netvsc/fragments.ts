import { ScatterList } from '../../memory/scatter-list.ts';
import { PACKET_ID_FIRST, PACKET_ID_LAST } from '../../vmbus/rndis.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

/** Flags of a fragment's information; the number of its frame is above them. */
const NUMBER_SHIFT = 16;

/** A coalesced frame whose fragments arrive in messages of their own, in order. */
export class FragmentedFrame {
  readonly #pieces = new ScatterList();
  #number = -1;

  /**
   * Takes the fragment that was read last, which is used where it lies.
   * @returns the frame in guest memory when it is complete; a fragment that does not belong is left out with
   * its frame
   */
  add(receive: ReceiveBuffer): ScatterList | undefined {
    const { fragment, dataAt, dataLength } = receive;
    const number = fragment >>> NUMBER_SHIFT;
    if ((fragment & PACKET_ID_FIRST) !== 0) {
      this.#pieces.clear();
      this.#number = receive.verified ? number : -1;
    }
    if (number !== this.#number || !this.#pieces.push(dataAt, dataLength)) {
      this.#number = -1;
      return undefined;
    }
    if ((fragment & PACKET_ID_LAST) === 0) return undefined;
    this.#number = -1;
    return this.#pieces;
  }

  forget(): void {
    this.#number = -1;
  }
}
