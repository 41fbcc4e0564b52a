import { packetInfo } from '../../machine/guest/netvsc/packet-info.ts';
import { SendBuffer } from '../../machine/guest/netvsc/send-buffer.ts';
import { OutgoingFrame } from '../../machine/guest/netvsc/transmitter.ts';
import { PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import {
  MAX_PACKETS_PER_TRANSFER,
  MAX_PAGE_RANGES,
  NO_SECTION,
  SEND_SECTION_SIZE,
} from '../../machine/vmbus/nvsp.ts';
import { PACKET_GPA_DIRECT, PACKET_IN_BAND } from '../../machine/vmbus/ring.ts';
import { headerSize, INFO_8021Q } from '../../machine/vmbus/rndis.ts';
import type { Fields } from './fields.ts';
import type { NetvscGuest } from './netvsc-guest.ts';
import { viewOf } from './netvsc-init.ts';
import type { Comparison } from './vector-file.ts';

const SECTIONS = 170;
const ALIGNMENT = 8;
const ETHER_TYPE = 12;
const IP = 14;
const IPV6_HEADER = 40;

/** Our driver's way of sending, given what the stack of a file hands over. */
export class SendingGuest {
  #guest: NetvscGuest;
  #buffer: SendBuffer;
  #bufferAt: number;
  #frame = new OutgoingFrame();
  #slot = 0;
  /** Contents of sections as the file has them after each packet, in order. */
  #sections: Fields[];

  constructor(guest: NetvscGuest, steps: Fields[]) {
    this.#guest = guest;
    const { memory } = guest;
    // From the end of memory, which no address of the file reaches.
    this.#bufferAt = memory.size - SECTIONS * SEND_SECTION_SIZE;
    this.#bufferAt -= this.#bufferAt % PAGE_SIZE;
    this.#buffer = new SendBuffer(
      memory,
      this.#bufferAt,
      SECTIONS * SEND_SECTION_SIZE,
      SEND_SECTION_SIZE,
    );
    guest.transmitter.useBuffer(this.#buffer, MAX_PACKETS_PER_TRANSFER, ALIGNMENT);
    this.#sections = steps.filter((step) => step.raw('via') === 'sendBuffer');
  }

  /** A frame as the stack handed it over; compares what becomes of it. */
  transmit(comparison: Comparison, step: Fields): void {
    const { transmitter } = this.#guest;
    const before = transmitter.open;
    const frame = this.#frameOf(step);
    if (frame.pieces > MAX_PAGE_RANGES - 1) {
      comparison.differ('pieces', `${frame.pieces}`, `at most ${MAX_PAGE_RANGES - 1}`);
      return;
    }
    const packets = this.#guest.waiting;
    transmitter.send(frame, this.#slot++, step.flag('xmitMore'));
    this.#compare(comparison, step, frame, before, this.#guest.waiting > packets);
  }

  /** A section as the file has it, whatever is behind the last message included. */
  compareSection(comparison: Comparison, step: Fields): void {
    const recorded = step.bytes('bytes');
    const model = new Uint8Array(recorded.length);
    const at = this.#bufferAt + step.number('section') * SEND_SECTION_SIZE;
    this.#guest.memory.readInto(at, model, 0, model.length);
    comparison.bytes('section', recorded, model);
    this.#sections.shift();
  }

  #frameOf(step: Fields): OutgoingFrame {
    const { memory, base } = this.#guest;
    const frame = this.#frame;
    frame.clear();
    frame.header = step.number('headAddr') - base;
    const linear = step.bytes('linear');
    const data = step.number('dataAddr') - base;
    memory.writeFrom(data, linear, 0, linear.length);
    frame.add(data, step.number('linearLen'));
    const frags = step.list('frags');
    let known = this.#contentBehind(linear);
    for (const frag of frags) {
      const gpa = frag.number('pfn') * PAGE_SIZE + frag.number('offset') - base;
      const length = frag.number('len');
      memory.writeFrom(gpa, known, 0, Math.min(length, known.length));
      known = known.subarray(length);
      frame.add(gpa, length);
    }
    frame.info = infoOf(step, linear);
    return frame;
  }

  /** What the file has behind a frame's linear part in the next section: the content of its fragments. */
  #contentBehind(linear: Uint8Array): Uint8Array {
    const section = this.#sections[0]?.bytes('bytes') ?? new Uint8Array();
    for (let at = 0; at + linear.length <= section.length; at++)
      if (linear.every((byte, i) => section[at + i] === byte))
        return section.slice(at + linear.length);
    return new Uint8Array();
  }

  #compare(
    comparison: Comparison,
    step: Fields,
    frame: OutgoingFrame,
    before: { section: number; used: number; frames: number } | undefined,
    sent: boolean,
  ): void {
    const { open } = this.#guest.transmitter;
    const packet = this.#guest.last;
    const direct = sent && open === undefined && packet?.type === PACKET_GPA_DIRECT;
    const at =
      packet === undefined ? 0 : packet.type === PACKET_IN_BAND ? 4 : 4 + packet.headerWords;
    const named = open?.section ?? packet?.words[at + 2] ?? NO_SECTION;
    const section = named === NO_SECTION ? -1 : named;
    const joined = before !== undefined && before.section === section;
    comparison.equal('ret', step.number('ret'), 0);
    comparison.equal('sendBufIndex', step.number('sendBufIndex'), section);
    comparison.equal(
      'pageBufCount',
      step.number('pageBufCount'),
      direct ? (packet?.words[5] ?? 0) : 0,
    );
    comparison.equal('cpPartial', step.number('cpPartial'), direct && section >= 0 ? 1 : 0);
    comparison.equal(
      'totalPacketsInMsg',
      step.number('totalPacketsInMsg'),
      joined ? before.frames + 1 : 1,
    );
    const header = new Uint8Array(headerSize(frame.info));
    const where =
      section < 0
        ? frame.header
        : this.#bufferAt + section * SEND_SECTION_SIZE + (joined ? before.used : 0);
    this.#guest.memory.readInto(where, header, 0, header.length);
    comparison.bytes('rndisHeader', step.bytes('rndisHeader'), header);
  }
}

function infoOf(step: Fields, linear: Uint8Array): number[] {
  const vlan = step.number('vlan');
  const ipv6 = linear[ETHER_TYPE] === 0x86 && linear[ETHER_TYPE + 1] === 0xdd;
  const network = ipv6 ? IPV6_HEADER : 4 * (linear[IP] & 15);
  return packetInfo({
    hash: step.number('hash'),
    tag: vlan < 0 ? undefined : vlan | priorityOf(step.bytes('rndisHeader')),
    segment: step.number('gso'),
    checksum: step.flag('csumPartial'),
    tcp: step.flag('tcp'),
    ipv6,
    transport: IP + network,
  });
}

/** Priority and CFI of a frame's tag, which a file has nowhere else than in the result. */
function priorityOf(header: Uint8Array): number {
  const view = viewOf(header);
  for (let at = 44; at + 16 <= header.length; at += 16) {
    const value = view.getUint32(at + 12, true);
    if (view.getUint32(at + 4, true) === INFO_8021Q)
      return ((value & 7) << 13) | ((value & 8) << 9);
  }
  return 0;
}
