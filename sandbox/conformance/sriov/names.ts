import type { Space } from './report.ts';

/** A register or a row of them: name, space, first offset, how many, bytes from one to the next. */
type Row = readonly [name: string, space: Space, first: number, count?: number, step?: number];

/**
 * Registers of the physical function's window by section 3 of the 82576 facts. It repeats the offsets, so
 * that an error in the model's does not hide itself.
 */
const PHYSICAL: readonly Row[] = [
  ['CTRL', 'pf', 0x0000, 2],
  ['STATUS', 'pf', 0x0008],
  ['EECD', 'pf', 0x0010],
  ['EERD', 'pf', 0x0014],
  ['CTRL_EXT', 'pf', 0x0018],
  ['MDIC', 'pf', 0x0020],
  ['FCAL', 'pf', 0x0028],
  ['FCAH', 'pf', 0x002c],
  ['FCT', 'pf', 0x0030],
  ['VET', 'pf', 0x0038],
  ['ICR', 'pf', 0x00c0],
  ['IMS', 'pf', 0x00d0],
  ['IMC', 'pf', 0x00d8],
  ['IAM', 'pf', 0x00e0],
  ['RCTL', 'pf', 0x0100],
  ['FCTTV', 'pf', 0x0170],
  ['TCTL', 'pf', 0x0400],
  ['VMBMEM', 'mailbox', 0x0800, 128],
  ['P2V', 'mailbox', 0x0c00, 8],
  ['V2P', 'mailbox', 0x0c40, 8],
  ['MBVFICR', 'mailbox', 0x0c80],
  ['MBVFIMR', 'mailbox', 0x0c84],
  ['VFLRE', 'vf', 0x0c88],
  ['VFRE', 'vf', 0x0c8c],
  ['VFTE', 'vf', 0x0c90],
  ['LEDCTL', 'pf', 0x0e00],
  ['EEMNGCTL', 'pf', 0x1010],
  ['GPIE', 'pf', 0x1514],
  ['EICS', 'pf', 0x1520],
  ['EIMS', 'pf', 0x1524],
  ['EIMC', 'pf', 0x1528],
  ['EIAC', 'pf', 0x152c],
  ['EIAM', 'pf', 0x1530],
  ['EICR', 'pf', 0x1580],
  ['EITR', 'pf', 0x1680, 25],
  ['IVAR', 'pf', 0x1700, 8],
  ['IVAR_MISC', 'pf', 0x1740],
  ['FCRTL', 'pf', 0x2160],
  ['FCRTH', 'pf', 0x2168],
  ['RXPBS', 'pf', 0x2404],
  ['QDE', 'pf', 0x2408],
  ['TXPBS', 'pf', 0x3404],
  ['DTXSWC', 'pf', 0x3500],
  ['WVBR', 'pf', 0x3554],
  ['DTXCTL', 'pf', 0x3590],
  ['VMVIR', 'pf', 0x3700, 8],
  ['RXCSUM', 'pf', 0x5000],
  ['RLPML', 'pf', 0x5004],
  ['RFCTL', 'pf', 0x5008],
  ['MTA', 'pf', 0x5200, 128],
  ['RAL', 'pf', 0x5400, 16, 8],
  ['RAH', 'pf', 0x5404, 16, 8],
  ['RAL', 'pf', 0x54e0, 8, 8],
  ['RAH', 'pf', 0x54e4, 8, 8],
  ['VFTA', 'pf', 0x5600, 128],
  ['WUC', 'pf', 0x5800],
  ['WUFC', 'pf', 0x5808],
  ['MRQC', 'pf', 0x5818],
  ['VT_CTL', 'pf', 0x581c],
  ['MANC', 'pf', 0x5820],
  ['VMOLR', 'pf', 0x5ad0, 8],
  ['RPLOLR', 'pf', 0x5af0],
  ['GCR', 'pf', 0x5b00],
  ['SWSM', 'pf', 0x5b50],
  ['FWSM', 'pf', 0x5b54],
  ['SW_FW_SYNC', 'pf', 0x5b5c],
  ['IOVCTL', 'pf', 0x5bbc],
  ['RETA', 'pf', 0x5c00, 32],
  ['RSSRK', 'pf', 0x5c80, 10],
  ['VLVF', 'pf', 0x5d00, 32],
  ['UTA', 'pf', 0xa000, 128],
  ['SYSTIML', 'pf', 0xb600],
  ['SYSTIMH', 'pf', 0xb604],
  ['time sync', 'pf', 0xb608, 26],
];

