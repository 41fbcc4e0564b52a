import { HostMemory, PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND, Ring } from '../machine/vmbus/ring.ts';
import type { ByteField, HexdumpReport, RingReport, RingSlot, TableReport } from './report.ts';
import { UsageError } from './usage.ts';

/** Bytes of every packet here, with descriptor and trailer, and of the text in it. */
const SLOT = 128;
const TEXT = SLOT - 4 * DESCRIPTOR_WORDS - 8;
const SLOTS = PAGE_SIZE / SLOT;
const CONTROL = PAGE_SIZE;
const DATA = 2 * PAGE_SIZE;
const CONTROL_SHOWN = 72;

/** What the layout of ring and packet rests on: the page of sources has it under this name. */
const SOURCE = 'VMBus vectors: the public structures, and rings that real drivers wrote';

/** A field of a packet with the part of it that it is in. */
const placed = (field: ByteField): ByteField => ({
  ...field,
  section:
    field.offset < 4 * DESCRIPTOR_WORDS
      ? 'descriptor, 16 bytes'
      : field.offset < SLOT - 8
        ? 'payload, padded to 8 bytes'
        : 'trailer, 8 bytes',
});

/** What one side did, and what the control page said when it was done. */
interface Step {
  who: 'writer' | 'reader';
  what: string;
  write: number;
  read: number;
  mask: number;
}

/**
 * One direction of a VMBus channel, a control page and a data page, with both sides in the caller's hands.
 * Packets have 128 bytes, so that a page has room for 31 of them.
 *
 * The reader sleeps at first. It wakes when it is signalled, and from then on works only as it is told:
 * `take` packets, `sleep` again.
 */
export class HandRing {
  /** Signals sent so far. */
  signals = 0;
  #host = new HostMemory(1);
  #writer = new Ring(this.#host, [CONTROL, DATA]);
  #reader = new Ring(this.#host, [CONTROL, DATA]);
  #awake = false;
  #written = 0;
  #steps: Step[] = [];

  /** Whether the reader is awake: signalled, and not asleep again. */
  get awake(): boolean {
    return this.#awake;
  }

  /** Packets in the ring that the reader has not taken. */
  get waiting(): number {
    const used = this.#writer.dataSize - this.#writer.free;
    return used / SLOT;
  }

  /** Whether packets lie in the ring and nobody will look: the wake-up is lost. */
  get stuck(): boolean {
    return !this.#awake && this.waiting > 0;
  }

  /**
   * The writer puts a packet with `text` (at most 104 characters of ASCII) into the ring and publishes it.
   * It does not signal.
   * @returns whether the rule of VMBus asks for a signal now; undefined when the ring was too full
   * @throws UsageError for a text that is too long
   */
  write(text: string): boolean | undefined {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (bytes.length > TEXT)
      throw new UsageError(`write: ${bytes.length} bytes are more than ${TEXT}`);
    const words = new Uint32Array(SLOT / 4 - 2);
    new Uint8Array(words.buffer).set(bytes, 4 * DESCRIPTOR_WORDS);
    const written = this.#writer.write(words, words.length, PACKET_IN_BAND, 0, 0, ++this.#written);
    if (written === 0) this.#written--;
    this.#note('writer', written === 0 ? 'found no room' : `wrote packet ${this.#written}`);
    return written === 0 ? undefined : written === 2;
  }

  /** The writer signals: a hypercall. A reader that slept is awake, and masks further signals. */
  signal(): void {
    this.signals++;
    const slept = !this.#awake;
    this.#awake = true;
    if (slept) this.#reader.masked = true;
    this.#note('writer', slept ? 'signalled: the reader wakes' : 'signalled for nothing');
  }

