import { getField, getNumber, messageType } from '../../machine/vmbus/message-codec.ts';
import {
  PCI_BUS_D0ENTRY,
  PCI_BUS_D0EXIT,
  PCI_CREATE_INTERRUPT_MESSAGE,
  PCI_CREATE_INTERRUPT_MESSAGE2,
  PCI_CREATE_INTERRUPT_MESSAGE3,
  PCI_DELETE_INTERRUPT_MESSAGE,
  PCI_QUERY_PROTOCOL_VERSION,
  PCI_QUERY_RESOURCE_REQUIREMENTS,
  PCI_READ_BLOCK_TYPE,
  PCI_RESOURCES_RELEASED,
  PCI_WRITE_BLOCK_TYPE,
  VPCI_VERSIONS,
} from '../../machine/vmbus/vpci.ts';
import { decodeCreateInterrupt, decodeDeleteInterrupt } from '../../machine/vmbus/vpci-messages.ts';
import {
  PCI_BUS_D0_ENTRY,
  PCI_READ_BLOCK,
  PCI_VERSION_REQUEST,
  PCI_WRITE_BLOCK,
} from '../../machine/vmbus/vpci-structures.ts';
import type { Fields } from './fields.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';
import { VpciGuest } from './vpci-guest.ts';

const TRAILER = 8;
const FLAGS = 6;
const TRANSACTION = 8;

/** A step of a file that is a packet in one of the rings. */
interface PacketStep {
  step: Fields;
  fromGuest: boolean;
  packet: Uint8Array;
  /** What is behind the packet's header. */
  message: Uint8Array;
}

/**
 * Replays what a driver of the virtual PCI bus said to its provider: our driver gets the recorded packets of
 * the host in its ring and must write what the recorded driver wrote, at the same place of its ring.
 *
 * From the file are taken: the first version that is proposed, where the configuration pages are, whether the
 * driver asks for requirements, and the transaction numbers, which are a guest's own choice. What a device's
 * driver asks of the bus (interrupts, blocks, to let the resources go) our bus is asked when the file comes to
 * it. The host is taken to have read the ring before each packet that was signalled.
 */
export function replayVpci({ content }: VectorFile): FamilyResult {
  return new VpciReplay(content.list('steps').map(toPacket)).replay();
}

class VpciReplay {
  #comparison = new Comparison();
  #steps: PacketStep[];
  #guest: VpciGuest;
  /** Where the guest's next packet is, and how many signals there were up to it. */
  #at: number;
  #signals = 0;

