import { nvmImage } from '../../machine/devices/sriov-nic/nvm.ts';
import { majority } from '../dec21140/majority.ts';
import type { BusRecord, RegisterAccess } from '../recording.ts';

const EERD = 0x14;
const MDIC = 0x20;
const DONE = 2;
const READ = 1 << 27;
const ERROR = 1 << 30;
/** Bits that change by themselves, by register: link and completion in 1, acknowledge in 5. */
const VOLATILE: Readonly<Record<number, number>> = { 1: 0x24, 5: 0x4000 };

/** What the recording says about the card: words of its NVM, registers of its transceiver after a reset. */
export interface Board {
  nvm: Uint16Array;
  phy: [register: number, value: number][];
}

/** Reads the card off the recording. What was read several times is what most of the readings say. */
export function boardOf(records: readonly BusRecord[]): Board {
  const words = new Readings();
  const registers = new Readings();
  const written = new Set<number>();
  for (const record of records) {
    if (!isPhysical(record)) continue;
    const { op, offset, value } = record;
    const register = (value >>> 16) & 31;
    if (offset === EERD && op === 'ior' && (value & DONE) !== 0)
      words.add((value >>> 2) & 0x3fff, value >>> 16);
    if (offset !== MDIC) continue;
    if (op === 'iow' && (value & READ) === 0) written.add(register);
    else if (
      op === 'ior' &&
      (value & READ) !== 0 &&
      (value & ERROR) === 0 &&
      !written.has(register)
    )
      registers.add(register, value & 0xffff & ~(VOLATILE[register] ?? 0));
  }
  const nvm = words.count === 0 ? nvmImage(new Uint8Array(6)) : new Uint16Array(0x4000);
  for (const [word, value] of words.settled()) nvm[word] = value;
  return { nvm, phy: registers.settled() };
}

function isPhysical(record: BusRecord): record is RegisterAccess {
  return (record.op === 'ior' || record.op === 'iow') && record.space === 'igb-mmio';
}

/** Several readings of numbered things. */
class Readings {
  #readings = new Map<number, number[]>();

  get count(): number {
    return this.#readings.size;
  }

  add(number: number, value: number): void {
    const before = this.#readings.get(number);
    if (before) before.push(value);
    else this.#readings.set(number, [value]);
  }

  settled(): [number, number][] {
    return [...this.#readings].map(([number, values]) => [number, majority(values)]);
  }
}
