import type { Request } from '../../machine/guest/netvsc/agreement.ts';
import { Initialisation } from '../../machine/guest/netvsc/initialisation.ts';
import { NO_RESPONSE } from '../../machine/guest/netvsc/requestor.ts';
import { PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import {
  GPA_RANGE,
  GPADL_CREATED,
  GPADL_HEADER,
  MESSAGE_GPADL_HEADER,
} from '../../machine/vmbus/channel-messages.ts';
import { gpadlMessages } from '../../machine/vmbus/gpadl.ts';
import {
  NVSP_INIT,
  NVSP_MESSAGE_SIZE,
  NVSP_NDIS_CONFIG,
  NVSP_SUBCHANNEL,
  NVSP_SWITCH_DATA_PATH,
  NVSP_WORDS,
  nvspMessage,
} from '../../machine/vmbus/nvsp.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND } from '../../machine/vmbus/ring.ts';
import { haltRequest } from '../../machine/vmbus/rndis.ts';
import type { Fields } from './fields.ts';
import type { NetvscGuest } from './netvsc-guest.ts';

const DEFAULT_FRAME = 1514;
const EMPTY = new DataView(new ArrayBuffer(0));

/** A packet of a file as its words. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(bytes.length >>> 2);
  const view = viewOf(bytes);
  for (let i = 0; i < words.length; i++) words[i] = view.getUint32(4 * i, true);
  return words;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The message of NVSP in a packet; its first word is the type. */
export function nvspWords(packet: Uint8Array): Uint32Array {
  const words = wordsOf(packet);
  return words.subarray((words[0] >>> 16) * 2);
}

/** Where a GPA-direct packet's first range is, as the file counts. */
export function firstRange(packet: Uint8Array): number {
  const view = viewOf(packet);
  return Number(view.getBigUint64(32, true)) * PAGE_SIZE + view.getUint32(28, true);
}

/**
 * Our driver's initialisation, driven by what the host of a file says. What the driver is set to, and where
 * its memory is, is taken from the file; what it says is not.
 */
export class InitialisingGuest {
  readonly initialisation: Initialisation;
  /** RNDIS messages that were sent and not come to yet. */
  readonly rndis: Uint8Array[] = [];
  /** Messages of the bus about buffers, likewise. */
  posts: Uint8Array[] = [];
  #guest: NetvscGuest;
  #steps: ReturnType<Initialisation['steps']>;
  #waiting: Request | undefined;
  /** Packets of the file that carry RNDIS requests: where each request lies. */
  #requestAt: number[];
  #headers: Uint8Array[];
  #done = false;

  constructor(guest: NetvscGuest, steps: Fields[]) {
    this.#guest = guest;
    const packets = steps
      .filter((step) => step.raw('actor') === 'guest' && step.raw('via') === 'ring')
      .map((step) => step.bytes('packet'));
    this.#requestAt = packets.filter((packet) => packet[0] === 9).map(firstRange);
    this.#headers = steps
      .filter((step) => step.raw('via') === 'HvPostMessage')
      .map((step) => step.bytes('payload'))
      .filter((payload) => payload[0] === MESSAGE_GPADL_HEADER);
    const find = (type: number) =>
      packets.map(nvspWords).find((words) => words.length >= 4 && words[0] === type);
    this.initialisation = new Initialisation({
      maxFrame: find(NVSP_NDIS_CONFIG)?.[1] ?? DEFAULT_FRAME,
      channels: 1 + (find(NVSP_SUBCHANNEL)?.[2] ?? 0),
    });
    this.#steps = this.initialisation.steps();
  }

  static isIn(steps: Fields[]): boolean {
    const first = steps.find((step) => step.raw('actor') === 'guest' && step.raw('via') === 'ring');
    return first !== undefined && nvspWords(first.bytes('packet'))[0] === NVSP_INIT;
  }

  start(): void {
    this.#advance(EMPTY, 0);
  }

  /** The host completes what was asked last. */
  completed(packet: Uint8Array): void {
    if (this.#waiting?.kind !== 'nvsp') return;
    const message = new Uint8Array(NVSP_MESSAGE_SIZE);
    const header = viewOf(packet).getUint16(2, true) * 8;
    const length = viewOf(packet).getUint16(4, true) * 8;
    message.set(packet.subarray(header, Math.min(length, header + NVSP_MESSAGE_SIZE)));
    this.#advance(viewOf(message), 0);
  }

  /** The host answers a request of RNDIS. */
  answered(bytes: Uint8Array): void {
    if (this.#waiting?.kind === 'rndis') this.#advance(viewOf(bytes), 0);
  }

  /** The host has taken the description of a buffer. */
  created(payload: Uint8Array): void {
    if (this.#waiting?.kind !== 'gpadl') return;
    const view = viewOf(payload);
    const { creation_status, gpadl } = GPADL_CREATED.at;
    const good = view.getUint32(creation_status, true) === 0;
    this.#advance(EMPTY, good ? view.getUint32(gpadl, true) : 0);
  }

  /** What the administrator does after the initialisation: another data path, or the end. */
  act(packet: Uint8Array): void {
    if (!this.#done || this.#guest.waiting > 0) return;
    const words = nvspWords(packet);
    if (packet[0] === PACKET_IN_BAND && words[0] === NVSP_SWITCH_DATA_PATH)
      this.#post(nvspMessage(NVSP_SWITCH_DATA_PATH, [[0, words[1]]]), true);
    else if (packet[0] === 9) this.#send(haltRequest(++this.initialisation.rndis.requests));
  }

  #advance(message: DataView, handle: number): void {
    const step = this.#steps.next({ message, handle });
    this.#done = step.done === true;
    this.#waiting = step.done ? undefined : step.value;
    if (!step.done) this.#perform(step.value);
  }

  #perform(request: Request): void {
    if (request.kind === 'rndis') this.#send(request.message);
    else if (request.kind === 'gpadl') this.#describe();
    else if (request.kind === 'subchannels') this.#advance(EMPTY, 0);
    else if (request.kind === 'nvsp') this.#post(request.message, true);
    else if (request.kind === 'notice') {
      this.#post(request.message, false);
      this.#advance(EMPTY, 0);
    }
  }

  #post(message: DataView, answered: boolean): void {
    const words = new Uint32Array(DESCRIPTOR_WORDS + NVSP_WORDS);
    words.set(new Uint32Array(message.buffer), DESCRIPTOR_WORDS);
    const { requestor, transmitter } = this.#guest;
    const transaction = answered ? requestor.beginControl() : NO_RESPONSE;
    transmitter.write(words, words.length, PACKET_IN_BAND, 0, transaction);
  }

  #send(message: DataView): void {
    const { base, requestor, transmitter } = this.#guest;
    const at = (this.#requestAt.shift() ?? base) - base;
    this.rndis.push(new Uint8Array(message.buffer));
    transmitter.sendControl(at, message.byteLength, requestor.beginControl());
  }

  /** A buffer's pages follow one another from the first one that the file has. */
  #describe(): void {
    const header = this.#headers.shift();
    if (header === undefined) return;
    const view = viewOf(header);
    const { child_relid, gpadl } = GPADL_HEADER.at;
    const range = GPADL_HEADER.size;
    const bytes = view.getUint32(range + GPA_RANGE.at.byte_count, true);
    const first = Number(view.getBigUint64(range + GPA_RANGE.size, true));
    const pages = Array.from({ length: Math.ceil(bytes / PAGE_SIZE) }, (_, i) => first + i);
    const relid = view.getUint32(child_relid, true);
    this.posts = gpadlMessages(relid, view.getUint32(gpadl, true), { pages });
  }
}