  constructor(steps: PacketStep[]) {
    this.#steps = steps;
    const offset = (guest: boolean) =>
      steps.find(({ fromGuest }) => fromGuest === guest)?.step.number('ringOffset') ?? 0;
    const start = { toHost: offset(true), toGuest: offset(false) };
    this.#at = start.toHost;
    const said = (type: number) =>
      steps.find(({ fromGuest, message }) => fromGuest && messageType(message) === type)?.message;
    const proposed = said(PCI_QUERY_PROTOCOL_VERSION);
    const first = proposed && getField(proposed, PCI_VERSION_REQUEST.fields.protocol_version);
    const entry = said(PCI_BUS_D0ENTRY);
    this.#guest = new VpciGuest({
      versions: VPCI_VERSIONS.slice(Math.max(0, VPCI_VERSIONS.indexOf(first ?? 0))),
      window: entry === undefined ? -1 : getField(entry, PCI_BUS_D0_ENTRY.fields.mmio_base),
      asksRequirements: said(PCI_QUERY_RESOURCE_REQUIREMENTS) !== undefined,
      start,
    });
  }

  replay(): FamilyResult {
    const comparison = this.#comparison;
    this.#prepare(0);
    this.#guest.bus.open();
    this.#guest.run();
    for (const [i, step] of this.#steps.entries()) {
      if (step.fromGuest) this.#guestStep(step);
      else this.#hostStep(step, i);
      this.#prepare(i + 1);
      comparison.steps++;
    }
    if (this.#guest.packetAt(this.#at) !== undefined)
      comparison.differ('a packet that was not recorded', 'nothing', 'a packet');
    return comparison.result;
  }

  /** Before the guest writes its next packet: the host may have read, and the packet has its number. */
  #prepare(from: number): void {
    const next = this.#steps.slice(from).find(({ fromGuest }) => fromGuest);
    if (next === undefined || this.#guest.writeOffset !== this.#at) return;
    if (next.step.flag('signalHost')) this.#guest.drain();
    const view = viewOf(next.packet);
    if (next.packet.length >= 16 && view.getUint16(FLAGS, true) === 1)
      this.#guest.bus.nextTransaction = Number(view.getBigUint64(TRANSACTION, true));
  }

  #guestStep({ step, packet, message }: PacketStep): void {
    const comparison = this.#comparison;
    if (this.#guest.packetAt(this.#at) === undefined) this.#act(message);
    const written = this.#guest.packetAt(this.#at);
    if (written === undefined) {
      comparison.differ('packet', 'a packet', 'nothing');
      return;
    }
    this.#at = (written.offset + written.bytes.length) % this.#guest.ringSize;
    comparison.equal('ringOffset', step.number('ringOffset'), written.offset);
    comparison.equal('signalHost', step.flag('signalHost'), this.#guest.signals > this.#signals);
    this.#signals = this.#guest.signals;
    compareBytes(comparison, packet, written.bytes);
  }

  #hostStep({ step, packet }: PacketStep, index: number): void {
    const comparison = this.#comparison;
    if (packet.length < 16) {
      comparison.differ('packet', 'a packet', 'less than a descriptor');
      return;
    }
    const { offset, bytes, signal } = this.#guest.deliver(packet);
    this.#prepare(index);
    this.#guest.run();
    comparison.equal('answers that nobody asked for', 0, this.#guest.bus.strays);
    comparison.equal('ringOffset', step.number('ringOffset'), offset);
    comparison.equal('interruptGuest', step.flag('interruptGuest'), signal);
    compareBytes(comparison, packet, bytes);
  }

  /** What a device's driver, or the end of the machine, makes the bus say. */
  #act(message: Uint8Array): void {
    const { bus } = this.#guest;
    const type = messageType(message);
    const interrupts = [
      PCI_CREATE_INTERRUPT_MESSAGE,
      PCI_CREATE_INTERRUPT_MESSAGE2,
      PCI_CREATE_INTERRUPT_MESSAGE3,
    ];
    if (interrupts.includes(type)) {
      const request = decodeCreateInterrupt(message);
      if (request === undefined) return;
      const { slot, vector, count, processors } = request;
      bus.createInterrupt(slot, { vector, processor: processors[0] ?? 0 }, () => {}, count);
    } else if (type === PCI_DELETE_INTERRUPT_MESSAGE) {
      const deleted = decodeDeleteInterrupt(message);
      if (deleted !== undefined) bus.deleteInterrupt(deleted.slot, deleted.message);
    } else if (type === PCI_READ_BLOCK_TYPE) {
      const get = (name: keyof typeof PCI_READ_BLOCK.fields) =>
        getField(message, PCI_READ_BLOCK.fields[name]);
      bus.readBlock(get('wslot'), get('block_id'), get('bytes_requested'), () => {});
    } else if (type === PCI_WRITE_BLOCK_TYPE) {
      const { at } = PCI_WRITE_BLOCK;
      const bytes = message.slice(at.bytes, at.bytes + getNumber(message, at.byte_count, 4));
      const block = getNumber(message, at.block_id, 4);
      bus.writeBlock(getNumber(message, at.wslot, 4), block, bytes);
    } else if (type === PCI_RESOURCES_RELEASED) bus.releaseResources();
    else if (type === PCI_BUS_D0EXIT) bus.leaveD0();
  }
}

/** A file may leave the trailer out. */
function compareBytes(comparison: Comparison, recorded: Uint8Array, model: Uint8Array): void {
  const whole = recorded.length === model.length;
  comparison.bytes('packet', recorded, whole ? model : model.subarray(0, model.length - TRAILER));
}

function toPacket(step: Fields): PacketStep {
  const packet = step.bytes('packet');
  const header = packet.length < 4 ? 0 : viewOf(packet).getUint16(2, true) * 8;
  const fromGuest = step.raw('actor') === 'guest';
  return { step, fromGuest, packet, message: packet.subarray(header) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
