import type { RegisterAccess } from '../recording.ts';
import * as spec from './spec.ts';

/** Bits that may differ in one read, under what name they are set aside, and why. */
export interface Exclusion {
  bits: number;
  what: string;
  why: string;
}

/** What the rules must know of the run so far. */
export interface ReadContext {
  /** The value that the model gave. */
  model: number;
  /** Nobody wrote the register since the last reset. */
  fresh: boolean;
  /** CSR6 had PS set when software reset the chip. */
  portSelected: boolean;
  /** CSR9's inputs that something drives in this read. */
  driven: number;
  /** FT1 and FT0 of the last setup frame: 2 and 1. */
  filterType: number;
  /** A receive descriptor was not owned, and the recorded device learns it at another moment. */
  starved: boolean;
}

const SIA = 'the recorded device shows the status of a 21143 there (a constant), not the port';

/** Why a read is not compared at all; undefined when it is. */
export function notComparable({ offset, size, value }: RegisterAccess, fresh: boolean) {
  if (size !== 4 || offset % 8 !== 0)
    return { what: 'reads of another size', why: 'the chip answers aligned reads of 32 bits' };
  const name = `CSR${offset / 8}`;
  if (offset === spec.CSR12 && value >>> 16 !== 0xffff) return { what: name, why: SIA };
  if (spec.DEFINED[offset / 8] === 0)
    return { what: name, why: 'the 21140 has no such register, the recorded device has' };
  if (spec.DEFINED[offset / 8] === undefined) return { what: name, why: 'beyond the registers' };
  if (fresh && (offset === spec.CSR3 || offset === spec.CSR4))
    return { what: name, why: 'undefined until written' };
  return undefined;
}

/** The bits of a read that may differ. Each rule is a documented difference of the recorded device. */
export function exclusions(read: RegisterAccess, context: ReadContext): Exclusion[] {
  const rules = [...reset(read, context)];
  if (read.offset === spec.CSR5) rules.push(...status(read.value, context));
  if (read.offset === spec.CSR6) rules.push(...operation(context));
  if (read.offset === spec.CSR9) rules.push(...serial(read.value, context));
  return rules;
}

function reset(
  { offset, value }: RegisterAccess,
  { fresh, portSelected }: ReadContext,
): Exclusion[] {
  const known = spec.RESET[offset / 8];
  const defined = spec.DEFINED[offset / 8];
  if (!fresh || known === undefined) return [];
  const rules: Exclusion[] = [];
  if (((value ^ known.recorded) & defined) === 0)
    rules.push({
      bits: known.recorded ^ known.chip,
      what: `CSR${offset / 8} after a reset, before a write`,
      why: 'the reset value of the recorded device is not that of the 21140 (section 2)',
    });
  if (offset === spec.CSR6 && portSelected)
    rules.push({
      bits: spec.PS,
      what: 'CSR6 bit PS after a software reset',
      why: 'PS survives a software reset (section 9); the recorded device clears it',
    });
  return rules;
}

function status(recorded: number, { model, starved }: ReadContext): Exclusion[] {
  const stopped =
    (spec.transmitState(recorded) === 0 ? spec.TPS : 0) |
    (spec.receiveState(recorded) === 0 ? spec.RPS : 0);
  const rules = [
    {
      bits: stopped,
      what: 'CSR5 bits TPS and RPS while stopped',
      why: 'the recorded device never sets them (section 12)',
    },
  ];
  if (!starved) return rules;
  const suspended =
    spec.receiveState(model) === spec.RS_SUSPENDED &&
    spec.receiveState(recorded) === spec.RS_WAITING;
  rules.push({
    bits: spec.RU | spec.AIS | (suspended ? spec.RS : 0),
    what: 'CSR5 bits RU, AIS and RS around an overrun',
    why: 'the 21140 sets RU and suspends when it consumes the last buffer; the recorded device sets RU when a frame finds none, and never suspends (section 12)',
  });
  return rules;
}

/** HP, HO and IF follow the last setup frame; the recorded device keeps what was written. */
function operation({ filterType }: ReadContext): Exclusion[] {
  if (filterType === 0) return [];
  return [
    {
      bits: spec.HP | spec.HO | spec.IF,
      what: 'CSR6 bits HP, HO and IF after a setup frame that is not perfect',
      why: 'the recorded device does not load them from FT1 and FT0 (section 12)',
    },
  ];
}

function serial(recorded: number, { driven }: ReadContext): Exclusion[] {
  const undriven = ~driven & spec.MDI;
  const rom = (recorded & spec.SERIAL_ROM) !== 0 ? ~driven & spec.ROM_OUT : spec.ROM_OUT;
  return [
    {
      bits: undriven,
      what: 'CSR9 bit MDI while no transceiver drives the line',
      why: 'the recorded device keeps the last bit there; nobody may rely on it',
    },
    {
      bits: rom,
      what: 'CSR9 bit DO while the ROM does not drive it',
      why: 'the level of an open line, or of boot-ROM data without a boot ROM',
    },
  ];
}

/** HP, HO and IF that FT1 and FT0 give (section 5). */
export function filterBits(filterType: number): number {
  return [0, spec.HP, spec.IF, spec.HP | spec.HO][filterType] ?? 0;
}
