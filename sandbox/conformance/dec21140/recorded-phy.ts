import { Phy } from '../../machine/devices/dec21140/phy.ts';
import { majority } from './majority.ts';
import type { MdioFrame } from './mdio-tap.ts';

/** Status, partner and expansion: the other end of the cable may change them at any time. */
const CHANGE_BY_THEMSELVES = [1, 5, 6];
const CONTROL = 0;
const RESET = 1 << 15;
/** Control bits that clear themselves: reset, restart autonegotiation. */
const SELF_CLEARING = 0x8200;

/** What one register holds when it is read: until record `end`, `value`. */
interface Reading {
  end: number;
  value: number;
}

/**
 * A transceiver with the registers that a recording shows. A register keeps its value unless the driver
 * writes it (what it then holds, the recording says: some transceivers ignore the write) or, for status
 * registers, unless the recording goes on with another one. So one odd reading is not believed.
 */
export class RecordedPhy extends Phy {
  #readings: Reading[][];
  #now: () => number;

  /** @param now index of the record that is being replayed */
  constructor(frames: readonly MdioFrame[], now: () => number) {
    super(new Uint16Array(32));
    this.#readings = Array.from({ length: 32 }, (_, register) => settle(frames, register));
    this.#now = now;
  }

  override read(register: number): number {
    const readings = this.#readings[register & 31];
    const found = readings.find(({ end }) => end >= this.#now()) ?? readings.at(-1);
    return found?.value ?? 0;
  }

  override write(): void {}
}

/** The transceivers of a recording: those addresses at which anything but ones was read. */
export function recordedPhys(
  frames: readonly MdioFrame[],
  now: () => number,
): Map<number, RecordedPhy> {
  const phys = new Map<number, RecordedPhy>();
  for (let address = 0; address < 32; address++) {
    const own = frames.filter(({ phy }) => phy === address);
    if (own.some(({ read, value }) => read && value !== 0xffff))
      phys.set(address, new RecordedPhy(own, now));
  }
  return phys;
}

function settle(frames: readonly MdioFrame[], register: number): Reading[] {
  const readings: Reading[] = [];
  let segment: Reading[] = [];
  let written: number[] | undefined;
  const close = () => {
    if (segment.length > 0) readings.push(...believe(segment, readings, register, written));
    if (segment.length > 0) written = undefined;
    segment = [];
  };
  for (const { read, register: at, value, end } of frames) {
    if (read && at === register) segment.push({ end, value });
    const isReset = !read && at === CONTROL && (value & RESET) !== 0;
    if (read || (at !== register && !isReset)) continue;
    close();
    written = [...(written ?? []), value];
  }
  close();
  return readings;
}

/** The readings between two writes, each with the value that the register is taken to have had. */
function believe(
  segment: Reading[],
  before: readonly Reading[],
  register: number,
  written: readonly number[] | undefined,
): Reading[] {
  if (CHANGE_BY_THEMSELVES.includes(register))
    return segment.map((reading, n) => {
      const [last, next] = [segment[n - 1], segment[n + 1]];
      const odd = last && next && last.value === next.value && last.value !== reading.value;
      return odd ? { ...reading, value: last.value } : reading;
    });
  const value = majority(segment.map((reading) => reading.value));
  const previous = before.at(-1)?.value;
  const initial = before[0]?.value;
  const believed =
    previous === undefined ||
    segment.filter((reading) => reading.value === value).length > 1 ||
    [initial, ...(written ?? [])].some(
      (source) => source !== undefined && isMix(value, previous, source),
    );
  return segment.map(({ end }) => ({ end, value: believed ? value : previous }));
}

/** Whether each bit of `value` is that of `previous` or of `source`, or cleared itself. */
function isMix(value: number, previous: number, source: number): boolean {
  return ((value ^ previous) & (value ^ source) & ~(SELF_CLEARING & ~value)) === 0;
}
