/**
 * What the bits of the 21140's registers are called, for registers that are shown to a reader. Names are
 * the chip's own; the machine does not need them. Source: the 21140 facts in content/sources.
 */

import type { RegisterField } from './report.ts';

/** A field: its name, its lowest bit, and how many bits it has. */
type Field = readonly [name: string, bit: number, bits?: number];

const TRANSMIT_STATES = [
  'stopped',
  'fetches a descriptor',
  'waits for the end of a frame',
  'reads buffers',
  'reserved',
  'reads a setup frame',
  'suspended',
  'closes a descriptor',
];
const RECEIVE_STATES = [
  'stopped',
  'fetches a descriptor',
  'checks the end of a frame',
  'waits for a frame',
  'suspended',
  'closes a descriptor',
  'flushes a frame',
  'writes a frame',
];

const EVENTS: readonly Field[] = [
  ['TI transmit interrupt', 0],
  ['TPS transmit stopped', 1],
  ['TU no transmit descriptor', 2],
  ['TJT transmit jabber', 3],
  ['UNF transmit underflow', 5],
  ['RI receive interrupt', 6],
  ['RU no receive descriptor', 7],
  ['RPS receive stopped', 8],
  ['RWT receive watchdog', 9],
  ['ETI early transmit', 10],
  ['GTE timer expired', 11],
  ['FBE fatal bus error', 13],
  ['ERI early receive', 14],
  ['AIS abnormal summary', 15],
  ['NIS normal summary', 16],
];

/** Name, what it is for, and its fields, for CSR0 to CSR15. Fields that are never looked at are left out. */
const REGISTERS: readonly (readonly [title: string, fields: readonly Field[]])[] = [
  [
    'bus mode',
    [
      ['SWR software reset', 0],
      ['DSL descriptor skip', 2, 5],
      ['BLE big-endian data', 7],
      ['PBL burst length', 8, 6],
      ['CAL cache alignment', 14, 2],
      ['TAP automatic polling', 17, 3],
    ],
  ],
  ['transmit poll demand', []],
  ['receive poll demand', []],
  ['receive list', []],
  ['transmit list', []],
  ['status', [...EVENTS, ['RS receive process', 17, 3], ['TS transmit process', 20, 3]]],
  [
    'operating mode',
    [
      ['HP hash and perfect filter', 0],
      ['SR receive on', 1],
      ['HO hash-only filter', 2],
      ['PB pass bad frames', 3],
      ['IF inverse filter', 4],
      ['PR promiscuous', 6],
      ['PM pass all multicast', 7],
      ['FD full duplex', 9],
      ['OM loopback', 10, 2],
      ['ST transmit on', 13],
      ['TR threshold', 14, 2],
      ['PS MII port', 18],
      ['HBD heartbeat off', 19],
      ['SF store and forward', 21],
      ['TTM 10 Mb/s thresholds', 22],
      ['RA receive all', 30],
    ],
  ],
  ['interrupt enable', EVENTS],
  [
    'missed frames',
    [
      ['MFC missed', 0, 16],
      ['MFO more than it can count', 16],
    ],
  ],
  [
    'serial ROM and MII',
    [
      ['CS chip select', 0],
      ['SK clock', 1],
      ['DI data to the ROM', 2],
      ['DO data from the ROM', 3],
      ['SR serial ROM chosen', 11],
      ['MDC clock', 16],
      ['MDO data to the transceiver', 17],
      ['MII read', 18],
      ['MDI data from the transceiver', 19],
    ],
  ],
  ['boot ROM address', []],
  [
    'timer',
    [
      ['timer', 0, 16],
      ['CON again and again', 16],
    ],
  ],
  [
    'general-purpose port',
    [
      ['MD pins', 0, 8],
      ['GPC directions follow', 8],
    ],
  ],
  ['not on this chip', []],
  ['not on this chip', []],
  [
    'watchdog',
    [
      ['JBD no jabber timer', 0],
      ['RWD no receive watchdog', 4],
    ],
  ],
];

/** What CSR `index` (0 to 15) is for. */
export function registerTitle(index: number): string {
  return REGISTERS[index]?.[0] ?? 'no register';
}

/** What names, bits and meanings rest on: the page of sources has it under this name. */
export const CHIP_SOURCE = '21140 facts; the manual was not read';

/** Where those facts describe CSR `index`. */
export function registerSection(index: number): string {
  return `section 2, CSR${index}`;
}

/** The fields of CSR `index` in `value`; single bits only where they are set, unless `all`. */
export function registerFields(index: number, value: number, all = false): RegisterField[] {
  const fields = REGISTERS[index]?.[1] ?? [];
  return fields.flatMap(([name, bit, bits = 1]) => {
    const found = (value >>> bit) & (2 ** bits - 1);
    if (found === 0 && !all && bits === 1) return [];
    return [{ name, value: inWords(name, found, bits), bit, bits }];
  });
}

function inWords(name: string, value: number, bits: number): string {
  if (name.startsWith('RS')) return `${value}: ${RECEIVE_STATES[value]}`;
  if (name.startsWith('TS')) return `${value}: ${TRANSMIT_STATES[value]}`;
  return bits >= 8 ? `0x${value.toString(16)}` : String(value);
}
