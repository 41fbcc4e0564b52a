/** The root's bus, by the messages that a guest posts and gets: facts, sections 4.3 and 4.4. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import {
  CLOSE_CHANNEL,
  GPADL_CREATED,
  GPADL_TEARDOWN,
  INITIATE_CONTACT,
  MODIFY_CHANNEL,
  MODIFY_CHANNEL_RESPONSE,
  OPEN_CHANNEL,
  OPEN_RESULT,
  STATUS_REFUSED,
  VERSION_RESPONSE,
} from '../../vmbus/channel-messages.ts';
import { gpadlMessages } from '../../vmbus/gpadl.ts';
import { CLASS_NETWORK } from '../../vmbus/guids.ts';
import {
  bareMessage,
  encodeMessage,
  getField,
  MESSAGES,
  messageType,
  putNumber,
} from '../../vmbus/message-codec.ts';
import { MAX_GPADL_PAGES, MAX_GPADLS } from './gpadl-table.ts';
import type { ChannelProvider } from './host-channel.ts';
import { GuestBus } from './server.ts';

const OFFER = { classId: CLASS_NETWORK, instanceId: CLASS_NETWORK };
const PAGES = 512;

/** A bus over a guest of 512 pages and two processors, and what the guest has been told. */
function bench(newest?: number) {
  const claimed = new Set<number>();
  const pages = {
    claim: (page: number) => page < PAGES && !claimed.has(page) && !!claimed.add(page),
    release: (page: number) => void claimed.delete(page),
  };
  const told: Uint8Array[] = [];
  const port = { send: (payload: Uint8Array) => void told.push(payload) };
  const bus = new GuestBus(port, { pages, processors: 2, newest });
  const events: string[] = [];
  const provider: ChannelProvider = {
    opened: ({ relid }, { targetVp }) => !!events.push(`open ${relid} vp ${targetVp}`),
    closed: ({ relid }, reason) => void events.push(`close ${relid}: ${reason}`),
    moved: ({ relid }, vp) => void events.push(`move ${relid} to ${vp}`),
    gpadlTornDown: (_channel, handle) => void events.push(`gone ${handle}`),
  };
  const post = (...messages: Uint8Array[]) => {
    told.length = 0;
    for (const message of messages) bus.received(message);
    return told.map((bytes) => MESSAGES.get(messageType(bytes))?.name);
  };
  return { bus, claimed, told, events, provider, post };
}

const contact = (version: number, vp = 0, sint = 2) =>
  encodeMessage(14, INITIATE_CONTACT, {
    vmbus_version_requested: version,
    target_vcpu: vp,
    msg_sint: sint,
  });
const gpadl = (relid: number, handle: number, first: number, count: number) =>
  gpadlMessages(relid, handle, { pages: Array.from({ length: count }, (_, i) => first + i) });
const open = (relid: number, handle: number, downstream: number, vp = 1) =>
  encodeMessage(5, OPEN_CHANNEL, {
    child_relid: relid,
    openid: relid,
    ringbuffer_gpadlhandle: handle,
    target_vp: vp,
    downstream_ringbuffer_pageoffset: downstream,
  });
const close = (relid: number) => encodeMessage(7, CLOSE_CHANNEL, { child_relid: relid });
const release = (relid: number) => encodeMessage(13, CLOSE_CHANNEL, { child_relid: relid });
const teardown = (relid: number, handle: number) =>
  encodeMessage(11, GPADL_TEARDOWN, { child_relid: relid, gpadl: handle });
const modify = (relid: number, vp: number) =>
  encodeMessage(22, MODIFY_CHANNEL, { child_relid: relid, target_vp: vp });
const REQUEST = bareMessage(3);
const UNLOAD = bareMessage(16);

/** Connected at `version`, with one channel offered and told. */
function connected(version = 0x50003) {
  const parts = bench();
  const channel = parts.bus.offer(OFFER, parts.provider);
  if (channel === undefined) throw new Error('no channel');
  parts.post(contact(version), REQUEST);
  return { ...parts, channel, relid: channel.relid };
}

/** The same, and open with 8 pages of rings under handle 9. */
function opened(version?: number) {
  const parts = connected(version);
  parts.post(...gpadl(parts.relid, 9, 16, 8), open(parts.relid, 9, 4));
  return parts;
}

