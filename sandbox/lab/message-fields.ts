import type { ByteField, HexdumpReport } from './report.ts';

/** A field of the I/O-port intercept message: name, offset and length in bytes. */
type Field = readonly [name: string, offset: number, length: number];

/**
 * The message's fields in order. Layout: hv_message_header, hv_x64_intercept_message_header and
 * hv_x64_io_port_intercept_message, as sandbox/machine/partition/intercept-message.ts writes them.
 */
const FIELDS: readonly Field[] = [
  ['message type', 0, 4],
  ['payload size', 4, 1],
  ['flags', 5, 1],
  ['sender: the partition', 8, 8],
  ['virtual processor', 16, 4],
  ['instruction length, CR8', 20, 1],
  ['access: 0 read, 1 write', 21, 1],
  ['execution state', 22, 2],
  ['CS', 24, 16],
  ['RIP', 40, 8],
  ['RFLAGS', 48, 8],
  ['port', 56, 2],
  ['access size', 58, 1],
  ['instruction bytes that follow', 59, 1],
  ['RAX', 64, 8],
  ['instruction', 72, 16],
  ['DS', 88, 16],
  ['ES', 104, 16],
  ['RCX', 120, 8],
  ['RSI', 128, 8],
  ['RDI', 136, 8],
];

/** Source of the layout, as the page of sources calls it. */
const SOURCE = 'the public structures of the hypervisor (VMBus vectors)';
const INTERCEPT_HEADER = 'hv_x64_intercept_message_header';
const SECTION = 'hv_x64_io_port_intercept_message';

/** The fields of an I/O-port intercept message, as far as `bytes` has them. */
export function messageFields(bytes: Uint8Array): ByteField[] {
  return FIELDS.filter(([, offset, length]) => offset + length <= bytes.length).map(
    ([name, offset, length]) => ({
      name,
      offset,
      length,
      value: numberAt(bytes, offset, Math.min(length, 8)),
      section: offset < 16 ? 'hv_message_header' : offset < 56 ? INTERCEPT_HEADER : SECTION,
    }),
  );
}

/** The used bytes of an I/O-port intercept message, header and payload, with its fields. */
export function messageReport(title: string, bytes: Uint8Array): HexdumpReport {
  return { kind: 'hexdump', title, bytes, fields: messageFields(bytes), source: SOURCE };
}

/** Little-endian, in hexadecimal. */
function numberAt(bytes: Uint8Array, offset: number, length: number): string {
  let digits = '';
  for (let i = length - 1; i >= 0; i--) digits += bytes[offset + i].toString(16).padStart(2, '0');
  return `0x${digits.replace(/^0+(?=.)/, '')}`;
}
