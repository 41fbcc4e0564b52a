import type { BusRecord, DmaRecord, FrameRecord } from '../recording.ts';
import { isDescriptor, isOwned, type RecordedMemory, type Touch } from './recorded-memory.ts';
import * as spec from './spec.ts';
import type { Tally } from './tally.ts';

/** TDES0: OWN, ES, TO, LO, NC, LC, EC, HF, CC, LF, UF, DE. */
const TDES0_DEFINED = 0x8000cfff;
/** RDES0: OWN, frame length, ES, FS, LS. Beside FS and LS the recorded device's low half is 0. */
const RDES0_COMPARED = 0xbfff0300;
const RDES0_ERROR = 1 << 15;
const RDES0_FIRST = 1 << 9;
const RDES0_LAST = 1 << 8;
const SETUP_DONE = 0x7fffffff;
/** Frames, without FCS, on whose reception a good chip has no error to report. */
const SHORTEST = 60;
const LONGEST = 1514;

/** Compares the model's transfers with those of the recorded device. */
export class DmaComparison {
  compared = 0;
  mismatches = 0;
  #records: readonly BusRecord[];
  #memory: RecordedMemory;
  #tally: Tally;
  /** Control word of the transmit descriptor at an address, as last read. */
  #controls = new Map<number, number>();
  /** Bytes of the frame that are still to be found in receive buffers. */
  #left = 0;
  /** FT1 and FT0 of the last setup frame: 2 and 1. */
  filterType = 0;

  constructor(records: readonly BusRecord[], memory: RecordedMemory, tally: Tally) {
    this.#records = records;
    this.#memory = memory;
    this.#tally = tally;
  }

  /**
   * Judges the transfers of the records from `begin` up to `end`, which the model has had its chance
   * to make. @param frame the frame whose arrival caused them; @param offered whether the model got it
   */
  check(begin: number, end: number, frame?: FrameRecord, offered = true): void {
    this.#left = frame?.length ?? 0;
    for (let index = begin; index < end; index++) {
      const record = this.#records[index];
      if (record.op !== 'dmar' && record.op !== 'dmaw') continue;
      const touch = this.#memory.touched[index];
      if (!offered && isForReception(record, frame)) this.#aside(record);
      else if (record.op === 'dmar') this.#read(record, touch);
      else this.#write(record, touch, frame);
    }
    for (const { what, address, length } of this.#memory.strays) {
      this.mismatches++;
      const model = `${what} of ${length} bytes at ${spec.hex(address)}`;
      this.#tally.differs(this.#records[begin - 1], 'DMA', 'none', model);
    }
    this.#memory.strays = [];
  }

  #aside(record: DmaRecord): void {
    this.#tally.setAside(
      `transfers for frames that were not offered: ${record.op} ${record.what}`,
      'the recorded device looks for a buffer when a frame arrives; the model knows before',
    );
  }

  #read(record: DmaRecord, touch: Touch | undefined): void {
    if (record.what === 'tdes') this.#note(record);
    const due = isDescriptor(record) ? 4 : record.data.length;
    const bytes = touch?.bytes ?? 0;
    const good = isDescriptor(record) ? bytes >= due : bytes === due;
    this.#judge(record, good, `${due} bytes`, `${bytes} bytes read`);
  }

  /** Remembers a transmit descriptor for its write-back, and the type of a setup frame. */
  #note(record: DmaRecord): void {
    const control = spec.word(record.data, 4);
    this.#controls.set(record.address, control);
    if (!isOwned(record) || (control & spec.TDES1_SET) === 0) return;
    const high = (control & spec.TDES1_FT1) !== 0 ? 2 : 0;
    this.filterType = high | ((control & spec.TDES1_FT0) !== 0 ? 1 : 0);
  }

  #write(record: DmaRecord, touch: Touch | undefined, frame: FrameRecord | undefined): void {
    if (touch?.written === undefined)
      return this.#judge(record, false, textOf(record.data), 'not written');
    if (record.what === 'rxbuf') return this.#buffer(record, touch.written, touch.bytes);
    const recorded = spec.word(record.data, 0);
    const model = spec.word(touch.written, 0);
    const mask = record.what === 'rdes' ? receiveMask(recorded, frame) : this.#transmitMask(record);
    const difference = (recorded ^ model) >>> 0;
    if ((difference & ~mask) !== 0)
      this.#tally.setAside(
        `bits of descriptors: ${this.#maskName(record, mask)}`,
        MASKED[record.what],
      );
    this.#judge(record, (difference & mask) === 0, spec.hex(recorded), spec.hex(model));
  }

  /** The frame's own bytes; the FCS behind them is stale in the recording. */
  #buffer(record: DmaRecord, written: Uint8Array, bytes: number): void {
    const due = Math.min(record.data.length, this.#left);
    this.#left -= due;
    const wrong = written.findIndex((byte, n) => n < due && byte !== record.data[n]);
    const model = wrong < 0 ? `${bytes} bytes written` : `byte ${wrong} is ${written[wrong]}`;
    this.#judge(record, bytes >= due && wrong < 0, `${due} bytes`, model);
  }

  #transmitMask(record: DmaRecord): number {
    const control = this.#controls.get(record.address) ?? 0;
    if ((control & spec.TDES1_SET) !== 0) return SETUP_DONE | spec.OWN;
    return (control & spec.TDES1_LAST) !== 0 ? TDES0_DEFINED : spec.OWN;
  }

  #maskName(record: DmaRecord, mask: number): string {
    return `${record.what === 'rdes' ? 'RDES0' : 'TDES0'} outside ${spec.hex(mask)}`;
  }

  #judge(record: DmaRecord, good: boolean, recorded: string, model: string): void {
    this.compared++;
    if (good) return;
    this.mismatches++;
    const what = `${record.op} ${record.what} ${spec.hex(record.address)}`;
    this.#tally.differs(record, what, recorded, model);
  }
}

const MASKED: Record<string, string> = {
  tdes: 'only OWN means something in a descriptor that ends no frame; the recorded device stores 7fffffff',
  rdes: 'the low half of the recorded device has only FS and LS; the length is that of the padded frame',
};

/** A good frame of legal length has ES clear on either device; a short one is padded on the wire. */
function receiveMask(recorded: number, frame: FrameRecord | undefined): number {
  if ((recorded & RDES0_LAST) === 0) return spec.OWN | RDES0_FIRST | RDES0_LAST;
  const length = frame?.length ?? 0;
  if (length < SHORTEST) return RDES0_COMPARED & 0xc000ffff;
  return length <= LONGEST ? RDES0_COMPARED | RDES0_ERROR : RDES0_COMPARED;
}

const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether a transfer belongs to a frame that was not offered: a look for a buffer, or a part of it. */
function isForReception(record: DmaRecord, frame: FrameRecord | undefined): boolean {
  if (record.op === 'dmar') return record.what === 'rdes';
  const refused = frame?.outcome !== undefined && frame.outcome !== 'accepted';
  return refused && /^rdes$|^rxbuf$/.test(record.what);
}