describe('contact', () => {
  test.each([0xd, 0x10001, 0x20004, 0x30000, 0x40000, 0x40001])('older version %i', (version) => {
    const { bus, told, post } = bench();
    expect(post(contact(version, 0, 77))).toEqual(['VERSION_RESPONSE']);
    expect(getField(told[0], VERSION_RESPONSE.fields.version_supported)).toBe(1);
    expect(getField(told[0], VERSION_RESPONSE.fields.msg_conn_id)).toBe(0);
    expect(bus.contact?.interruptPage).toBe(77);
  });

  test('from 5.0 on the answer says where to post', () => {
    const { told, post } = bench();
    post(contact(0x50000));
    expect(getField(told[0], VERSION_RESPONSE.fields.msg_conn_id)).toBe(4);
  });

  test.each([
    ['a version that is none', contact(0x50009)],
    ['one newer than the host admits to', contact(0x50003)],
    ['a processor that the guest has not', contact(0x40000, 2)],
    ['another SINT', contact(0x50000, 0, 3)],
  ])('refuses %s', (_name, message) => {
    const { bus, told, post } = bench(0x50002);
    expect(post(message)).toEqual(['VERSION_RESPONSE']);
    expect(getField(told[0], VERSION_RESPONSE.fields.version_supported)).toBe(0);
    expect(bus.contact).toBeUndefined();
    expect(post(REQUEST)).toEqual([]);
  });

  test('a second contact closes what was open and offers it again', () => {
    const { claimed, events, post, relid } = opened();
    expect(post(contact(0x40000), REQUEST)).toEqual([
      'VERSION_RESPONSE',
      'OFFER',
      'ALL_OFFERS_DELIVERED',
    ]);
    expect(events.at(-1)).toBe(`close ${relid}: the guest ended its connection`);
    expect(claimed.size).toBe(0);
  });

  test('UNLOAD ends it from 3.0 on; 2.4 does not know it', () => {
    const { post, claimed, events } = opened();
    expect(post(UNLOAD, REQUEST)).toEqual(['UNLOAD_RESPONSE']);
    expect([claimed.size, events.length]).toEqual([0, 2]);
    expect(opened(0x20004).post(UNLOAD)).toEqual([]);
  });
});

