import { NDIS_OBJECT_HEADER } from '../../vmbus/ndis-structures.ts';

/** A word of what the provider sent; 0 where it sent less. */
export function word(view: DataView, offset: number): number {
  return offset + 4 <= view.byteLength ? view.getUint32(offset, true) : 0;
}

/** An object of NDIS with nothing behind its header; `size` bytes. */
export function ndisObject(type: number, revision: number, size: number): Uint8Array {
  const object = new Uint8Array(size);
  const view = new DataView(object.buffer);
  view.setUint8(NDIS_OBJECT_HEADER.at.type, type);
  view.setUint8(NDIS_OBJECT_HEADER.at.revision, revision);
  view.setUint16(NDIS_OBJECT_HEADER.at.size, size, true);
  return object;
}
