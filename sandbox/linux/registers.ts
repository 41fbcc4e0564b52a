import {
  ABNORMAL_SUMMARY,
  CSR0_BUS_MODE,
  CSR1_TRANSMIT_POLL,
  CSR2_RECEIVE_POLL,
  CSR3_RECEIVE_LIST,
  CSR4_TRANSMIT_LIST,
  CSR5_STATUS,
  CSR6_OPERATION,
  CSR7_INTERRUPT_ENABLE,
  CSR8_MISSED_FRAMES,
  CSR12_GENERAL_PURPOSE,
  NORMAL_SUMMARY,
  PASS_ALL_MULTICAST,
  PROMISCUOUS,
  RECEIVE_STATE_SHIFT,
  SOFTWARE_RESET,
  START_RECEIVE,
  START_TRANSMIT,
  TRANSMIT_STATE_SHIFT,
} from '../machine/devices/dec21140/spec.ts';

/** Short names of the sources in CSR5 and CSR7, by bit (21140 facts, CSR5). */
const SOURCES: readonly [bit: number, name: string][] = [
  [0, 'frame sent'],
  [1, 'transmit stopped'],
  [2, 'transmit ring empty'],
  [3, 'jabber'],
  [5, 'underflow'],
  [6, 'frame received'],
  [7, 'no receive buffer'],
  [8, 'receive stopped'],
  [9, 'watchdog'],
  [11, 'timer'],
  [13, 'bus error'],
];
const TRANSMIT_STATES = [
  'stopped',
  'fetching',
  'waiting',
  'reading',
  '',
  'setup',
  'suspended',
  'closing',
];
const RECEIVE_STATES = [
  'stopped',
  'fetching',
  'checking',
  'waiting',
  'suspended',
  'closing',
  'flushing',
  'queuing',
];
/** CSR6: transmit in full duplex. */
const FULL_DUPLEX = 1 << 9;
/** CSR12: the value sets directions of pins. */
const DIRECTIONS = 1 << 8;

/** Names of fields in configuration space, by offset. */
const FIELDS: Record<number, string> = {
  0: 'vendor and device',
  2: 'device',
  4: 'command',
  6: 'status',
  8: 'revision and class',
  10: 'class',
  13: 'latency timer',
  14: 'header type',
  16: 'I/O base',
  20: 'memory base',
  44: 'subsystem',
  48: 'expansion ROM',
  60: 'interrupt line',
  61: 'interrupt pin',
};

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** What an access to the register at `offset` says, in a few words; empty when its name says all. */
export function meaningOf(offset: number, write: boolean, value: number): string {
  switch (offset) {
    case CSR0_BUS_MODE:
      return (value & SOFTWARE_RESET) !== 0 ? 'reset the chip' : 'bus mode';
    case CSR1_TRANSMIT_POLL:
      return 'look at the transmit ring';
    case CSR2_RECEIVE_POLL:
      return 'look at the receive ring';
    case CSR3_RECEIVE_LIST:
      return write ? `the receive ring is at ${hex(value)}` : 'receive ring';
    case CSR4_TRANSMIT_LIST:
      return write ? `the transmit ring is at ${hex(value)}` : 'transmit ring';
    case CSR5_STATUS:
      return write ? `acknowledge ${sourcesIn(value)}` : status(value);
    case CSR6_OPERATION:
      return operation(value);
    case CSR7_INTERRUPT_ENABLE:
      return write ? `let interrupt: ${sourcesIn(value)}` : sourcesIn(value);
    case CSR8_MISSED_FRAMES:
      return `${value & 0xffff} frames missed`;
    case CSR12_GENERAL_PURPOSE:
      return (value & DIRECTIONS) !== 0 ? 'directions of the general pins' : 'general pins';
    default:
      return '';
  }
}

/** What a field of configuration space is called. */
export function fieldAt(offset: number): string {
  return FIELDS[offset] ?? FIELDS[offset & ~3] ?? hex(offset);
}

function sourcesIn(value: number): string {
  const names = (present: boolean): string =>
    SOURCES.filter(([bit]) => ((value >>> bit) & 1) === (present ? 1 : 0))
      .map(([, name]) => name)
      .join(', ');
  const absent = names(false);
  if (absent === '') return 'everything';
  return names(true).length > absent.length ? `all but ${absent}` : names(true) || 'nothing';
}

function status(value: number): string {
  const summary =
    (value & (NORMAL_SUMMARY | ABNORMAL_SUMMARY)) !== 0 ? sourcesIn(value) : 'nothing new';
  const receive = RECEIVE_STATES[(value >>> RECEIVE_STATE_SHIFT) & 7];
  const transmit = TRANSMIT_STATES[(value >>> TRANSMIT_STATE_SHIFT) & 7];
  return `${summary}; receive ${receive}, transmit ${transmit}`;
}

function operation(value: number): string {
  const flag = (bit: number, name: string): string => ((value & bit) !== 0 ? `, ${name}` : '');
  const onOff = (bit: number): string => ((value & bit) !== 0 ? 'on' : 'off');
  const processes = `receive ${onOff(START_RECEIVE)}, transmit ${onOff(START_TRANSMIT)}`;
  const modes = [
    flag(FULL_DUPLEX, 'full duplex'),
    flag(PROMISCUOUS, 'promiscuous'),
    flag(PASS_ALL_MULTICAST, 'all multicast'),
  ];
  return processes + modes.join('');
}
