import { UsageError } from '../../lab/usage.ts';
import { putTransferRanges, type TransferRange } from '../../machine/vmbus/packets.ts';
import { DESCRIPTOR_WORDS, PACKET_TRANSFER_PAGES } from '../../machine/vmbus/ring.ts';
import type { Fields } from './fields.ts';
import { SharedRing } from './shared-ring.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

/**
 * Replays batches of a host's packets, each published once, and the reads of a guest. The files give no
 * bytes before their end; so what is read is compared with what was written, too.
 */
export function replayXferpages(file: VectorFile): FamilyResult {
  return new XferpagesReplay(file.content).run();
}

class XferpagesReplay {
  readonly #ring: SharedRing;
  readonly #content: Fields;
  readonly #found = new Comparison();
  /** Packets that were written and not read yet: their words from the descriptor on. */
  readonly #written: Uint32Array[] = [];

  constructor(content: Fields) {
    this.#content = content;
    this.#ring = new SharedRing(content);
  }

  run(): FamilyResult {
    for (const op of this.#content.list('ops')) {
      this.#operation(op);
      this.#indices(op);
      this.#found.steps++;
    }
    const final = this.#content.object('final');
    this.#indices(final);
    this.#found.bytes('final data', final.bytes('data'), this.#ring.data);
    return this.#found.result;
  }

  #operation(op: Fields): void {
    const name = op.text('op');
    if (name === 'writeBatch') this.#writeBatch(op);
    else if (name === 'read') this.#read(op);
    else if (name === 'setInterruptMask') this.#ring.mask = op.number('value');
    else if (name === 'setPendingSendSize') this.#ring.writer.pendingSendSize = op.number('value');
    else if (name === 'beginRead') this.#ring.reader.beginRead();
    else if (name === 'endRead') this.#ring.reader.endRead();
    else throw new UsageError(`${op.where}: there is no operation '${name}'`);
  }

  #writeBatch(op: Fields): void {
    let full = false;
    for (const packet of op.list('packets')) {
      full = !this.#stage(packet);
      if (full) break;
    }
    this.#found.equal('ring full before the end', op.flag('ringFullBeforeEnd'), full);
    this.#found.equal('signal', op.flag('signal'), this.#ring.writer.publish());
  }

  #stage(packet: Fields): boolean {
    const ring = this.#ring;
    const type = packet.number('type');
    const payload =
      type === PACKET_TRANSFER_PAGES
        ? putTransferRanges(
            ring.words,
            packet.number('xferPageSetId'),
            packet.list('ranges').map(toRange),
          )
        : DESCRIPTOR_WORDS;
    const count = ring.putBytes(payload, packet.bytes('payload'));
    const flags = packet.number('flags');
    if (!ring.stage(count, payload, type, flags, packet.big('transId'))) return false;
    const even = count + (count & 1);
    ring.words.fill(0, count, even);
    this.#written.push(ring.words.slice(0, even));
    return true;
  }

  #read(op: Fields): void {
    const { reader, words } = this.#ring;
    const wanted = op.number('count');
    let count = 0;
    for (; count < wanted; count++) {
      const got = reader.read(words);
      if (got <= 0) break;
      const written = this.#written.shift() ?? new Uint32Array(0);
      this.#found.bytes(`packet ${count}`, bytesOf(written), bytesOf(words.slice(0, got)));
    }
    this.#found.equal('count', wanted, count);
    this.#found.equal('signal', op.flag('signal'), reader.commit());
  }

  #indices(op: Fields): void {
    const { writer } = this.#ring;
    this.#found.equal('write index', op.number('writeIndex'), writer.writeIndex);
    this.#found.equal('read index', op.number('readIndex'), writer.readIndex);
    if (op.has('dataCrc32'))
      this.#found.equal('CRC of the data', op.text('dataCrc32'), this.#ring.dataCrc32);
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function toRange(range: Fields): TransferRange {
  return { byteCount: range.number('byteCount'), byteOffset: range.number('byteOffset') };
}
