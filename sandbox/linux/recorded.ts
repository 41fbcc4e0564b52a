import {
  type BusRecord,
  type DmaRecord,
  isAccess,
  parseRecording,
} from '../conformance/recording.ts';
import type { Happening } from './happening.ts';
import { DEVICE_NUMBER } from './plug.ts';
import { ReceiveRing } from './receive-ring.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
const BAR = 0x10;
/** The recorded device leaves as many bytes behind a frame for its check sequence. */
const FCS = 4;

/** A recorded session as things that happen to a machine. */
export interface RecordedSession {
  happenings: Happening[];
  /** Station address of the recorded adapter, as hex pairs. */
  macAddress: string;
}

/**
 * Reads a recording of a driver at its registers. What the recorded device found in guest memory comes
 * before the access that made it look; frames come behind the access after which they arrived.
 * @throws UsageError when the text is no recording
 */
export function readSession(text: string): RecordedSession {
  const records = parseRecording(text);
  const session = new SessionReader(records);
  return { happenings: session.read(), macAddress: macOf(records) };
}

class SessionReader {
  #records: readonly BusRecord[];
  #ring: ReceiveRing;
  #happenings: Happening[] = [];
  #base = 0;
  #began: number;
  #last: number;
  #phase = '';

  constructor(records: readonly BusRecord[]) {
    this.#records = records;
    this.#ring = new ReceiveRing(records);
    this.#began = this.#last = records[0]?.time ?? 0;
  }

  read(): Happening[] {
    const starts = [...this.#records.keys()].filter((i) => isAccess(this.#records[i]));
    for (const [n, start] of starts.entries())
      this.#segment(n === 0 ? 0 : start, starts[n + 1] ?? this.#records.length);
    return this.#happenings;
  }

  /** An access, and all that comes of it until the next one. */
  #segment(start: number, end: number): void {
    const records = this.#records.slice(start, end);
    for (const record of records) {
      this.#enter(record);
      if (record.op !== 'dmar') continue;
      const { address, data } = record;
      this.#happenings.push({ kind: 'memory', address, data });
    }
    for (const record of records) if (isAccess(record)) this.#access(record);
    for (const [i, record] of records.entries()) {
      if (record.op !== 'rxframe' || (record.outcome ?? 'accepted') !== 'accepted') continue;
      const buffer = records.slice(i).find((one) => one.op === 'dmaw' && one.what === 'rxbuf');
      const data = (buffer as DmaRecord | undefined)?.data;
      if (data) this.#happenings.push({ kind: 'frame', frame: data.subarray(0, -FCS) });
    }
    for (let i = start; i < end; i++) this.#happenings.push(...this.#ring.after(i));
  }

  #enter({ phase, time }: BusRecord): void {
    if (phase === '' || phase === this.#phase) return;
    this.#phase = phase;
    this.#happenings.push({ kind: 'mark', at: time - this.#began, name: phase });
  }

  #access(record: BusRecord): void {
    if (record.op === 'ior' || record.op === 'iow') {
      this.#port(
        record,
        this.#base + record.offset,
        record.op === 'iow',
        record.size,
        record.value,
      );
      return;
    }
    if (record.op !== 'cfgr' && record.op !== 'cfgw') return;
    const { offset, size, value } = record;
    const address = (0x80000000 | (DEVICE_NUMBER << 11) | (offset & 0xfc)) >>> 0;
    this.#port(record, CONFIG_ADDRESS, true, 4, address);
    this.#port(record, CONFIG_DATA + (offset & 3), record.op === 'cfgw', size, value);
    if (record.op === 'cfgw' && offset === BAR && value !== 0xffffffff) this.#base = value & ~3;
  }

  #port({ time }: BusRecord, port: number, write: boolean, size: number, value: number): void {
    const after = Math.max(0, time - this.#last);
    this.#last = time;
    const at = time - this.#began;
    this.#happenings.push({ kind: 'access', at, after, port, size, write, value });
  }
}

/** The source address of the first frame that the recorded guest sent. */
function macOf(records: readonly BusRecord[]): string {
  const sent = records.find((one) => one.op === 'dmar' && one.what === 'txbuf');
  const data = (sent as DmaRecord | undefined)?.data ?? new Uint8Array(12);
  return [...data.subarray(6, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
