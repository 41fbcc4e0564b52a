import { encodeRetarget } from '../../partition/retarget.ts';
import { encodeMessage } from '../../vmbus/message-codec.ts';
import {
  PCI_BUS_D0EXIT,
  PCI_EJECTION_COMPLETE,
  PCI_READ_BLOCK_TYPE,
  PCI_RESOURCES_RELEASED,
  PCI_WRITE_BLOCK_TYPE,
} from '../../vmbus/vpci.ts';
import type { InterruptMessage } from '../../vmbus/vpci-messages.ts';
import {
  PCI_CHILD_MESSAGE,
  PCI_EJECT_RESPONSE,
  PCI_MESSAGE,
  PCI_READ_BLOCK,
  PCI_WRITE_BLOCK,
} from '../../vmbus/vpci-structures.ts';

/** Bytes behind a written block, for hosts that count the message's length wrong (Linux; unverified). */
const WRITE_TAIL = 4;

export function resourcesReleased(slot: number): Uint8Array {
  return encodeMessage(PCI_RESOURCES_RELEASED, PCI_CHILD_MESSAGE, { wslot: slot });
}

export function exitD0(): Uint8Array {
  return encodeMessage(PCI_BUS_D0EXIT, PCI_MESSAGE);
}

export function ejectionComplete(slot: number): Uint8Array {
  return encodeMessage(PCI_EJECTION_COMPLETE, PCI_EJECT_RESPONSE, { wslot: slot });
}

/** @param bytes at most 128 */
export function readBlock(slot: number, block: number, bytes: number): Uint8Array {
  return encodeMessage(PCI_READ_BLOCK_TYPE, PCI_READ_BLOCK, {
    block_id: block,
    wslot: slot,
    bytes_requested: bytes,
  });
}

/** @param bytes at most 128 of them */
export function writeBlock(slot: number, block: number, bytes: Uint8Array): Uint8Array {
  const whole = encodeMessage(PCI_WRITE_BLOCK_TYPE, PCI_WRITE_BLOCK, {
    block_id: block,
    wslot: slot,
    byte_count: bytes.length,
    bytes,
  });
  return whole.subarray(0, PCI_WRITE_BLOCK.at.bytes + bytes.length + WRITE_TAIL);
}

/** The input of HvRetargetDeviceInterrupt for an interrupt of the caller's own device. */
export function retargetInput(
  deviceId: number,
  { address, data }: InterruptMessage,
  vector: number,
  processor: number,
): Uint8Array {
  return encodeRetarget({
    partition: undefined,
    deviceId,
    address,
    data,
    vector,
    processors: [processor],
  });
}
