import type { Actor, PathName } from '../../../sandbox/lab/report.ts';
import { ACTORS, PATHS } from './actors.ts';

/** What a page can draw, by what there is of it. */
export const LIMITS = {
  text: 20_000,
  name: 120,
  detail: 2_000,
  rows: 2_000,
  columns: 24,
  steps: 2_000,
  series: 8,
  points: 4_000,
  bars: 40,
  segments: 80,
  bytes: 65_536,
  captureBytes: 64 * 1024 * 1024,
  fields: 400,
  registers: 400,
  slots: 1_024,
  entries: 12,
  parts: 100,
  edges: 300,
  buses: 8,
  functions: 1_024,
  stretches: 1_024,
  sweepValues: 200,
  sweepPoints: 1_000,
  resources: 20,
  seeds: 100,
  figures: 40,
  costs: 60,
  sweepPoints: 1_000,
  sweepValues: 200,
} as const;

export type Raw = Record<string, unknown>;

export const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null;
export const object = (value: unknown): Raw => (isObject(value) ? value : {});
export const num = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
export const count = (value: unknown): number => {
  const n = num(value);
  return Number.isFinite(n) && n > 0 ? n : 0;
};
export const optional = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value !== '' ? str(value, max) : undefined;

export function str(value: unknown, max: number = LIMITS.name): string {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number' || typeof value === 'boolean'
        ? `${value}`
        : '';
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

/** Brings lists to a size, and remembers what was left out. */
export class Cutter {
  readonly cut: string[] = [];

  list<T>(value: unknown, max: number, what: string, map: (item: unknown) => T): T[] {
    const items = Array.isArray(value) ? value : [];
    if (items.length > max) this.cut.push(`${what}: the first ${max} of ${items.length}`);
    return items.slice(0, max).map(map);
  }

  bytes(value: unknown, max: number): Uint8Array<ArrayBuffer> {
    const all = value instanceof Uint8Array ? value : new Uint8Array();
    if (all.length > max) this.cut.push(`bytes: the first ${max} of ${all.length}`);
    return Uint8Array.from(all.subarray(0, max));
  }
}

export const actor = (value: unknown): Actor =>
  ACTORS.includes(value as Actor) ? (value as Actor) : 'device';
export const path = (value: unknown): PathName | undefined =>
  PATHS.includes(value as PathName) ? (value as PathName) : undefined;
