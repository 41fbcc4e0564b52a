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
import { type Channel, type ChannelEnd, VMBUS_VECTOR } from './channel.ts';
import { type InterruptPage, TO_GUEST } from './interrupt-page.ts';

/** Which end of its channels a processor serves. */
export type ChannelSide = 'guest' | 'root';

/** What an event flag belongs to: a channel, or what finds out which channels are meant. */
export interface FlagOwner {
  readonly guestEnd?: ChannelEnd | undefined;
  readonly rootEnd?: ChannelEnd | undefined;
}

/** Channels of a guest that signal the root through one connection for all of them. */
export interface CommonSignals {
  add(channel: Channel): void;
  remove(channel: Channel): void;
}

/** The event flag that is no channel's. Before version 2.4 it says: look into the interrupt page. */
export const PAGE_FLAG = 0;

/**
 * The event flags of a processor's VMBus SINT: an interrupt says that some flag is set, and the service
 * takes the flags and wakes the channels that they belong to.
 */
export class VmbusInterrupts implements InterruptService {
  /** Takes the message that lies in the SINT's slot. */
  messages: ((processor: VirtualProcessor) => void) | undefined;
  /** A guest's: where hosts before version 2.4 say which channels they mean. */
  page: InterruptPage | undefined;
  /** By event flag. */
  #owners: (FlagOwner | undefined)[] = [];
  #side: ChannelSide;

  constructor(side: ChannelSide) {
    this.#side = side;
  }

  /** From now on `flag` belongs to `owner`. */
  add(flag: number, owner: FlagOwner): void {
    this.#owners[flag] = owner;
  }

  remove(flag: number): void {
    this.#owners[flag] = undefined;
  }

  /** The lowest flag that belongs to nobody; 0 when all do. */
  get freeFlag(): number {
    for (let flag = 1; flag < EVENT_FLAGS; flag++)
      if (this.#owners[flag] === undefined) return flag;
    return 0;
  }

  /** Looks at the words in which this processor's channels have flags, and at the bits that are set. */
  interrupt(processor: VirtualProcessor): undefined {
    const { synic } = processor;
    if (synic === undefined) return undefined;
    if (!synic.messages.isFree(SINT_VMBUS)) this.messages?.(processor);
    const { events } = synic;
    for (let index = 0; index * 32 < this.#owners.length; index++)
      for (let left = events.take(SINT_VMBUS, index); left !== 0; left &= left - 1)
        this.#signalled(processor, index * 32 + 31 - Math.clz32(left & -left));
    return undefined;
  }

  #signalled(processor: VirtualProcessor, flag: number): void {
    if (flag === PAGE_FLAG) {
      this.page?.take(TO_GUEST, (relid) => this.#wake(processor, relid));
      return;
    }
    this.#wake(processor, flag);
  }

  #wake(processor: VirtualProcessor, flag: number): void {
    const owner = this.#owners[flag];
    const end = this.#side === 'guest' ? owner?.guestEnd : owner?.rootEnd;
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
 * processor, and the root the flag of the guest's processor that has the channel's number. With `common`
 * the channel has no connection of its own.
 * @returns false when the root's processor has no flag left
 */
export function connectSignals(
  hypervisor: Hypervisor,
  channel: Channel,
  guest: VmbusInterrupts,
  root: VmbusInterrupts,
  common?: CommonSignals,
): boolean {
  const { guestProcessor, rootProcessor, relid } = channel;
  if (common !== undefined) {
    common.add(channel);
    guest.add(relid, channel);
    return true;
  }
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
  common?: CommonSignals,
): void {
  const { guestProcessor, rootProcessor, relid, portId } = channel;
  guest.remove(relid);
  if (common !== undefined) {
    common.remove(channel);
    return;
  }
  hypervisor.disconnectPort(rootProcessor, guestProcessor.partitionId, channel.connectionId);
  hypervisor.deletePort(rootProcessor, rootProcessor.partitionId, portId);
  root.remove(portId & 0xfff);
}