  /**
   * The reader takes the next packet and publishes that.
   * @returns its text; undefined when the ring is empty, or the reader asleep
   */
  take(): string | undefined {
    if (!this.#awake) return undefined;
    const words = new Uint32Array(SLOT / 4);
    const count = this.#reader.read(words);
    this.#reader.commit();
    if (count <= 0) {
      this.#note('reader', 'found the ring empty');
      return undefined;
    }
    this.#note('reader', `took packet ${words[2]}`);
    const bytes = new Uint8Array(words.buffer, 4 * DESCRIPTOR_WORDS, TEXT);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end < 0 ? TEXT : end));
  }

  /**
   * The reader takes the mask off and sleeps. With `lookAgain`, as the rule demands, it looks once more
   * after that, and stays awake when a packet has come.
   * @returns whether it sleeps
   */
  sleep(lookAgain = true): boolean {
    if (lookAgain) this.#awake = !this.#reader.endBatch();
    else {
      this.#reader.masked = false;
      this.#awake = false;
    }
    this.#note('reader', this.#awake ? 'found another packet, stays awake' : 'sleeps');
    return !this.#awake;
  }

  /** What both sides did so far, and the control page after each step. */
  steps(title = 'What happened'): TableReport {
    const names = ['Side', 'Did', 'Write index', 'Read index', 'Interrupt mask'];
    return {
      kind: 'table',
      title,
      columns: names.map((name) => ({ name })),
      rows: this.#steps.map(({ who, what, write, read, mask }) => [who, what, write, read, mask]),
    };
  }

  /** The ring as slots of 128 bytes. */
  ring(title = 'The ring'): RingReport {
    const { writeIndex, readIndex } = this.#writer;
    const [tail, head] = [writeIndex / SLOT, readIndex / SLOT];
    const slots = Array.from({ length: SLOTS }, (_, i) => {
      const used = (i - head + SLOTS) % SLOTS < (tail - head + SLOTS) % SLOTS;
      const transaction = this.#host.u32[(DATA + i * SLOT + 8) >>> 2];
      const label = used ? `packet ${transaction}` : transaction > 0 ? 'taken' : '';
      const fields = transaction > 0 ? this.#descriptor(i) : undefined;
      return { owner: used ? 'software' : 'free', label, ...(fields && { fields }) } as const;
    });
    return { kind: 'ring', title, size: SLOTS, head, tail, slots, source: SOURCE };
  }

  /** The descriptor of the packet in slot `slot`. */
  #descriptor(slot: number): NonNullable<RingSlot['fields']> {
    const fields = this.packet(slot).fields ?? [];
    return fields
      .filter(({ offset }) => offset < 4 * DESCRIPTOR_WORDS)
      .map(({ name, value = '', section }) => ({ name, value, section }));
  }

  /** The start of the control page, with its fields. */
  control(title = 'The control page'): HexdumpReport {
    const field = (offset: number, name: string) => ({
      offset,
      length: 4,
      name,
      value: String(this.#host.u32[(CONTROL + offset) >>> 2]),
      section: 'control page',
    });
    const bytes = this.#host.bytes.slice(CONTROL, CONTROL + CONTROL_SHOWN);
    const fields = [
      field(0, 'write index'),
      field(4, 'read index'),
      field(8, 'interrupt mask'),
      field(12, 'pending send size'),
      field(64, 'feature bits'),
    ];
    return { kind: 'hexdump', title, bytes, fields, source: SOURCE };
  }

  /**
   * The bytes of slot `slot`, 0 to 31, with the fields of a packet.
   * @throws UsageError for another number
   */
  packet(slot = 0, title = `The packet in slot ${slot}`): HexdumpReport {
    if (!(Number.isInteger(slot) && slot >= 0 && slot < SLOTS))
      throw new UsageError(`packet: slot ${slot} is not 0 to ${SLOTS - 1}`);
    const bytes = this.#host.bytes.slice(DATA + slot * SLOT, DATA + (slot + 1) * SLOT);
    const view = new DataView(bytes.buffer);
    const half = (offset: number) => view.getUint16(offset, true);
    const fields: ByteField[] = [
      { offset: 0, length: 2, name: 'type', value: `${half(0)}: in-band` },
      { offset: 2, length: 2, name: 'header length', value: `${half(2)} x 8 bytes` },
      { offset: 4, length: 2, name: 'total length', value: `${half(4)} x 8 bytes` },
      { offset: 6, length: 2, name: 'flags', value: String(half(6)) },
      { offset: 8, length: 8, name: 'transaction id', value: String(view.getUint32(8, true)) },
      { offset: 16, length: TEXT, name: 'payload' },
      { offset: SLOT - 8, length: 4, name: 'trailer, reserved' },
      {
        offset: SLOT - 4,
        length: 4,
        name: 'trailer, offset of this packet',
        value: String(view.getUint32(SLOT - 4, true)),
      },
    ];
    return { kind: 'hexdump', title, bytes, fields: fields.map(placed), source: SOURCE };
  }

  #note(who: Step['who'], what: string): void {
    const { writeIndex: write, readIndex: read, masked } = this.#writer;
    this.#steps.push({ who, what, write, read, mask: masked ? 1 : 0 });
  }
}

/** A ring to be operated by hand. */
export function ringByHand(): HandRing {
  return new HandRing();
}