/** A virtual function's window (section 4). */
const VIRTUAL: readonly Row[] = [
  ['VTCTRL', 'vf', 0x0000, 2],
  ['VF STATUS', 'vf', 0x0008],
  ['VMBMEM', 'mailbox', 0x0800, 16],
  ['V2P', 'mailbox', 0x0c40],
  ['VFGPRC', 'statistics', 0x0f10],
  ['VFGPTC', 'statistics', 0x0f14],
  ['VFGORC', 'statistics', 0x0f18],
  ['VFGOTC', 'statistics', 0x0f34],
  ['VFMPRC', 'statistics', 0x0f3c],
  ['VFGPRLBC', 'statistics', 0x0f40],
  ['VFGPTLBC', 'statistics', 0x0f44],
  ['VFGORLBC', 'statistics', 0x0f48],
  ['VFGOTLBC', 'statistics', 0x0f50],
  ['VTEICS', 'vf', 0x1520],
  ['VTEIMS', 'vf', 0x1524],
  ['VTEIMC', 'vf', 0x1528],
  ['VTEIAC', 'vf', 0x152c],
  ['VTEIAM', 'vf', 0x1530],
  ['VTEICR', 'vf', 0x1580],
  ['VTEITR', 'vf', 0x1680, 3],
  ['VTIVAR', 'vf', 0x1700],
  ['VTIVAR_MISC', 'vf', 0x1740],
];

/** Counters of the port, from 4000 on; '' where the facts have no name. */
const COUNTERS =
  'CRCERRS ALGNERRC SYMERRS RXERRC MPC SCC ECOL MCC LATECOL - COLC - DC TNCRS SEC - RLEC - ' +
  'XONRXC XONTXC XOFFRXC XOFFTXC FCRUC PRC64 PRC127 PRC255 PRC511 PRC1023 PRC1522 GPRC BPRC MPRC ' +
  'GPTC - GORCL GORCH GOTCL GOTCH - - RNBC RUC RFC ROC RJC MGTPRC MGTPDC MGTPTC TORL TORH TOTL TOTH ' +
  'TPR TPT PTC64 PTC127 PTC255 PTC511 PTC1023 PTC1522 MPTC BPTC';
const COUNTER_NAMES = COUNTERS.split(' ');
const STATISTICS = 0x4000;

const QUEUE_NAMES: Readonly<Record<number, readonly [receive: string, transmit: string]>> = {
  0: ['RDBAL', 'TDBAL'],
  4: ['RDBAH', 'TDBAH'],
  8: ['RDLEN', 'TDLEN'],
  12: ['SRRCTL', 'TX0C'],
  16: ['RDH', 'TDH'],
  20: ['RXCTL', 'TXCTL'],
  24: ['RDT', 'TDT'],
  40: ['RXDCTL', 'TXDCTL'],
  48: ['RQDPC', 'TX30'],
  56: ['RX38', 'TDWBAL'],
  60: ['RX3C', 'TDWBAH'],
};
/** First offset, bytes from queue to queue, queues, whether they transmit. */
const QUEUES: readonly (readonly [number, number, number, boolean])[] = [
  [0xc000, 0x40, 16, false],
  [0xe000, 0x40, 16, true],
  [0x2800, 0x100, 4, false],
  [0x3800, 0x100, 4, true],
];

/** Name and space of a register of the physical function, or of a virtual one. */
export function nameOf(offset: number, virtual: boolean): readonly [name: string, space: Space] {
  for (const [name, space, first, count = 1, step = 4] of virtual ? VIRTUAL : PHYSICAL) {
    const from = offset - first;
    if (from >= 0 && from < count * step && from % step === 0) return [name, space];
  }
  const space = virtual ? 'vf' : 'pf';
  for (const [first, step, count, transmits] of QUEUES) {
    const from = offset - first;
    if (from < 0 || from >= count * step) continue;
    const name = QUEUE_NAMES[from % step]?.[transmits ? 1 : 0];
    if (name !== undefined) return name === 'RQDPC' ? [name, 'statistics'] : [name, space];
  }
  const hex = offset.toString(16).padStart(5, '0');
  if (virtual || offset < STATISTICS || offset >= STATISTICS + 0x200) return [hex, space];
  const name = COUNTER_NAMES[(offset - STATISTICS) >> 2];
  return [name === undefined || name === '-' ? `counter ${hex}` : name, 'statistics'];
}
