import { UsageError } from './usage.ts';

/** A frame of a capture: its bytes without FCS, and when it was seen, in microseconds. */
export interface CapturedFrame {
  time: number;
  bytes: Uint8Array;
  /** Length on the wire, of a frame that the capture has not kept to its end. */
  wireLength?: number;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const LINK_ETHERNET = 1;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LONGEST = 262144;

/**
 * Reads a classic capture file, either byte order, microseconds or nanoseconds.
 * @throws UsageError for another format, another link type, or a file that ends inside a frame
 */
export function readPcap(file: Uint8Array): CapturedFrame[] {
  if (file.length < FILE_HEADER) throw new UsageError('pcap: the file is shorter than its header');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const known = [MAGIC_MICROSECONDS, MAGIC_NANOSECONDS];
  const little = known.includes(view.getUint32(0, true));
  const magic = view.getUint32(0, little);
  if (!known.includes(magic))
    throw new UsageError('pcap: not a classic capture file (pcapng is not read; convert it first)');
  const link = view.getUint32(20, little) & 0xffff;
  if (link !== LINK_ETHERNET)
    throw new UsageError(`pcap: link type ${link} is not Ethernet (${LINK_ETHERNET})`);
  const frames: CapturedFrame[] = [];
  for (let at = FILE_HEADER; at < file.length; ) {
    const where = `pcap: frame ${frames.length + 1} at byte ${at}`;
    if (at + RECORD_HEADER > file.length) throw new UsageError(`${where}: the file ends in it`);
    const length = view.getUint32(at + 8, little);
    if (length > LONGEST) throw new UsageError(`${where}: a length of ${length} bytes`);
    const start = at + RECORD_HEADER;
    if (start + length > file.length) throw new UsageError(`${where}: the file ends in it`);
    const fraction = view.getUint32(at + 4, little) / (magic === MAGIC_NANOSECONDS ? 1e3 : 1);
    const frame: CapturedFrame = {
      time: view.getUint32(at, little) * 1e6 + fraction,
      bytes: file.slice(start, start + length),
    };
    const wireLength = view.getUint32(at + 12, little);
    if (wireLength > length) frame.wireLength = wireLength;
    frames.push(frame);
    at = start + length;
  }
  return frames;
}

/** Writes a classic capture file with times in whole microseconds, or nanoseconds. */
export function writePcap(
  frames: readonly CapturedFrame[],
  unit: 'microseconds' | 'nanoseconds' = 'microseconds',
): Uint8Array {
  const size = frames.reduce((sum, frame) => sum + RECORD_HEADER + frame.bytes.length, FILE_HEADER);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  const inNanoseconds = unit === 'nanoseconds';
  view.setUint32(0, inNanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, LONGEST, true);
  view.setUint32(20, LINK_ETHERNET, true);
  let at = FILE_HEADER;
  for (const { time, bytes, wireLength } of frames) {
    // To whole picoseconds first: what a sum of microseconds lacks in its last bits is no nanosecond.
    const fraction = Math.min(Math.floor(Math.round((time % 1e6) * 1e6) / 1e3), 999_999_999);
    view.setUint32(at, Math.floor(time / 1e6), true);
    view.setUint32(at + 4, inNanoseconds ? fraction : Math.floor(time % 1e6), true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, wireLength ?? bytes.length, true);
    file.set(bytes, at + RECORD_HEADER);
    at += RECORD_HEADER + bytes.length;
  }
  return file;
}
