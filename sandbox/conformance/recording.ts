import { UsageError } from '../lab/usage.ts';

/** Where a record stands in its file (from 1), when it was taken (microseconds), what the guest did. */
interface Place {
  line: number;
  time: number;
  phase: string;
}

/** The driver reads or writes a register of the device. */
export interface RegisterAccess extends Place {
  op: 'ior' | 'iow';
  /** Which function's registers, where a recording has several: io, igb-mmio, igbvf-mmio, msix-table. */
  space?: string;
  /** Bus address of the access, where the recording has it. */
  address?: number;
  offset: number;
  size: number;
  value: number;
}

/** Software reads or writes configuration space of `bdf` (bus, device, function). */
export interface ConfigurationAccess extends Place {
  op: 'cfgr' | 'cfgw';
  bdf: string;
  offset: number;
  size: number;
  value: number;
}

/** The device reads (`dmar`) or writes (`dmaw`) guest memory. */
export interface DmaRecord extends Place {
  op: 'dmar' | 'dmaw';
  what: string;
  address: number;
  data: Uint8Array;
}

/** A frame arrives from the wire; `length` in bytes, without FCS. */
export interface FrameRecord extends Place {
  op: 'rxframe';
  length: number;
  outcome: string | undefined;
  data: Uint8Array | undefined;
}

/** The level of the interrupt line from here on. */
export interface InterruptRecord extends Place {
  op: 'irq';
  level: boolean;
}

/** For the reader: marks, remarks, and what a device saw on MDIO. `known` is false for other operations. */
export interface Remark extends Place {
  op: 'remark';
  known: boolean;
}

export type BusRecord =
  | RegisterAccess
  | ConfigurationAccess
  | DmaRecord
  | FrameRecord
  | InterruptRecord
  | Remark;

type Json = Record<string, unknown>;

/**
 * Reads a recording: one JSON object a line, in order. The format is described in
 * content/recordings/README.md.
 * @throws UsageError that names the line which is not JSON or lacks a field, or says that the text is
 * no recording
 */
export function parseRecording(text: string): BusRecord[] {
  const records: BusRecord[] = [];
  let line = 0;
  for (const words of text.split('\n')) {
    line++;
    if (words.trim() !== '') records.push(parseLine(words, line));
  }
  if (!records.some((record) => isAccess(record)))
    throw new UsageError('replay: not a recording: it holds no access of a driver');
  return records;
}

/** Whether software did it, rather than the device. */
export function isAccess(record: BusRecord): record is RegisterAccess | ConfigurationAccess {
  return /^(io|cfg)[rw]$/.test(record.op);
}

function parseLine(words: string, line: number): BusRecord {
  let json: unknown;
  try {
    json = JSON.parse(words);
  } catch {
    throw new UsageError(`replay: line ${line}: not JSON`);
  }
  if (typeof json !== 'object' || json === null || typeof (json as Json).op !== 'string')
    throw new UsageError(`replay: line ${line}: not a record: it has no 'op'`);
  return new Fields(json as Json, line).record();
}

/** The fields of one line, each refused when it is not what the format says. */
class Fields {
  readonly #json: Json;
  readonly #line: number;

  constructor(json: Json, line: number) {
    this.#json = json;
    this.#line = line;
  }

  record(): BusRecord {
    const { op, phase, t } = this.#json;
    const place = {
      line: this.#line,
      time: typeof t === 'number' ? t : 0,
      phase: typeof phase === 'string' ? phase : '',
    };
    switch (op) {
      case 'ior':
      case 'iow': {
        const { space, addr } = this.#json;
        return {
          ...place,
          op,
          ...(typeof space === 'string' ? { space } : {}),
          ...(addr === undefined ? {} : { address: this.#number('addr') }),
          ...this.#access(),
        };
      }
      case 'cfgr':
      case 'cfgw':
        return { ...place, op, bdf: String(this.#json.bdf ?? ''), ...this.#access() };
      case 'dmar':
      case 'dmaw':
        return {
          ...place,
          op,
          what: String(this.#json.what),
          address: this.#number('addr'),
          data: this.#bytes(),
        };
      case 'rxframe': {
        const { outcome, data } = this.#json;
        return {
          ...place,
          op,
          length: this.#number('len'),
          outcome: typeof outcome === 'string' ? outcome : undefined,
          data: data === undefined || data === null ? undefined : this.#bytes(),
        };
      }
      case 'irq':
        return { ...place, op, level: this.#number('level') !== 0 };
      default:
        return { ...place, op: 'remark', known: /^(mii|mark|info)$/.test(String(op)) };
    }
  }

  #access(): { offset: number; size: number; value: number } {
    const size = this.#number('size');
    if (![1, 2, 4, 8].includes(size)) throw this.#refused('size', '1, 2, 4 or 8');
    return { offset: this.#number('offset'), size, value: this.#number('value') };
  }

  #number(name: string): number {
    const value = this.#json[name];
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 52)
      return value;
    throw this.#refused(name, 'a whole number');
  }

  #bytes(): Uint8Array {
    const { data } = this.#json;
    if (typeof data !== 'string' || data.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(data))
      throw this.#refused('data', 'bytes in hexadecimal');
    const bytes = new Uint8Array(data.length / 2);
    for (let n = 0; n < bytes.length; n++) bytes[n] = parseInt(data.slice(2 * n, 2 * n + 2), 16);
    return bytes;
  }

  #refused(name: string, due: string): UsageError {
    return new UsageError(
      `replay: line ${this.#line}: '${name}' of '${String(this.#json.op)}' is not ${due}`,
    );
  }
}
