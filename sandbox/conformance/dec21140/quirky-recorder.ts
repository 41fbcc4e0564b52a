import type { BusRecord } from '../recording.ts';
import * as spec from './spec.ts';

const RX_RING = 0x1000;
const TX_RING = 0x2000;
const RX_BUFFERS = 0x10000;
const TX_BUFFERS = 0x20000;
const SETUP = 0x8000;
const BUFFER = 0x600;
const FIXED = 0xf0000000;
const NORMAL = 0x14845;
const RI = 1 << 6;
const TU = 1 << 2;
const NIS = 1 << 16;

/** What a driver loads the address filter with: bits of TDES1, and the 192 bytes; without them perfect filtering. */
export interface Filter {
  control: number;
  setup: Uint8Array;
}

/** One ring of the driver's, in its memory: words of each descriptor. */
class Ring {
  readonly base: number;
  readonly descriptors: Uint32Array[];
  /** Next descriptor of the driver's, and of the device's. */
  fill = 0;
  at = 0;

  constructor(base: number, size: number) {
    this.base = base;
    this.descriptors = Array.from({ length: size }, () => new Uint32Array(4));
  }

  address(n: number): number {
    return this.base + 16 * n;
  }

  step(n: number): number {
    return (n + 1) % this.descriptors.length;
  }

  end(n: number): number {
    return n === this.descriptors.length - 1 ? spec.END_OF_RING : 0;
  }
}

/**
 * For tests: a driver and a device with the habits of the recorded one (section 12), which write down
 * what they do. Receive unavailable is set when a frame finds no buffer, never suspends; each write of
 * CSR6 with ST set fetches again; transmission takes place inside the write.
 */
export class QuirkyRecorder {
  readonly records: BusRecord[] = [];
  readonly receive: Ring;
  readonly transmit: Ring;
  readonly mac: Uint8Array;
  #csr5 = FIXED;
  #csr6 = 0;
  #csr7 = 0;
  #filter: Filter | undefined;
  #level = false;
  #counter = 0;

  constructor(mac: Uint8Array, receive: number, transmit: number) {
    this.mac = mac;
    this.receive = new Ring(RX_RING, receive);
    this.transmit = new Ring(TX_RING, transmit);
  }

  /** Resets the chip, lays the rings out anew, loads the filter, starts both processes. */
  open(mask: number, filter?: Filter): void {
    this.#filter = filter;
    this.#access('iow', spec.CSR0, 1);
    this.#csr5 = FIXED;
    this.#csr7 = 0;
    this.#raise(0);
    for (const ring of [this.receive, this.transmit]) {
      ring.fill = ring.at = 0;
      for (const descriptor of ring.descriptors) descriptor.fill(0);
    }
    this.#access('iow', spec.CSR3, RX_RING);
    this.#access('iow', spec.CSR4, TX_RING);
    for (const _ of this.receive.descriptors) this.#refill();
    this.#queue(0x080000c0 | (filter?.control ?? 0), SETUP);
    this.operate(0x02002000);
    this.#access('iow', spec.CSR7, mask);
    this.#csr7 = mask;
    this.#raise(0);
    this.operate(0x02002002);
  }

  close(): void {
    this.operate(0x02000000);
    this.status();
  }

  /** Writes CSR6. */
  operate(value: number): void {
    this.#access('iow', spec.CSR6, value);
    this.#csr6 = value;
    const rs = (value & spec.SR) !== 0 ? spec.RS_WAITING : 0;
    this.#csr5 = ((this.#csr5 & ~(spec.RS | spec.TS)) | (rs << 17)) >>> 0;
    if ((value & spec.ST) === 0) return;
    this.#csr5 = (this.#csr5 | (spec.TS_SUSPENDED << 20)) >>> 0;
    this.#run();
  }

  /** Hands `count` frames over, one poll demand for all. */
  send(count: number): void {
    for (let n = 0; n < count; n++)
      this.#queue(0x60000000 | 60, TX_BUFFERS + 64 * this.transmit.fill);
    this.#access('iow', spec.CSR1, 0);
    this.#run();
  }

  /** Reads CSR6: the recorded device keeps what was written, whatever the setup frame was. */
  operating(): void {
    this.#access('ior', spec.CSR6, this.#csr6);
  }

  /** A frame from the wire that the filter keeps out. */
  pass(destination: Uint8Array): void {
    const data = this.#frame(destination);
    this.records.push({
      ...this.#place,
      op: 'rxframe',
      length: data.length,
      outcome: 'filtered',
      data,
    });
  }