describe('open and close', () => {
  test('a list, an open, a close, a teardown', () => {
    const { events, post, relid, claimed, channel } = connected();
    expect(post(...gpadl(relid, 9, 16, 8))).toEqual(['GPADL_CREATED']);
    expect(post(open(relid, 9, 4))).toEqual(['OPEN_RESULT']);
    expect(channel.gpadl(9)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
    expect(post(close(relid))).toEqual([]);
    expect(post(teardown(relid, 9))).toEqual(['GPADL_TORNDOWN']);
    expect(claimed.size).toBe(0);
    expect(events).toEqual([`open ${relid} vp 1`, `close ${relid}: the guest closed it`]);
    expect(post(...gpadl(relid, 9, 16, 8), open(relid, 9, 4))).toHaveLength(2);
    expect(channel.state).toBe('open');
  });

  test('before 3.0 the guest does not choose the processor', () => {
    expect(opened(0x20004).events).toEqual(['open 1 vp 0']);
  });

  test('taking the rings away closes first; other memory is only reported', () => {
    const { events, post, relid } = opened();
    post(...gpadl(relid, 10, 100, 30));
    expect(post(teardown(relid, 10), teardown(relid, 9))).toHaveLength(2);
    expect(events.slice(1)).toEqual(['gone 10', `close ${relid}: the guest took its rings away`]);
  });

  test('MODIFY_CHANNEL moves the interrupts, and is answered from 5.3 on', () => {
    const { events, told, post, relid } = opened();
    expect(post(modify(relid, 0), modify(relid, 5))).toHaveLength(2);
    const status = told.map((bytes) => getField(bytes, MODIFY_CHANNEL_RESPONSE.fields.status));
    expect(status).toEqual([0, STATUS_REFUSED]);
    expect(events.at(-1)).toBe(`move ${relid} to 0`);
    expect(opened(0x50002).post(modify(relid, 0))).toEqual([]);
  });

  test.each<[string, (relid: number) => Uint8Array]>([
    ['a channel that was never offered', () => open(40, 9, 4)],
    ['a list that is not there', (relid) => open(relid, 8, 4)],
    ['a ring without data pages', (relid) => open(relid, 9, 1)],
    ['another ring without data pages', (relid) => open(relid, 9, 7)],
    ['a ring beyond the list', (relid) => open(relid, 9, 0xffffffff)],
    ['a processor that the guest has not', (relid) => open(relid, 9, 4, 2)],
  ])('refuses %s', (_name, message) => {
    const { told, post, relid, events } = connected();
    post(...gpadl(relid, 9, 16, 8));
    expect(post(message(relid))).toEqual(['OPEN_RESULT']);
    expect(getField(told[0], OPEN_RESULT.fields.status)).toBe(STATUS_REFUSED);
    expect(events).toEqual([]);
  });

  test('a second open of an open channel is refused, and a provider may refuse the first', () => {
    const { told, post, relid, provider, channel } = opened();
    post(open(relid, 9, 4));
    expect(getField(told[0], OPEN_RESULT.fields.status)).toBe(STATUS_REFUSED);
    expect(channel.state).toBe('open');
    provider.opened = () => false;
    post(close(relid), open(relid, 9, 4));
    expect(getField(told[0], OPEN_RESULT.fields.status)).toBe(STATUS_REFUSED);
    expect(channel.state).toBe('offered');
  });
});

describe('rescind', () => {
  test('the number is free only when the guest has released it', () => {
    const { bus, post, told, relid, channel, claimed, events } = opened();
    told.length = 0;
    channel.rescind();
    expect(told.map(messageType)).toEqual([2]);
    expect(events.at(-1)).toBe(`close ${relid}: the host took its offer back`);
    expect(post(open(relid, 9, 4))).toEqual(['OPEN_RESULT']);
    expect(bus.channels).toHaveLength(1);
    expect(post(close(relid), release(relid))).toEqual([]);
    expect([bus.channels.length, claimed.size, channel.state]).toEqual([0, 0, 'gone']);
  });

  test('a guest that was not told is not bothered', () => {
    const { bus, provider, told } = bench();
    bus.offer(OFFER, provider)?.rescind();
    expect([bus.channels.length, told.length]).toEqual([0, 0]);
  });

  test('sub-channels are offers of the same instance with an index', () => {
    const { told, channel } = opened();
    told.length = 0;
    expect(channel.offerSubChannels(3).map(({ offer }) => offer.subChannel)).toEqual([1, 2, 3]);
    expect(told.map((bytes) => getField(bytes, [180, 2]))).toEqual([1, 2, 3]);
  });
});

describe('GPADLs that cannot be', () => {
  const range = (change: (bytes: Uint8Array) => void) => {
    const [header] = gpadl(1, 9, 16, 8);
    change(header);
    return header;
  };

  test.each<[string, Uint8Array]>([
    ['no channel of that number', gpadl(40, 9, 16, 8)[0]],
    ['handle 0', gpadl(1, 0, 16, 8)[0]],
    ['pages behind the end of memory', gpadl(1, 9, PAGES - 4, 8)[0]],
    ['a page number of 64 bits', range((bytes) => bytes.fill(0xff, 28, 36))],
    ['the same page twice', range((bytes) => putNumber(bytes, 36, 8, 16))],
    ['two ranges', range((bytes) => putNumber(bytes, 18, 2, 2))],
    ['no range', range((bytes) => putNumber(bytes, 18, 2, 0))],
    ['a length without pages', range((bytes) => putNumber(bytes, 16, 2, 8))],
    ['a length that is none', range((bytes) => putNumber(bytes, 16, 2, 13))],
    ['fewer bytes than pages', range((bytes) => putNumber(bytes, 20, 4, 4096))],
    ['more bytes than pages', range((bytes) => putNumber(bytes, 20, 4, 0xffffffff))],
    ['no bytes', range((bytes) => putNumber(bytes, 20, 4, 0))],
    ['an offset beyond the page', range((bytes) => putNumber(bytes, 24, 4, 4096))],
    ['a header that ends too early', gpadl(1, 9, 16, 8)[0].slice(0, 20)],
  ])('%s', (_name, message) => {
    const { bus, told, post, claimed } = connected();
    expect(post(message)).toEqual(['GPADL_CREATED']);
    expect(getField(told[0], GPADL_CREATED.fields.creation_status)).toBe(STATUS_REFUSED);
    expect([bus.gpadls.count, bus.gpadls.reservedPages, claimed.size]).toEqual([0, 0, 0]);
  });

  test('a page that another list describes, until that is torn down', () => {
    const { told, post, relid } = connected();
    post(...gpadl(relid, 9, 16, 8), ...gpadl(relid, 10, 20, 8));
    expect(getField(told[1], GPADL_CREATED.fields.creation_status)).toBe(STATUS_REFUSED);
    post(teardown(relid, 9), ...gpadl(relid, 10, 20, 8));
    expect(getField(told[1], GPADL_CREATED.fields.creation_status)).toBe(0);
  });

  test('bodies without a header, and behind the end, are ignored', () => {
    const { bus, post, relid } = connected();
    const [header, first, second] = gpadl(relid, 9, 16, 60);
    expect(post(first, second)).toEqual([]);
    expect(post(header, first, second, second)).toEqual(['GPADL_CREATED']);
    expect(bus.gpadls.find(9)?.pages).toHaveLength(60);
  });

  test('a flood of headers without bodies meets the limits, and leaves nothing behind', () => {
    const { bus, told, post, relid } = connected();
    const flood = (count: number, from: number, to: number) => {
      const [header] = gpadl(relid, 1, 16, count);
      for (let handle = from; handle < to; handle++) {
        putNumber(header, 12, 4, handle);
        post(header);
      }
    };
    flood(8190, 1, 1000);
    expect(bus.gpadls.reservedPages).toBeLessThanOrEqual(MAX_GPADL_PAGES);
    expect(getField(told[0], GPADL_CREATED.fields.creation_status)).toBe(STATUS_REFUSED);
    flood(27, 2000, 20_000);
    expect(bus.gpadls.count).toBeLessThanOrEqual(MAX_GPADLS);
    post(release(relid));
    expect([bus.gpadls.count, bus.gpadls.reservedPages]).toEqual([0, 0]);
  });
});

describe('hostile guests', () => {
  test('10,000 channels opened: those that were offered, and no more', () => {
    const { bus, events, post } = connected();
    for (let relid = 1; relid <= 10_000; relid++)
      post(...gpadl(relid, relid, 16, 4), open(relid, relid, 2));
    expect(events).toEqual(['open 1 vp 1']);
    expect([bus.channels.length, bus.gpadls.count]).toEqual([1, 1]);
  });

  test('the host itself has 2047 numbers for a guest', () => {
    const { bus, provider } = bench();
    for (let i = 0; i < 3000; i++) bus.offer(OFFER, provider);
    expect(bus.channels).toHaveLength(2047);
  });

  test('a million bytes of messages: nothing thrown, every answer a message, memory bounded', () => {
    const random = new Random(0x51d);
    const { bus, told, post, provider, events } = connected();
    const some = () => bus.channels[random.below(bus.channels.length)]?.relid ?? 1;
    const handle = () => 1 + random.below(4);
    const rare = () => [
      contact([0x50003, 0x40000, 0x20004][random.below(3)]),
      random.below(4) === 0 ? UNLOAD : REQUEST,
      release(some()),
    ];
    const good = () => [
      REQUEST,
      ...gpadl(some(), handle(), random.below(PAGES), 1 + random.below(40)),
      open(some(), handle(), random.below(8), random.below(3)),
      close(some()),
      teardown(some(), handle()),
      modify(some(), random.below(3)),
    ];
    for (let bytes = 0; bytes < 1_000_000; ) {
      const choice = random.below(40) === 0 ? rare() : good();
      const message = choice[random.below(choice.length)].slice();
      if (random.below(3) === 0)
        for (let i = random.below(4); i >= 0; i--)
          message[random.below(message.length)] = random.below(256);
      const cut = random.below(8) === 0 ? message.subarray(0, random.below(240)) : message;
      const noise = Uint8Array.from({ length: random.below(256) }, () => random.below(256));
      post(random.below(10) === 0 ? noise : cut);
      bytes += message.length;
      for (const answer of told) expect(MESSAGES.has(messageType(answer))).toBe(true);
      if (bus.channels.length < 3) bus.offer(OFFER, provider);
      if (random.below(50) === 0) bus.channels[random.below(bus.channels.length)]?.rescind();
      expect(bus.gpadls.reservedPages).toBeLessThanOrEqual(MAX_GPADL_PAGES);
    }
    const count = (word: string) => events.filter((event) => event.startsWith(word)).length;
    expect(count('open')).toBeGreaterThan(20);
    const still = bus.channels.filter(({ state }) => state === 'open').length;
    expect(count('open')).toBe(count('close') + still);
  });
});
