/** The guest's side of the control protocol, by the bytes it posts and gets: facts, sections 4.2 to 4.4. */
import { describe, expect, test } from 'vitest';
import * as m from '../../vmbus/channel-messages.ts';
import {
  bareMessage,
  encodeMessage,
  getField,
  MESSAGES,
  messageType,
} from '../../vmbus/message-codec.ts';
import { encodeOffer } from '../../vmbus/offer.ts';
import { VmbusConnection } from './connection.ts';

const OFFER = {
  relid: 7,
  classId: 'f8615163-df3e-46c5-913f-f2d2f965ed0e',
  instanceId: '00000000-0000-0000-0000-000000000001',
  flags: 0,
  mmioMegabytes: 0,
  userData: new Uint8Array(120),
  subChannel: 0,
  monitorId: undefined,
  dedicatedInterrupt: true,
  connectionId: 0x2007,
};

function bench() {
  const posts: { connection: number; bytes: Uint8Array }[] = [];
  const pages = { interrupt: 0x1000, monitor1: 0x2000, monitor2: 0x3000 };
  const connection = new VmbusConnection(
    { post: (id, _type, bytes) => void posts.push({ connection: id, bytes }) },
    pages,
  );
  const names = () => posts.splice(0).map(({ bytes }) => MESSAGES.get(messageType(bytes))?.name);
  const respond = (supported: boolean, connectionId = 0) =>
    connection.received(
      encodeMessage(m.MESSAGE_VERSION_RESPONSE, m.VERSION_RESPONSE, {
        version_supported: supported ? 1 : 0,
        msg_conn_id: connectionId,
      }),
    );
  return { connection, posts, names, respond };
}

/** Connected at 5.3, with channel 7 offered. */
function connected(version = 0x50003) {
  const parts = bench();
  parts.connection.negotiate(version);
  parts.respond(true, 4);
  parts.connection.received(encodeOffer(OFFER));
  parts.posts.length = 0;
  return parts;
}

describe('contact', () => {
  test('newest first, and the next lower when the host refuses', () => {
    const { connection, posts, respond } = bench();
    let agreed = -1;
    connection.connect((version) => {
      agreed = version;
    });
    const asked: number[] = [];
    while (agreed < 0) {
      const { bytes } = posts.at(-1) ?? { bytes: new Uint8Array(0) };
      asked.push(getField(bytes, m.INITIATE_CONTACT.fields.vmbus_version_requested));
      respond(asked.length === 6);
    }
    expect(asked).toEqual([0x50003, 0x50002, 0x50001, 0x50000, 0x40001, 0x40000]);
    expect([agreed, connection.version]).toEqual([0x40000, 0x40000]);
  });

  test('no common version is 0, and the connection stays closed', () => {
    const { connection, respond } = bench();
    const agreed: number[] = [];
    connection.connect((version) => agreed.push(version), [0x30000, 0x20004]);
    respond(false);
    expect(agreed).toEqual([]);
    respond(false);
    expect([agreed, connection.version]).toEqual([[0], 0]);
  });

  test('SINT and connection 4 from 5.0 on, the interrupt page and connection 1 before', () => {
    const { fields } = m.INITIATE_CONTACT;
    const { connection, posts } = bench();
    connection.negotiate(0x50000);
    connection.negotiate(0x40001);
    const [modern, old] = posts;
    expect([modern.connection, old.connection]).toEqual([4, 1]);
    expect([
      getField(modern.bytes, fields.msg_sint),
      getField(old.bytes, fields.interrupt_page),
    ]).toEqual([2, 0x1000]);
    for (const { bytes } of posts) expect(getField(bytes, fields.monitor_page2)).toBe(0x3000);
  });

  test('what follows goes where the answer says', () => {
    const { connection, posts, respond } = bench();
    connection.negotiate(0x50003);
    respond(true, 77);
    connection.requestOffers();
    expect(posts.at(-1)?.connection).toBe(77);
  });

  test('an answer that nobody asked for changes nothing', () => {
    const { connection, respond } = bench();
    respond(true, 5);
    expect(connection.version).toBe(0);
  });
});

