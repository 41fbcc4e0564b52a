import type { CaptureReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import css from './capture.css?inline';
import { h, svg } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { bytes, microseconds, number } from './format.ts';
import { type CaptureFrame, framesOf } from './pcap.ts';

addStyle(css);

const HEIGHT = 60;
/** Frames that the table and the picture show; the file has all. */
const SHOWN = 500;

/** A line for each frame: when it came, and how long it is. */
function strip(frames: readonly CaptureFrame[]): SVGElement {
  const end = Math.max(1e-9, ...frames.map(({ time }) => time));
  const most = Math.max(1, ...frames.map(({ wireLength }) => wireLength));
  const lines = frames.map(({ time, wireLength }) => {
    const x = (5 + (990 * time) / end).toFixed(1);
    return `M${x} ${HEIGHT}v${((-HEIGHT * wireLength) / most).toFixed(1)}`;
  });
  return svg(
    'svg',
    {
      class: 'capture-strip',
      viewBox: `0 0 1000 ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${number(frames.length)} frames of up to ${bytes(most)} in ${microseconds(end)}`,
    },
    svg('path', { d: lines.join(''), 'vector-effect': 'non-scaling-stroke' }),
  );
}

function frameTable(frames: readonly CaptureFrame[]): HTMLElement {
  const numeric = true;
  return dataTable(
    'Frames of the capture',
    [
      { name: 'Frame', numeric },
      { name: 'At', numeric },
      { name: 'Bytes', numeric },
      { name: 'To' },
      { name: 'From' },
      { name: 'Type' },
    ],
    frames.map(({ time, wireLength, to, from, type }, index) => [
      String(index + 1),
      microseconds(time),
      number(wireLength),
      h('code', {}, to),
      h('code', {}, from),
      type,
    ]),
  );
}

/** A capture file to keep, and what is in it. The file never leaves the browser. */
export function captureView(report: CaptureReport): HTMLElement {
  const blob = new Blob([report.bytes as Uint8Array<ArrayBuffer>], {
    type: 'application/vnd.tcpdump.pcap',
  });
  const frames = framesOf(report.bytes).slice(0, SHOWN);
  const words = `${number(report.frames)} frames, ${bytes(report.bytes.length)}. Opens in Wireshark or tcpdump.`;
  const label = frames.length < report.frames ? `The first ${frames.length} frames` : 'Every frame';
  return figure(
    'capture',
    undefined,
    h(
      'a',
      { class: 'download', href: URL.createObjectURL(blob), download: report.name },
      `Download ${report.name}`,
    ),
    h('p', { class: 'report-config' }, words),
    frames.length > 0 ? strip(frames) : undefined,
    frames.length > 0 ? behind(`${label} as a table`, () => frameTable(frames)) : undefined,
  );
}
