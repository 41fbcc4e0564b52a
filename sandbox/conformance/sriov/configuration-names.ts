/**
 * Facts about the recorded device that the comparison needs. They are said again here and not taken
 * from the model, so that one error does not hide the other (82576 facts, sections 1.1, 1.2 and 11).
 */
export type FunctionKind = 'pf' | 'vf';

/** A stretch of configuration space: where it starts, its bytes, its name. */
type Area = readonly [start: number, size: number, name: string];

const HEADER: Area = [0, 0x40, 'header'];
const AREAS: Record<FunctionKind, readonly Area[]> = {
  pf: [
    HEADER,
    [0x40, 8, 'power management'],
    [0x50, 0x18, 'MSI'],
    [0x70, 12, 'MSI-X'],
    [0xa0, 0x3c, 'Express'],
    [0x100, 0x2c, 'AER'],
    [0x150, 8, 'ARI'],
    [0x160, 0x40, 'SR-IOV'],
  ],
  vf: [
    HEADER,
    [0x70, 12, 'MSI-X'],
    [0xa0, 0x3c, 'Express'],
    [0x100, 0x2c, 'AER'],
    [0x150, 8, 'ARI'],
  ],
};

/** What the register at `offset` is called in a report: `pf SR-IOV+08`; the rest has one name. */
export function registerName(kind: FunctionKind, offset: number): string {
  const area = AREAS[kind].find(([start, size]) => offset >= start && offset < start + size);
  if (area === undefined) return `${kind} outside of any capability`;
  const within = ((offset - area[0]) & ~3).toString(16).padStart(2, '0');
  return `${kind} ${area[2]}+${within}`;
}

/** Bits in which the recorded device is known to differ from the model, in the dword at `at`. */
export interface Deviation {
  kind: FunctionKind | 'both';
  at: number;
  bits: number;
  what: string;
  why: string;
}

const NOT_STICKING =
  'what is written does not stick in the recorded device (82576 facts, section 11.4)';
const LINK = 'recorded as 2.5 GT/s, one lane; a parameter of the model';

export const DEVIATIONS: readonly Deviation[] = [
  {
    kind: 'both',
    at: 0xac,
    bits: 0x3ff,
    what: 'link capabilities: speed, width',
    why: LINK,
  },
  {
    kind: 'both',
    at: 0xb0,
    bits: 0x03ff0000,
    what: 'link status: speed, width',
    why: LINK,
  },
  {
    kind: 'pf',
    at: 0xa8,
    bits: 0x79ff,
    what: 'device control',
    why: NOT_STICKING,
  },
  {
    kind: 'vf',
    at: 0x04,
    bits: 0x402,
    what: 'command of a virtual function: memory, INTx disable',
    why: 'they stick in the recorded device, and are fixed at 0 in SR-IOV (section 11.4)',
  },
];
