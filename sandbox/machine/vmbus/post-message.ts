import { HV_POST_MESSAGE, hypercall } from '../partition/hypercall-abi.ts';
import { HV_STATUS_INVALID_PARAMETER } from '../partition/hypercall-status.ts';
import type { Hypervisor } from '../partition/hypervisor.ts';
import { INPUT_POST_MESSAGE } from '../partition/synic-structures.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Outgoing } from './outbox.ts';

/** A page of the caller's that holds the input of its hypercalls: one for each processor. */
export interface HypercallInputPage {
  /** Guest-physical for a guest, of the host for the root. The call refuses one that is no multiple of 8. */
  readonly address: number;
  /** Stores `bytes` at the beginning of the page. */
  write(bytes: Uint8Array): void;
}

/**
 * HvPostMessage as software makes it: a slow call, because 240 bytes of payload do not fit into registers.
 * The input lies in the page, and RDX has its address.
 * @returns a status
 */
export function postMessage(
  hypervisor: Hypervisor,
  caller: VirtualProcessor,
  page: HypercallInputPage,
  { connectionId, messageType, payload }: Outgoing,
): number {
  const { size, at } = INPUT_POST_MESSAGE;
  if (payload.length > size - at.payload) return HV_STATUS_INVALID_PARAMETER;
  const input = new Uint8Array(size);
  const view = new DataView(input.buffer);
  view.setUint32(at.connectionid, connectionId, true);
  view.setUint32(at.message_type, messageType, true);
  view.setUint32(at.payload_size, payload.length, true);
  input.set(payload, at.payload);
  page.write(input);
  return hypercall(hypervisor, caller, { low: HV_POST_MESSAGE, high: 0 }, BigInt(page.address));
}
