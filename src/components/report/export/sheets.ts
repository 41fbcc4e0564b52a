import type {
  AddressMapReport,
  ArchitectureReport,
  BarsReport,
  BusMapReport,
  CaptureReport,
  ChartReport,
  HexdumpReport,
  RegistersReport,
  Report,
  RingReport,
  TableReport,
  TimelineReport,
  WalkReport,
} from '../../../../sandbox/lab/report.ts';
import { ACTOR_NAME } from '../actors.ts';
import { bitsOf } from '../bits.ts';
import { hex } from '../format.ts';
import { framesOf } from '../pcap.ts';
import type { Sheet } from './csv.ts';
import { compareSheet, repeatSheet, sensitivitySheet, sweepSheet } from './sheets-metrics.ts';

/** The table behind each kind of report, with every figure as it was computed. */

const withUnit = (name: string, unit?: string) => (unit ? `${name}, ${unit}` : name);
const bytesInHex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

function timelineSheet({ steps }: TimelineReport): Sheet {
  return {
    columns: ['Start, ns', 'End, ns', 'Who', 'What', 'Detail', 'Bytes'],
    rows: steps.map((step) => [
      step.start,
      step.end,
      ACTOR_NAME[step.who],
      step.what,
      step.detail ?? '',
      step.bytes ?? '',
    ]),
  };
}

function architectureSheet({ steps, nodes }: ArchitectureReport): Sheet {
  const name = (id: string | undefined) => nodes.find((node) => node.id === id)?.label ?? '';
  const columns = ['Start, ns', 'End, ns', 'Who', 'What', 'From', 'To', 'Detail'];
  return {
    columns: [...columns, 'Exits', 'Copies', 'Cycles'],
    rows: steps.map((step) => [
      step.start,
      step.end,
      ACTOR_NAME[step.who],
      step.what,
      name(step.from ?? step.at),
      name(step.to ?? step.at),
      step.detail ?? '',
      step.exits,
      step.copies,
      step.cycles,
    ]),
  };
}

function tableSheet({ columns, rows }: TableReport): Sheet {
  return { columns: columns.map(({ name, unit }) => withUnit(name, unit)), rows };
}

function chartSheet({ x, y, series }: ChartReport): Sheet {
  const points = series.map((one) => new Map(one.points.map((point) => [point.x, point.y])));
  const xs = [...new Set(points.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  return {
    columns: [withUnit(x.label, x.unit), ...series.map(({ name }) => withUnit(name, y.unit))],
    rows: xs.map((at) => [at, ...points.map((one) => one.get(at) ?? '')]),
  };
}

function barsSheet({ unit, bars }: BarsReport): Sheet {
  return {
    columns: ['Bar', 'Who', 'What', unit || 'Value'],
    rows: bars.flatMap(({ name, segments }) =>
      segments.map(({ who, what, value }) => [name, ACTOR_NAME[who], what, value]),
    ),
  };
}

const ROW = 16;

/** The fields of a dump; of a dump without fields its lines. */
function hexdumpSheet({ bytes, fields = [] }: HexdumpReport): Sheet {
  if (fields.length > 0)
    return {
      columns: ['Field', 'Offset', 'Length', 'Bytes', 'Value', 'Rests on'],
      rows: fields.map(({ name, offset, length, value = '', section = '' }) => {
        const held = bytesInHex(bytes.subarray(offset, offset + length));
        return [name, offset, length, held, value, section];
      }),
    };
  const starts = Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, i) => i * ROW);
  return {
    columns: ['Offset', 'Bytes'],
    rows: starts.map((at) => [at, bytesInHex(bytes.subarray(at, at + ROW))]),
  };
}

function registersSheet({ registers, source = '' }: RegistersReport): Sheet {
  return {
    columns: ['Register', 'Offset', 'Value', 'Field', 'Bits', 'Field’s value', 'Section', 'Source'],
    rows: registers.flatMap(({ name, offset, value, fields = [], section = '' }) => {
      const start = [name, hex(offset, 2), hex(value)];
      const all = fields.length > 0 ? fields : [{ name: '', value: '' }];
      return all.map((one) => [...start, one.name, bitsOf(one), one.value, section, source]);
    }),
  };
}

function ringSheet({ slots, head, tail, source = '' }: RingReport): Sheet {
  const columns = ['Slot', 'Owner', 'Holds', 'Pointer', 'Field', 'Field’s value', 'Section'];
  return {
    columns: [...columns, 'Source'],
    rows: slots.flatMap(({ owner, label, fields = [] }, index) => {
      const pointer = [index === head && 'head', index === tail && 'tail'].filter(Boolean);
      const start = [index, owner, label, pointer.join(' ')];
      const all = fields.length > 0 ? fields : [{ name: '', value: '' }];
      return all.map((one) => [...start, one.name, one.value, one.section ?? '', source]);
    }),
  };
}

function busMapSheet({ functions }: BusMapReport): Sheet {
  return {
    columns: ['Function', 'Requester id', 'What', 'Role', 'State'],
    rows: functions.map(({ place, requesterId, name, role, state }) => [
      place,
      hex(requesterId, 4),
      name,
      role.toUpperCase(),
      state,
    ]),
  };
}

function addressMapSheet({ parts }: AddressMapReport): Sheet {
  return {
    columns: ['From', 'Bytes', 'What', 'Group', 'In use'],
    rows: parts.map(({ start, size, name, group, used }) => [
      `0x${start.toString(16)}`,
      size,
      name,
      group,
      used ? 'yes' : 'no',
    ]),
  };
}

function walkSheet({ request, entries, result }: WalkReport): Sheet {
  const columns = ['Table', 'By', 'Entry', 'Of', 'Stands at', 'Words', 'Says'];
  return {
    columns,
    rows: [
      [request[0], '', '', '', '', '', request[1]],
      ...entries.map(({ table, by, index, entries: total, address, words, fields }) => [
        table,
        by,
        index,
        total,
        `0x${address.toString(16)}`,
        words.map((word) => hex(word)).join(' '),
        fields.map(({ name, value }) => `${name} ${value}`).join(', '),
      ]),
      [result[0], '', '', '', '', '', result[1]],
    ],
  };
}

function captureSheet({ bytes }: CaptureReport): Sheet {
  return {
    columns: ['Frame', 'Time, µs', 'Bytes', 'On the wire', 'To', 'From', 'Type'],
    rows: framesOf(bytes).map(({ time, length, wireLength, to, from, type }, index) => [
      index + 1,
      time,
      length,
      wireLength,
      to,
      from,
      type,
    ]),
  };
}

/** The table behind a report. */
export function sheetOf(report: Report): Sheet {
  switch (report.kind) {
    case 'compare':
      return compareSheet(report);
    case 'repeat':
      return repeatSheet(report);
    case 'sensitivity':
      return sensitivitySheet(report);
    case 'sweep':
      return sweepSheet(report);
    case 'timeline':
      return timelineSheet(report);
    case 'architecture':
      return architectureSheet(report);
    case 'table':
      return tableSheet(report);
    case 'chart':
      return chartSheet(report);
    case 'bars':
      return barsSheet(report);
    case 'hexdump':
      return hexdumpSheet(report);
    case 'registers':
      return registersSheet(report);
    case 'ring':
      return ringSheet(report);
    case 'bus-map':
      return busMapSheet(report);
    case 'address-map':
      return addressMapSheet(report);
    case 'walk':
      return walkSheet(report);
    case 'capture':
      return captureSheet(report);
    case 'text':
      return {
        columns: ['Line', 'Text'],
        rows: report.text.split('\n').map((line, index) => [index + 1, line]),
      };
  }
}