describe('channels', () => {
  test('offers are kept by number, and the end of them is told once', () => {
    const { connection } = connected();
    let ends = 0;
    connection.requestOffers(() => ends++);
    for (let i = 0; i < 2; i++) connection.received(bareMessage(m.MESSAGE_ALL_OFFERS_DELIVERED));
    expect([ends, connection.offers.get(7)]).toEqual([1, OFFER]);
  });

  test('each page list has its own handle; its answer is given once', () => {
    const { connection, names } = connected();
    const seen: number[] = [];
    const pages = Array.from({ length: 60 }, (_, i) => i);
    const first = connection.establishGpadl(7, { pages }, (status) => seen.push(status));
    const second = connection.establishGpadl(7, { pages: [1] }, (status) => seen.push(10 + status));
    expect([first, second]).toEqual([0xe1e10, 0xe1e11]);
    expect(names()).toEqual(['GPADL_HEADER', 'GPADL_BODY', 'GPADL_BODY', 'GPADL_HEADER']);
    const created = (gpadl: number, creation_status: number) =>
      encodeMessage(m.MESSAGE_GPADL_CREATED, m.GPADL_CREATED, {
        child_relid: 7,
        gpadl,
        creation_status,
      });
    for (const [handle, status] of [
      [second, 0],
      [first, 3],
      [first, 0],
      [99, 0],
    ])
      connection.received(created(handle, status));
    expect(seen).toEqual([10, 3]);
  });

  test('a move is answered from 5.3 on, and believed before', () => {
    const seen: string[] = [];
    const modern = connected();
    modern.connection.modify(7, 1, (status) => seen.push(`5.3 ${status}`));
    expect(seen).toEqual([]);
    const values = { child_relid: 7, status: 0 };
    modern.connection.received(
      encodeMessage(m.MESSAGE_MODIFY_CHANNEL_RESPONSE, m.MODIFY_CHANNEL_RESPONSE, values),
    );
    connected(0x50002).connection.modify(7, 1, (status) => seen.push(`5.2 ${status}`));
    expect(seen).toEqual(['5.3 0', '5.2 0']);
  });

  test('a rescind refuses all that was asked for the channel, and for no other', () => {
    const { connection } = connected();
    connection.received(encodeOffer({ ...OFFER, relid: 8 }));
    const seen: string[] = [];
    const gone: number[] = [];
    connection.listener = { rescinded: ({ relid }) => gone.push(relid) };
    const settings = { gpadl: 1, targetVp: 0, downstream: 2 };
    for (const relid of [7, 8]) {
      connection.establishGpadl(relid, { pages: [1] }, (status) =>
        seen.push(`list ${relid} ${status !== 0}`),
      );
      connection.open(relid, settings, (status) => seen.push(`open ${relid} ${status !== 0}`));
      connection.modify(relid, 1, (status) => seen.push(`move ${relid} ${status !== 0}`));
    }
    const rescind = encodeMessage(m.MESSAGE_RESCIND, m.RESCIND_OFFER, { child_relid: 7 });
    connection.received(rescind);
    expect([seen, gone]).toEqual([['list 7 true', 'open 7 true', 'move 7 true'], [7]]);
    connection.release(7);
    connection.received(rescind);
    expect(gone).toEqual([7]);
  });

  test('an unload ends everything, when it is answered', () => {
    const { connection, names } = connected();
    const seen: string[] = [];
    connection.received(bareMessage(m.MESSAGE_UNLOAD_RESPONSE));
    expect(connection.version).toBe(0x50003);
    connection.open(7, { gpadl: 1, targetVp: 0, downstream: 2 }, () => seen.push('opened'));
    connection.unload(() => seen.push('unloaded'));
    expect(names()).toEqual(['OPEN', 'UNLOAD']);
    connection.received(bareMessage(m.MESSAGE_UNLOAD_RESPONSE));
    connection.received(
      encodeMessage(m.MESSAGE_OPEN_RESULT, m.OPEN_RESULT, { child_relid: 7, status: 0 }),
    );
    expect([seen, connection.version, connection.offers.size]).toEqual([['unloaded'], 0, 0]);
  });
});
