import type { HostMemory } from '../memory/host-memory.ts';
import { messageCopyCycles } from '../partition/costs.ts';
import {
  MESSAGE_FLAGS,
  MESSAGE_HEADER_SIZE,
  MESSAGE_NONE,
  MESSAGE_PENDING,
} from '../partition/intercept-message.ts';
import { EXIT_EOI, EXIT_ROOT_EOM, HYPERVISOR, INTERRUPT } from '../partition/ledger.ts';
import { MSR_EOM, SINT_VMBUS } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { MESSAGE_PAYLOAD, VMBUS_MESSAGE_TYPE } from './channel-messages.ts';

/** Offsets in a slot: payload size, and the sender, which is the id of the port. */
const SIZE = 4;
const SENDER = 8;

/** A message that was taken out of a slot: the port it came through, and a copy of its payload. */
export interface SlotMessage {
  port: number;
  payload: Uint8Array;
}

/**
 * Takes the message out of the slot of SINT 2: copies it, sets the type to 0, and only then looks whether
 * more are waiting, which a write to EOM brings. Undefined for an empty slot, or a message of another type.
 */
export function takeMessage(
  host: HostMemory,
  processor: VirtualProcessor,
): SlotMessage | undefined {
  const { synic } = processor;
  if (synic === undefined || synic.messages.isFree(SINT_VMBUS)) return undefined;
  const slot = synic.messages.slot(SINT_VMBUS);
  const type = host.read32(slot);
  const size = Math.min(host.bytes[slot + SIZE], MESSAGE_PAYLOAD);
  const start = slot + MESSAGE_HEADER_SIZE;
  const message = {
    port: host.read32(slot + SENDER),
    payload: host.bytes.slice(start, start + size),
  };
  processor.charge(
    processor.kernel,
    INTERRUPT,
    messageCopyCycles(processor.lp.costs),
    'VMBus message',
  );
  host.write32(slot, MESSAGE_NONE);
  if ((host.bytes[slot + MESSAGE_FLAGS] & MESSAGE_PENDING) !== 0) {
    const { ledger, costs } = processor.lp;
    ledger.exits[processor.kind === 'root' ? EXIT_ROOT_EOM : EXIT_EOI]++;
    processor.charge(HYPERVISOR, INTERRUPT, costs.exitInHypervisor, 'EOM');
    synic.writeMsr(MSR_EOM, 0, processor.local);
  }
  return type === VMBUS_MESSAGE_TYPE ? message : undefined;
}
