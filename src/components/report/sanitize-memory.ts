import type {
  ByteField,
  HexdumpReport,
  RegistersReport,
  RingReport,
} from '../../../sandbox/lab/report.ts';
import {
  type Cutter,
  count,
  LIMITS,
  num,
  object,
  optional,
  type Raw,
  str,
} from './sanitize-tools.ts';

/** Reports that show memory: bytes, registers, rings. */

/** A name that a program can have, and nothing else. */
export function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z_$][\w$]{0,79}$/.test(value) ? value : undefined;
}

/** Fields of `size` bytes, each within them. */
export function byteFields(value: unknown, size: number, cutter: Cutter): ByteField[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return cutter.list(value, LIMITS.fields, 'fields', (item) => {
    const field = object(item);
    const offset = Math.min(size, Math.floor(count(field.offset)));
    return {
      offset,
      length: Math.min(size - offset, Math.floor(count(field.length))),
      name: str(field.name),
      value: optional(field.value, LIMITS.name),
      section: optional(field.section, LIMITS.name),
    };
  });
}

export function hexdump(raw: Raw, cutter: Cutter): HexdumpReport {
  const bytes = cutter.bytes(raw.bytes, LIMITS.bytes);
  const fields = byteFields(raw.fields, bytes.length, cutter) ?? [];
  const source = optional(raw.source, LIMITS.name);
  return { kind: 'hexdump', title: str(raw.title), bytes, fields, source };
}

/** Where a field stands in its register, if it says so and can. */
function place(value: Raw, width: number): { bit?: number; bits?: number } {
  const { bit, bits = 1 } = value;
  if (typeof bit !== 'number' || typeof bits !== 'number') return {};
  const fits = Number.isInteger(bit) && Number.isInteger(bits) && bit >= 0 && bits >= 1;
  return fits && bit + bits <= width ? { bit, bits } : {};
}

export function registers(raw: Raw, cutter: Cutter): RegistersReport {
  const list = cutter.list(raw.registers, LIMITS.registers, 'registers', (item) => {
    const register = object(item);
    const width = register.width === 8 || register.width === 16 ? register.width : 32;
    const fields = cutter.list(register.fields, 32, 'fields', (f) => ({
      name: str(object(f).name),
      value: str(object(f).value),
      ...place(object(f), width),
    }));
    return {
      name: str(register.name),
      offset: count(register.offset),
      value: num(register.value) >>> 0,
      width,
      section: optional(register.section, LIMITS.name),
      fields,
    };
  });
  const source = optional(raw.source, LIMITS.name);
  return { kind: 'registers', title: str(raw.title), registers: list, source };
}

export function ring(raw: Raw, cutter: Cutter): RingReport {
  const slots = cutter.list(raw.slots, LIMITS.slots, 'slots', (item) => {
    const slot = object(item);
    const owner = slot.owner === 'software' || slot.owner === 'device' ? slot.owner : 'free';
    const fields = cutter.list(slot.fields, 32, 'fields', (f) => ({
      name: str(object(f).name),
      value: str(object(f).value),
      section: optional(object(f).section, LIMITS.name),
    }));
    return { owner, label: str(slot.label), fields } as const;
  });
  const whole = (value: unknown) => Math.floor(count(value));
  return {
    kind: 'ring',
    title: str(raw.title),
    size: whole(raw.size),
    head: whole(raw.head),
    tail: whole(raw.tail),
    slots,
    source: optional(raw.source, LIMITS.name),
  };
}
