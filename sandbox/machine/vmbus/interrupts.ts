import type { Hypervisor } from '../partition/hypervisor.ts';
import { PORT_EVENT } from '../partition/ports.ts';
import type { Synic } from '../partition/synic.ts';
import {
  ENABLE,
  EVENT_FLAGS,
  FIRST_VECTOR,
  MSR_SCONTROL,
  MSR_SIEFP,
  MSR_SIMP,
  MSR_SINT0,
  SINT_VMBUS,
} from '../partition/synic-spec.ts';
import type { InterruptService, VirtualProcessor } from '../partition/virtual-processor.ts';
import { type Channel, VMBUS_VECTOR } from './channel.ts';

/** Which end of its channels a processor serves. */
export type ChannelSide = 'guest' | 'root';

/**
 * The event flags of a processor's VMBus SINT: an interrupt says that some flag is set, and the service
 * takes the flags and wakes the channels that they belong to. Flag 0 says that a message came.
 */
export class VmbusInterrupts implements InterruptService {
  /** Takes the message that lies in the SINT's slot. */
  messages: ((processor: VirtualProcessor) => void) | undefined;
  /** By event flag. */
  #channels: (Channel | undefined)[] = [];
  #side: ChannelSide;

  constructor(side: ChannelSide) {
    this.#side = side;
  }

  /** From now on `flag` belongs to `channel`. */
  add(flag: number, channel: Channel): void {
    this.#channels[flag] = channel;
  }

  remove(flag: number): void {
    this.#channels[flag] = undefined;
  }

  /** The lowest flag that belongs to no channel; 0 when all do. */
  get freeFlag(): number {
    for (let flag = 1; flag < EVENT_FLAGS; flag++)
      if (this.#channels[flag] === undefined) return flag;
    return 0;
  }

  /** Looks at the words in which this processor's channels have flags, and at the bits that are set. */
  interrupt(processor: VirtualProcessor): undefined {
    const { synic } = processor;
    if (synic === undefined) return undefined;
    if (!synic.messages.isFree(SINT_VMBUS)) this.messages?.(processor);
    const { events } = synic;
    for (let index = 0; index * 32 < this.#channels.length; index++)
      for (let left = events.take(SINT_VMBUS, index); left !== 0; left &= left - 1)
        this.#signalled(processor, index * 32 + 31 - Math.clz32(left & -left));
    return undefined;
  }

  #signalled(processor: VirtualProcessor, flag: number): void {
    const channel = this.#channels[flag];
    const end = this.#side === 'guest' ? channel?.guestEnd : channel?.rootEnd;
    end?.signalled(processor);
  }
}

/** What a guest's kernel does first: places for messages and flags, and a vector for VMBus. */
export function openVmbusSint(synic: Synic, messages: number, events: number, at: number): void {
  synic.writeMsr(MSR_SIMP, messages + ENABLE, at);
  synic.writeMsr(MSR_SIEFP, events + ENABLE, at);
  synic.writeMsr(MSR_SINT0 + SINT_VMBUS, FIRST_VECTOR + VMBUS_VECTOR, at);
  synic.writeMsr(MSR_SCONTROL, ENABLE, at);
}

/**
 * Gives a channel its signals: the guest a connection to a port of the root, with one flag of the root's
 * processor, and the root the flag of the guest's processor that has the channel's number.
 * @returns false when the root's processor has no flag left
 */
export function connectSignals(
  hypervisor: Hypervisor,
  channel: Channel,
  guest: VmbusInterrupts,
  root: VmbusInterrupts,
): boolean {
  const { guestProcessor, rootProcessor, relid } = channel;
  const flag = root.freeFlag;
  if (flag === 0) return false;
  const child = guestProcessor.partitionId;
  const owner = rootProcessor.partitionId;
  channel.portId = ((rootProcessor.index + 1) << 12) | flag;
  const info = {
    type: PORT_EVENT,
    sint: SINT_VMBUS,
    vp: rootProcessor.index,
    baseFlag: flag,
    flagCount: 1,
  };
  hypervisor.createPort(rootProcessor, owner, channel.portId, child, info);
  hypervisor.connectPort(rootProcessor, child, channel.connectionId, owner, channel.portId);
  guest.add(relid, channel);
  root.add(flag, channel);
  return true;
}

/** Takes a channel's signals away: its connection, its port and its flags. */
export function disconnectSignals(
  hypervisor: Hypervisor,
  channel: Channel,
  guest: VmbusInterrupts,
  root: VmbusInterrupts,
): void {
  const { guestProcessor, rootProcessor, relid, portId } = channel;
  hypervisor.disconnectPort(rootProcessor, guestProcessor.partitionId, channel.connectionId);
  hypervisor.deletePort(rootProcessor, rootProcessor.partitionId, portId);
  guest.remove(relid);
  root.remove(portId & 0xfff);
}
