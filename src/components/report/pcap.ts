/** Reads what a capture's table and picture need from a classic pcap file, such as the lab writes. */

export interface CaptureFrame {
  /** Microseconds from the first frame. */
  time: number;
  length: number;
  wireLength: number;
  to: string;
  from: string;
  type: string;
}

const TYPES: Record<number, string> = {
  2048: 'IPv4',
  2054: 'ARP',
  33024: 'VLAN',
  34525: 'IPv6',
};
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

const mac = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');

/** Frames of a capture; of a file that is none, or that ends in a frame, those that are whole. */
export function framesOf(file: Uint8Array): CaptureFrame[] {
  if (file.length < FILE_HEADER) return [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magics = [0xa1b2c3d4, 0xa1b23c4d];
  const little = magics.includes(view.getUint32(0, true));
  const magic = view.getUint32(0, little);
  if (!magics.includes(magic)) return [];
  const perMicrosecond = magic === magics[1] ? 1000 : 1;
  const frames: CaptureFrame[] = [];
  let first: number | undefined;
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const length = view.getUint32(at + 8, little);
    const start = at + RECORD_HEADER;
    if (start + length > file.length) break;
    const time = view.getUint32(at, little) * 1e6 + view.getUint32(at + 4, little) / perMicrosecond;
    first ??= time;
    const wireLength = view.getUint32(at + 12, little);
    const bytes = file.subarray(start, start + Math.min(length, 14));
    const type = bytes.length === 14 ? ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0) : 0;
    frames.push({
      time: Math.round((time - first) * 1000) / 1000,
      length,
      wireLength,
      to: mac(bytes.subarray(0, 6)),
      from: mac(bytes.subarray(6, 12)),
      type: TYPES[type] ?? `0x${type.toString(16).padStart(4, '0')}`,
    });
    at = start + length;
  }
  return frames;
}
