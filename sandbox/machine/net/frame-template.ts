import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, type FlowDescription, macBytes, PAYLOAD_OFFSET } from './frame.ts';
import { LengthFields } from './length-fields.ts';

const UDP_PORT_BASE = 0x4000;

/**
 * Makes the frames of one flow. The pattern and all but the sequence number are prepared once; a frame
 * is a copy of that with its number and checksum put in, as a stack fills in a prepared header. Where
 * lengths vary, a frame is the beginning of the longest one, with the fields of its own length.
 */
export class FrameTemplate {
  /** Length of the longest frames. */
  readonly length: number;
  readonly address: number;
  #host: HostMemory;
  #image: Uint8Array;
  #sumWithoutSequence = 0;
  #lengths: Uint16Array | undefined;
  #fields: LengthFields | undefined;

  /** Takes room for one frame from host memory. */
  constructor(host: HostMemory, flow: FlowDescription) {
    this.#host = host;
    this.length = flow.length;
    this.address = host.allocate(flow.length + 8) + 2;
    this.#image = host.bytes.subarray(this.address, this.address + flow.length);
    this.#writeHeaders(flow);
    writePattern(host, this.address + PAYLOAD_OFFSET, flow);
    this.#lengths = flow.lengths;
    if (flow.lengths === undefined) this.#sumWithoutSequence = this.#udpSum();
    else this.#fields = new LengthFields(host, this.address, flow.length);
  }

  /** Writes frame `sequence` of the flow to the prepared room at `to`, which must be even; returns its length. */
  write(to: number, sequence: number): number {
    const host = this.#host;
    const bytes = host.bytes;
    const lengths = this.#lengths;
    const length = lengths === undefined ? this.length : lengths[sequence % lengths.length];
    if (length === this.length) bytes.set(this.#image, to);
    else bytes.copyWithin(to, this.address, this.address + length);
    const at = to + PAYLOAD_OFFSET;
    bytes[at] = sequence >>> 24;
    bytes[at + 1] = sequence >>> 16;
    bytes[at + 2] = sequence >>> 8;
    bytes[at + 3] = sequence;
    const words = swap16(sequence >>> 16) + swap16(sequence & 0xffff);
    const prepared = this.#fields?.write(to, length) ?? this.#sumWithoutSequence;
    const sum = fold(prepared + words) ^ 0xffff;
    host.u16[(to + 40) >>> 1] = sum === 0 ? 0xffff : sum;
    return length;
  }

  #writeHeaders(flow: FlowDescription): void {
    const bytes = this.#host.bytes;
    const ip = this.address + ETHERNET_HEADER;
    const udp = ip + 20;
    const ipLength = flow.length - ETHERNET_HEADER;
    bytes.set(macBytes(flow.destination), this.address);
    bytes.set(macBytes(flow.source), this.address + 6);
    bytes.set([0x08, 0x00, 0x45, 0, ipLength >>> 8, ipLength & 0xff, 0, 0, 0x40, 0], ip - 2);
    bytes.set([64, 17, 0, 0, 10, 0, flow.flow >>> 8, flow.flow & 0xff, 10, 1, 0, 1], ip + 8);
    this.#host.u16[(ip + 10) >>> 1] = onesSum(this.#host, ip, 20) ^ 0xffff;
    const port = UDP_PORT_BASE + flow.flow;
    const udpLength = ipLength - 20;
    bytes.set([port >>> 8, port & 0xff, 0x40, 0, udpLength >>> 8, udpLength & 0xff, 0, 0], udp);
  }

  /** Sum over pseudo header, UDP header and payload, with sequence and checksum still zero. */
  #udpSum(): number {
    const ip = this.address + ETHERNET_HEADER;
    const udpLength = this.length - PAYLOAD_OFFSET + 8;
    const covered = onesSum(this.#host, ip + 12, 8 + udpLength);
    return fold(covered + swap16(17) + swap16(udpLength));
  }
}

function writePattern(host: HostMemory, at: number, flow: FlowDescription): void {
  const bytes = host.bytes;
  const end = at + flow.length - PAYLOAD_OFFSET;
  bytes.set([0, 0, 0, 0, flow.flow >>> 24, flow.flow >>> 16, flow.flow >>> 8, flow.flow], at);
  let state = (flow.seed ^ Math.imul(flow.flow + 1, 0x9e3779b9)) | 1;
  for (let i = at + 8; i < end; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
}
