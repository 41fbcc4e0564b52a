import type { ConfigurationSpace } from '../../machine/bus/pci/configuration-space.ts';
import { parseRequesterId } from '../../machine/bus/pci/requester-id.ts';
import { NicBusFunctions } from '../../machine/devices/sriov-nic/configuration-functions.ts';
import { Tally } from '../dec21140/tally.ts';
import type { BusRecord, ConfigurationAccess } from '../recording.ts';
import type { Difference, NotCompared, RegisterFigures } from '../report.ts';
import { DEVIATIONS, type FunctionKind, registerName } from './configuration-names.ts';
import { findFunctions } from './recorded-part.ts';

/** Configuration space of a recording against the model. Counts are of reads. */
export interface ConfigurationReport {
  compared: number;
  mismatches: number;
  perRegister: Record<string, RegisterFigures>;
  notCompared: NotCompared[];
  first: Difference[];
}

/**
 * Replays every access of configuration space against the NIC's functions, in order, and compares each
 * read. Ids, places, number of virtual functions and addresses are the recording's: the first three come
 * from what was read, the rest from what was written. Time does not count: a function answers at once.
 */
export function replayConfiguration(records: readonly BusRecord[]): ConfigurationReport {
  const replay = new ConfigurationReplay(records);
  for (const record of records) {
    if (record.op === 'cfgr') replay.read(record);
    if (record.op === 'cfgw') replay.write(record);
  }
  return replay.report;
}

/** The function that an access goes to. */
interface Addressed {
  kind: FunctionKind;
  /** Undefined where no function answers: it reads ones. */
  space: ConfigurationSpace | undefined;
}

class ConfigurationReplay {
  #nics: NicBusFunctions[] = [];
  #others: Set<number>;
  #tally = new Tally();
  #compared = 0;
  #mismatches = 0;
  #perRegister: Record<string, RegisterFigures> = {};
  /** Bytes that were written or taken over, as requester id * 4096 + offset. */
  #known = new Set<number>();

  constructor(records: readonly BusRecord[]) {
    const { nics, others } = findFunctions(records);
    this.#others = others;
    for (const { requesterId, part } of nics) {
      const nic = new NicBusFunctions({ part, number: requesterId & 0xff });
      nic.pf.bus = requesterId >>> 8;
      this.#nics.push(nic);
    }
  }

  get report(): ConfigurationReport {
    return {
      compared: this.#compared,
      mismatches: this.#mismatches,
      perRegister: this.#perRegister,
      notCompared: this.#tally.notCompared,
      first: this.#tally.first,
    };
  }

  write(record: ConfigurationAccess): void {
    const to = this.#addressed(record);
    this.#know(record);
    to?.space?.write(record.offset, record.size, record.value);
  }

  read(record: ConfigurationAccess): void {
    const to = this.#addressed(record);
    if (to === undefined) {
      this.#tally.setAside(`reads of ${record.bdf}`, 'a device that is no network controller');
      return;
    }
    const model = read(to.space, record);
    if (model !== record.value && this.#takeOver(to.space, record)) return;
    this.#know(record);
    this.#compare(to.kind, record, model);
  }

  #compare(kind: FunctionKind, record: ConfigurationAccess, model: number): void {
    const name = registerName(kind, record.offset);
    this.#perRegister[name] ??= { reads: 0, compared: 0, mismatches: 0, mask: 'ffffffff' };
    const figures = this.#perRegister[name];
    figures.reads++;
    figures.compared++;
    this.#compared++;
    let difference = (record.value ^ model) >>> 0;
    for (const { kind: of, at, bits, what, why } of DEVIATIONS) {
      if (of !== 'both' && of !== kind) continue;
      const mine = shifted(bits, record.offset - at) & difference;
      if (mine === 0) continue;
      this.#tally.setAside(`bits of configuration reads: ${kind} ${what}`, why);
      difference = (difference & ~mine) >>> 0;
      figures.mask = hex((parseInt(figures.mask, 16) & ~bits) >>> 0);
    }
    if (difference === 0) return;
    figures.mismatches++;
    this.#mismatches++;
    const what = `${record.bdf} ${name}, bits ${hex(difference)}`;
    this.#tally.differs(record, what, hex(record.value), hex(model));
  }

  /**
   * What software had written before the recording began: bits that can be written, read before any write
   * to them. The model takes them over.
   */
  #takeOver(space: ConfigurationSpace | undefined, record: ConfigurationAccess): boolean {
    const { offset, size, value } = record;
    if (space === undefined || keys(record).some((key) => this.#known.has(key))) return false;
    const before = space.read(offset, size);
    space.write(offset, size, value);
    if (space.read(offset, size) === value) {
      this.#know(record);
      this.#tally.setAside(
        'reads of configuration space',
        'set before the recording began: the model takes it over',
      );
      return true;
    }
    space.write(offset, size, before);
    return false;
  }

  #know(record: ConfigurationAccess): void {
    for (const key of keys(record)) this.#known.add(key);
  }

  #addressed({ bdf }: ConfigurationAccess): Addressed | undefined {
    const rid = parseRequesterId(bdf);
    if (this.#others.has(rid)) return undefined;
    const own = this.#nics.find(({ pf }) => pf.requesterId === rid);
    if (own !== undefined) return { kind: 'pf', space: own.pf.configuration };
    for (const { sriov } of this.#nics) {
      const found = sriov.functionAt(rid);
      if (found !== undefined) return { kind: 'vf', space: found.configuration };
    }
    return { kind: 'vf', space: undefined };
  }
}

function keys({ bdf, offset, size }: ConfigurationAccess): number[] {
  const rid = parseRequesterId(bdf);
  return Array.from({ length: size }, (_, i) => rid * 4096 + offset + i);
}

function read(space: ConfigurationSpace | undefined, record: ConfigurationAccess): number {
  return space?.read(record.offset, record.size) ?? 2 ** (8 * record.size) - 1;
}

/** Bits of a dword as an access that starts `bytes` into it sees them. */
function shifted(bits: number, bytes: number): number {
  if (bytes <= -4 || bytes >= 4) return 0;
  return bytes >= 0 ? bits >>> (8 * bytes) : (bits << (-8 * bytes)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
