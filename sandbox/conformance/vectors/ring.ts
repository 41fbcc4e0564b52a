import { UsageError } from '../../lab/usage.ts';
import { type GpaRange, putGpaRanges } from '../../machine/vmbus/packets.ts';
import { DESCRIPTOR_WORDS, PACKET_GPA_DIRECT } from '../../machine/vmbus/ring.ts';
import type { Fields } from './fields.ts';
import { SharedRing } from './shared-ring.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

/** What a write that was refused returns, in the files. */
const EAGAIN = -11;
/** Bytes of the control page that a file ends with. */
const FINAL_CONTROL = 'controlPageFirst68Bytes';

/** Replays operations of a writer and a reader on our ring: every result, index, signal and byte. */
export function replayRing(file: VectorFile): FamilyResult {
  return new RingReplay(file.content).run();
}

class RingReplay {
  readonly #ring: SharedRing;
  readonly #content: Fields;
  readonly #found = new Comparison();

  constructor(content: Fields) {
    this.#content = content;
    this.#ring = new SharedRing(content);
  }

  run(): FamilyResult {
    for (const op of this.#content.list('ops')) {
      this.#operation(op);
      this.#state(op);
      this.#found.steps++;
    }
    const final = this.#content.object('final');
    const control = final.bytes(FINAL_CONTROL);
    this.#found.bytes('final control page', control, this.#ring.control(control.length));
    this.#found.bytes('final data', final.bytes('data'), this.#ring.data);
    return this.#found.result;
  }

  #operation(op: Fields): void {
    const name = op.text('op');
    if (name === 'write') this.#write(op, DESCRIPTOR_WORDS, op.number('type'));
    else if (name === 'writeGpaDirect') {
      const ranges = op.list('ranges').map(toRange);
      if (ranges.reduce((sum, { pfns }) => sum + pfns.length, 0) > 8192)
        throw new UsageError(`${op.where}: more pages than a packet can list`);
      this.#write(op, putGpaRanges(this.#ring.words, ranges), PACKET_GPA_DIRECT);
    } else if (name === 'read') this.#read(op);
    else if (name === 'setInterruptMask') this.#ring.mask = op.number('value');
    else if (name === 'setPendingSendSize') this.#ring.writer.pendingSendSize = op.number('value');
    else if (name === 'beginRead') this.#ring.reader.beginRead();
    else if (name === 'endRead')
      this.#found.equal(
        'bytes that came meanwhile',
        op.number('bytesRemaining'),
        this.#ring.reader.endRead(),
      );
    else throw new UsageError(`${op.where}: there is no operation '${name}'`);
  }

  #write(op: Fields, payload: number, type: number): void {
    const ring = this.#ring;
    const start = ring.writer.writeIndex;
    const count = ring.putBytes(payload, op.bytes('payload'));
    const written = ring.stage(count, payload, type, op.number('flags'), op.big('transId'));
    const signal = ring.writer.publish();
    this.#found.equal('ret', op.number('ret'), written ? 0 : EAGAIN);
    this.#found.equal('signal', op.flag('signal'), signal);
    this.#found.equal('packet offset', op.number('packetOffset'), written ? start : -1);
  }

  #read(op: Fields): void {
    const { reader, words } = this.#ring;
    const most = op.number('maxPackets') || Number.POSITIVE_INFINITY;
    const packets = op.list('packets');
    let count = 0;
    for (; count < most; count++) {
      const offset = reader.position;
      const got = reader.read(words);
      if (got < 0) this.#found.differ('read', 'a packet or none', 'a corrupt ring');
      if (got <= 0) break;
      if (count < packets.length) this.#packet(packets[count], count, offset, got);
    }
    this.#found.equal('packets listed', packets.length, count);
    this.#found.equal('count', op.number('count'), count);
    this.#found.equal('signal', op.flag('signal'), reader.commit());
  }

  #packet(packet: Fields, index: number, offset: number, count: number): void {
    const { words } = this.#ring;
    const what = `packet ${index}`;
    const found = this.#found;
    const header = (words[0] >>> 16) * 2;
    found.equal(`${what} offset`, packet.number('offset'), offset);
    found.equal(`${what} type`, packet.number('type'), words[0] & 0xffff);
    found.equal(`${what} flags`, packet.number('flags'), words[1] >>> 16);
    found.equal(`${what} dataOffset8`, packet.number('dataOffset8'), words[0] >>> 16);
    found.equal(`${what} len8`, packet.number('len8'), words[1] & 0xffff);
    const transaction = (BigInt(words[3]) << 32n) | BigInt(words[2]);
    found.equal(`${what} transId`, packet.big('transId'), transaction);
    const data = new Uint8Array(words.buffer, header * 4, (count - header) * 4);
    found.bytes(`${what} data`, packet.bytes('data'), data);
  }

  #state(op: Fields): void {
    const { writer } = this.#ring;
    const found = this.#found;
    found.equal('write index', op.number('writeIndex'), writer.writeIndex);
    found.equal('read index', op.number('readIndex'), writer.readIndex);
    found.equal('bytes to write', op.number('bytesToWrite'), writer.free);
    found.equal('bytes to read', op.number('bytesToRead'), writer.dataSize - writer.free);
    found.equal('CRC of the data', op.text('dataCrc32').toLowerCase(), this.#ring.dataCrc32);
    if (op.has('interruptMask'))
      found.equal('interrupt mask', op.number('interruptMask'), this.#ring.mask);
  }
}

function toRange(range: Fields): GpaRange {
  return {
    byteCount: range.number('byteCount'),
    byteOffset: range.number('byteOffset'),
    pfns: range.numbers('pfns'),
  };
}
