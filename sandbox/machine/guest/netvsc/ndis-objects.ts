import { NDIS_OBJECT_HEADER, NDIS_RECV_SCALE_PARAM } from '../../vmbus/ndis-structures.ts';

const INDIRECTION_ENTRIES = 128;
/** Toeplitz over the addresses of IPv4 and IPv6, and over the ports of TCP. */
const HASH_INFORMATION = 0x1701;
/** Flag of the parameters that turns receive-side scaling off. */
export const RSS_DISABLE = 0x0010;
const OBJECT_RSS_PARAMETERS = 0x89;
/** The key that every driver has until someone sets another. */
const HASH_KEY = Uint8Array.from([
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
]);

/** A word of what the provider sent; 0 where it sent less. */
export function word(view: DataView, offset: number): number {
  return offset + 4 <= view.byteLength ? view.getUint32(offset, true) : 0;
}

/** An object of NDIS of `size` bytes, with its header filled in. */
export function ndisObject(type: number, revision: number, size: number): Uint8Array {
  const object = new Uint8Array(size);
  const view = new DataView(object.buffer);
  view.setUint8(NDIS_OBJECT_HEADER.at.type, type);
  view.setUint8(NDIS_OBJECT_HEADER.at.revision, revision);
  view.setUint16(NDIS_OBJECT_HEADER.at.size, size, true);
  return object;
}

/** Parameters of receive-side scaling, the table of channels behind them, and the key behind that. */
export function rssParameters(channels: number, flag: number): Uint8Array {
  const { size, at } = NDIS_RECV_SCALE_PARAM;
  const table = INDIRECTION_ENTRIES * 4;
  const parameters = new Uint8Array(size + table + HASH_KEY.length);
  parameters.set(ndisObject(OBJECT_RSS_PARAMETERS, 2, size));
  const view = new DataView(parameters.buffer);
  view.setUint16(at.flag, flag, true);
  view.setUint32(at.hashinfo, HASH_INFORMATION, true);
  view.setUint16(at.indirect_tabsize, table, true);
  view.setUint32(at.indirect_taboffset, size, true);
  view.setUint16(at.hashkey_size, HASH_KEY.length, true);
  view.setUint32(at.hashkey_offset, size + table, true);
  for (let i = 0; i < INDIRECTION_ENTRIES; i++) view.setUint32(size + 4 * i, i % channels, true);
  parameters.set(HASH_KEY, size + table);
  return parameters;
}
