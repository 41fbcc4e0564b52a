import type { FieldPlace, Structure } from '../memory/structure.ts';
import {
  CLOSE_CHANNEL,
  GPADL_BODY,
  GPADL_CREATED,
  GPADL_HEADER,
  GPADL_TEARDOWN,
  GPADL_TORNDOWN,
  INITIATE_CONTACT,
  MESSAGE_ALL_OFFERS_DELIVERED,
  MESSAGE_CLOSE,
  MESSAGE_GPADL_BODY,
  MESSAGE_GPADL_CREATED,
  MESSAGE_GPADL_HEADER,
  MESSAGE_GPADL_TEARDOWN,
  MESSAGE_GPADL_TORNDOWN,
  MESSAGE_HEADER,
  MESSAGE_INITIATE_CONTACT,
  MESSAGE_MODIFY_CHANNEL,
  MESSAGE_MODIFY_CHANNEL_RESPONSE,
  MESSAGE_OFFER,
  MESSAGE_OPEN,
  MESSAGE_OPEN_RESULT,
  MESSAGE_RELID_RELEASED,
  MESSAGE_REQUEST_OFFERS,
  MESSAGE_RESCIND,
  MESSAGE_TL_CONNECT,
  MESSAGE_UNLOAD,
  MESSAGE_UNLOAD_RESPONSE,
  MESSAGE_VERSION_RESPONSE,
  MODIFY_CHANNEL,
  MODIFY_CHANNEL_RESPONSE,
  OFFER_CHANNEL,
  OPEN_CHANNEL,
  OPEN_RESULT,
  RELID_RELEASED,
  RESCIND_OFFER,
  TL_CONNECT_REQUEST,
  VERSION_RESPONSE,
} from './channel-messages.ts';

/** Layout and name of each message that this model knows, by number. */
export const MESSAGES: ReadonlyMap<number, { name: string; layout: Structure }> = new Map(
  (
    [
      [MESSAGE_OFFER, 'OFFER', OFFER_CHANNEL],
      [MESSAGE_RESCIND, 'RESCIND', RESCIND_OFFER],
      [MESSAGE_REQUEST_OFFERS, 'REQUEST_OFFERS', MESSAGE_HEADER],
      [MESSAGE_ALL_OFFERS_DELIVERED, 'ALL_OFFERS_DELIVERED', MESSAGE_HEADER],
      [MESSAGE_OPEN, 'OPEN', OPEN_CHANNEL],
      [MESSAGE_OPEN_RESULT, 'OPEN_RESULT', OPEN_RESULT],
      [MESSAGE_CLOSE, 'CLOSE', CLOSE_CHANNEL],
      [MESSAGE_GPADL_HEADER, 'GPADL_HEADER', GPADL_HEADER],
      [MESSAGE_GPADL_BODY, 'GPADL_BODY', GPADL_BODY],
      [MESSAGE_GPADL_CREATED, 'GPADL_CREATED', GPADL_CREATED],
      [MESSAGE_GPADL_TEARDOWN, 'GPADL_TEARDOWN', GPADL_TEARDOWN],
      [MESSAGE_GPADL_TORNDOWN, 'GPADL_TORNDOWN', GPADL_TORNDOWN],
      [MESSAGE_RELID_RELEASED, 'RELID_RELEASED', RELID_RELEASED],
      [MESSAGE_INITIATE_CONTACT, 'INITIATE_CONTACT', INITIATE_CONTACT],
      [MESSAGE_VERSION_RESPONSE, 'VERSION_RESPONSE', VERSION_RESPONSE],
      [MESSAGE_UNLOAD, 'UNLOAD', MESSAGE_HEADER],
      [MESSAGE_UNLOAD_RESPONSE, 'UNLOAD_RESPONSE', MESSAGE_HEADER],
      [MESSAGE_TL_CONNECT, 'TL_CONNECT', TL_CONNECT_REQUEST],
      [MESSAGE_MODIFY_CHANNEL, 'MODIFY_CHANNEL', MODIFY_CHANNEL],
      [MESSAGE_MODIFY_CHANNEL_RESPONSE, 'MODIFY_CHANNEL_RESPONSE', MODIFY_CHANNEL_RESPONSE],
    ] as const
  ).map(([type, name, layout]) => [type, { name, layout }]),
);

/** Values of a structure's fields: numbers, or bytes where a field is longer than 8. */
export type FieldValues<F> = { readonly [K in keyof F]?: number | Uint8Array };

/**
 * A message as bytes: header, fields, and `tail` bytes of zeros behind them for an array. Fields that are
 * left out are zero. Numbers are exact to 2^53.
 */
export function encodeMessage<F extends Record<string, FieldPlace>>(
  type: number,
  layout: Structure<F>,
  values: FieldValues<F> = {},
  tail = 0,
): Uint8Array {
  const bytes = new Uint8Array(layout.size + tail);
  putNumber(bytes, 0, 4, type);
  for (const [field, value] of Object.entries(values)) {
    if (value !== undefined) putField(bytes, layout.fields[field], value as number | Uint8Array);
  }
  return bytes;
}

/** A message of a header alone. */
export function bareMessage(type: number): Uint8Array {
  return encodeMessage(type, MESSAGE_HEADER);
}

function putField(bytes: Uint8Array, place: FieldPlace, value: number | Uint8Array): void {
  if (typeof value !== 'number') bytes.set(value.subarray(0, place[1]), place[0]);
  else if (place[1] > 0) putNumber(bytes, place[0], place[1], value);
  else bytes[place[0]] |= value << (place[2] ?? 0);
}

/** Writes the low `size` bytes of a whole number, little-endian. */
export function putNumber(bytes: Uint8Array, offset: number, size: number, value: number): void {
  let left = value;
  for (let i = 0; i < size; i++) {
    bytes[offset + i] = left % 256;
    left = Math.floor(left / 256);
  }
}

/** A number of `size` bytes, little-endian; what lies behind the end counts as zero. */
export function getNumber(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
  return value;
}

/** A field of a message; one of bits gives its bits. */
export function getField(bytes: Uint8Array, place: FieldPlace): number {
  if (place[1] > 0) return getNumber(bytes, place[0], place[1]);
  const [, , first = 0, bits = 0] = place;
  return (getNumber(bytes, place[0], 3) >>> first) & ((1 << bits) - 1);
}

/** Number of a message; 0 for what is too short to be one. */
export function messageType(bytes: Uint8Array): number {
  return bytes.length >= MESSAGE_HEADER.size ? getNumber(bytes, 0, 4) : 0;
}

/** Whether the bytes are a message that this model knows, and complete. */
export function isMessage(bytes: Uint8Array): boolean {
  const known = MESSAGES.get(messageType(bytes));
  return known !== undefined && bytes.length >= known.layout.size && bytes.length <= 240;
}
