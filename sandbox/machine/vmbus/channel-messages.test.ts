/** Sizes, offsets and limits of the facts, sections 4.1 to 4.5. */
import { describe, expect, test } from 'vitest';
import {
  CHANNEL_MESSAGE_STRUCTURES,
  GPADL_BODY,
  GPADL_HEADER,
  MESSAGE_INITIATE_CONTACT,
} from './channel-messages.ts';
import { gpadlMessages, MAX_PFNS, PFNS_IN_BODY, PFNS_IN_HEADER } from './gpadl.ts';
import { CLASS_NETWORK, guidBytes, guidText } from './guids.ts';
import { getField, isMessage, MESSAGES } from './message-codec.ts';
import { decodeOffer, encodeOffer } from './offer.ts';
import {
  acknowledgesModify,
  CLIENT_VERSIONS,
  hasChannelFlags,
  hasMessageConnection,
  hasTargetProcessor,
  hasUnload,
  VMBUS_VERSIONS,
} from './versions.ts';

test.each([
  [1, 196],
  [2, 12],
  [3, 8],
  [4, 8],
  [5, 148],
  [6, 20],
  [7, 12],
  [8, 20],
  [9, 16],
  [10, 20],
  [11, 16],
  [12, 12],
  [13, 12],
  [14, 40],
  [15, 16],
  [16, 8],
  [17, 8],
  [21, 40],
  [22, 16],
  [24, 16],
])('4.1: message %i has %i bytes before what has any length', (type, size) => {
  expect(MESSAGES.get(type)?.layout.size).toBe(size);
});

test('every field lies within its structure', () => {
  for (const { name, size, fields } of CHANNEL_MESSAGE_STRUCTURES)
    for (const [field, [offset, length]] of Object.entries(fields))
      expect(offset + length, `${name}.${field}`).toBeLessThanOrEqual(size);
});

describe('4.2: versions', () => {
  const hex = (versions: readonly number[]) => versions.map((v) => `${v >>> 16}.${v & 0xffff}`);

  test('all, newest first, and those that the Linux client tries', () => {
    expect(hex(VMBUS_VERSIONS)).toEqual([
      '6.0',
      '5.3',
      '5.2',
      '5.1',
      '5.0',
      '4.1',
      '4.0',
      '3.0',
      '2.4',
      '1.1',
      '0.13',
    ]);
    expect(hex(CLIENT_VERSIONS)).toEqual(['5.3', '5.2', '5.1', '5.0', '4.1', '4.0', '3.0']);
  });

  test.each([
    ['event flags for each channel', hasChannelFlags, '2.4'],
    ['a processor in OPEN', hasTargetProcessor, '3.0'],
    ['UNLOAD', hasUnload, '3.0'],
    ['SINT and VTL in INITIATE_CONTACT', hasMessageConnection, '5.0'],
    ['an answer to MODIFY_CHANNEL', acknowledgesModify, '5.3'],
  ])('%s', (_name, gate, first) => {
    const having = hex(VMBUS_VERSIONS.filter(gate));
    expect(having.at(-1)).toBe(first);
    expect(having).toEqual(hex(VMBUS_VERSIONS).slice(0, having.length));
  });
});

describe('4.4: GPADL', () => {
  test('a header carries 26 page numbers, a body 28, and a list at most 8190', () => {
    expect([PFNS_IN_HEADER, PFNS_IN_BODY, MAX_PFNS]).toEqual([26, 28, 8190]);
  });

  test.each([
    [1, 1],
    [26, 1],
    [27, 2],
    [54, 2],
    [55, 3],
    [256, 10],
    [8190, 293],
  ])('%i pages go in %i messages, none above 240 bytes', (count, messages) => {
    const pages = Array.from({ length: count }, (_, i) => 7 + i);
    const sent = gpadlMessages(3, 0xe1e10, { pages });
    expect(sent).toHaveLength(messages);
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(240);
    expect(getField(sent[0], GPADL_HEADER.fields.range_buflen)).toBe(8 + 8 * count);
    for (const body of sent.slice(1)) expect(getField(body, GPADL_BODY.fields.gpadl)).toBe(0xe1e10);
  });
});

test('4.5: a GUID travels with its first three fields turned round', () => {
  const bytes = guidBytes(CLASS_NETWORK);
  expect(Buffer.from(bytes).toString('hex')).toBe('635161f83edfc546913ff2d2f965ed0e');
  expect(guidText(bytes)).toBe(CLASS_NETWORK);
});

test('4.3: an offer says what was put into it', () => {
  const offer = {
    relid: 17,
    classId: CLASS_NETWORK,
    instanceId: '00000000-0000-0000-0000-0201005d0007',
    flags: 0x401,
    mmioMegabytes: 12,
    userData: Uint8Array.from({ length: 120 }, (_, i) => i),
    subChannel: 3,
    monitorId: 77,
    dedicatedInterrupt: true,
    connectionId: 0x2011,
  };
  const bytes = encodeOffer(offer);
  expect([bytes[188], bytes[189], bytes[190], bytes[191]]).toEqual([77, 1, 1, 0]);
  expect(decodeOffer(bytes)).toEqual(offer);
  const plain = { ...offer, monitorId: undefined, dedicatedInterrupt: false };
  expect(decodeOffer(encodeOffer(plain))).toEqual(plain);
});

test('what is short, long or unknown is no message', () => {
  const contact = new Uint8Array(40);
  contact[0] = MESSAGE_INITIATE_CONTACT;
  expect(isMessage(contact)).toBe(true);
  expect(isMessage(contact.subarray(0, 39))).toBe(false);
  expect(isMessage(new Uint8Array(0))).toBe(false);
  expect(isMessage(Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0))).toBe(false);
});