  /** A frame from the wire for this station, or for a group that it listens to. */
  arrive(destination = this.mac): void {
    const { receive } = this;
    const descriptor = receive.descriptors[receive.at];
    const owned = (descriptor[0] & spec.OWN) !== 0;
    const frame = this.#frame(destination);
    this.records.push({
      ...this.#place,
      op: 'rxframe',
      length: frame.length,
      outcome: owned ? 'accepted' : 'no-descriptor',
      data: owned ? undefined : frame,
    });
    this.#dma('dmar', 'rdes', receive.address(receive.at), bytesOf(descriptor));
    if (!owned) return this.#raise(spec.RU);
    this.#raise(RI);
    this.#dma('dmaw', 'rxbuf', descriptor[2], frame);
    descriptor[0] = ((frame.length + 4) << 16) | 0x300;
    this.#dma('dmaw', 'rdes', receive.address(receive.at), bytesOf(descriptor).subarray(0, 4));
    receive.at = receive.step(receive.at);
  }

  /** Reads CSR5. */
  status(): void {
    this.#access('ior', spec.CSR5, this.#csr5);
  }

  /** Clears bits of CSR5. */
  acknowledge(bits: number): void {
    this.#access('iow', spec.CSR5, bits);
    this.#csr5 = (this.#csr5 & ~(bits & 0x1ffff)) >>> 0;
    this.#raise(0);
  }

  /** Gives up to `count` receive buffers back to the device. */
  refill(count: number): void {
    for (let n = 0; n < count; n++)
      if ((this.receive.descriptors[this.receive.fill][0] & spec.OWN) === 0 && this.#pending > 0)
        this.#refill();
  }

  /** Buffers that the device has filled and the driver not yet given back. */
  get #pending(): number {
    const { descriptors } = this.receive;
    return descriptors.filter((one) => (one[0] & spec.OWN) === 0).length;
  }

  #refill(): void {
    const { receive } = this;
    const n = receive.fill;
    receive.descriptors[n].set([spec.OWN, BUFFER | receive.end(n), RX_BUFFERS + n * BUFFER, 0]);
    receive.fill = receive.step(n);
  }

  #queue(control: number, buffer: number): void {
    const { transmit } = this;
    const n = transmit.fill;
    transmit.descriptors[n].set([spec.OWN, control | transmit.end(n), buffer, 0]);
    transmit.fill = transmit.step(n);
  }

  #run(): void {
    const { transmit } = this;
    for (;;) {
      const descriptor = transmit.descriptors[transmit.at];
      const address = transmit.address(transmit.at);
      this.#dma('dmar', 'tdes', address, bytesOf(descriptor));
      if ((descriptor[0] & spec.OWN) === 0) return this.#raise(TU);
      const isSetup = (descriptor[1] & spec.TDES1_SET) !== 0;
      if (isSetup) this.#dma('dmar', 'setup', descriptor[2], this.#setup());
      else this.#dma('dmar', 'txbuf', descriptor[2], this.#frame());
      descriptor[0] = isSetup ? 0x7fffffff : 0;
      this.#dma('dmaw', 'tdes', address, bytesOf(descriptor).subarray(0, 4));
      transmit.at = transmit.step(transmit.at);
    }
  }

  #raise(bits: number): void {
    let status = (this.#csr5 | bits) & ~(NIS | spec.AIS);
    const enabled = status & this.#csr7;
    if ((enabled & NORMAL) !== 0) status |= NIS;
    if ((enabled & spec.RU) !== 0) status |= spec.AIS;
    this.#csr5 = status >>> 0;
    const level = (status & this.#csr7 & (NIS | spec.AIS)) !== 0;
    if (level === this.#level) return;
    this.#level = level;
    this.records.push({ ...this.#place, op: 'irq', level });
  }

  #access(op: 'ior' | 'iow', offset: number, value: number): void {
    this.records.push({ ...this.#place, op, offset, size: 4, value });
  }

  #dma(op: 'dmar' | 'dmaw', what: string, address: number, data: Uint8Array): void {
    this.records.push({ ...this.#place, op, what, address, data });
  }

  get #place() {
    return { line: this.records.length + 1, time: 0, phase: '' };
  }

  /** A frame, each another. */
  #frame(destination = this.mac): Uint8Array {
    const bytes = new Uint8Array(60).fill(this.#counter++ & 0xff, 20);
    bytes.set(destination);
    return bytes;
  }

  #setup(): Uint8Array {
    if (this.#filter) return this.#filter.setup;
    const bytes = new Uint8Array(192);
    for (let n = 0; n < 48; n++) bytes.set(this.mac.subarray((n % 3) * 2, (n % 3) * 2 + 2), 4 * n);
    return bytes;
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  for (const [n, word] of words.entries())
    for (let i = 0; i < 4; i++) bytes[4 * n + i] = word >>> (8 * i);
  return bytes;
}
