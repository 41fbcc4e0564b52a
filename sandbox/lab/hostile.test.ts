/** Guests that misbehave over VMBus: their channel suffers, nobody else. */
import { describe, expect, test } from 'vitest';
import { PACKET_GPA_DIRECT, PACKET_IN_BAND } from '../machine/vmbus/ring.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';

/** Two guests over VMBus; `attack` runs as guest 0 at the start, instead of its own frames. */
function attacked(attack: (bed: Testbed) => void): Testbed {
  const config = completeConfig({ paths: ['vmbus'], vms: 2, frames: 200, load: 'paced' });
  const bed = new Testbed('vmbus', config);
  const [{ device }] = bed.adapters;
  let done = false;
  device.send = () => {
    if (!done) attack(bed);
    done = true;
  };
  bed.run();
  return bed;
}

/** Puts a packet into guest 0's ring and signals. */
function post(bed: Testbed, words: number[], type: number, headerWords: number): void {
  const channel = bed.adapters[0].channels?.[0];
  if (channel === undefined) throw new Error('no channel');
  const packet = Uint32Array.from([0, 0, 0, 0, ...words]);
  channel.openGuestToRoot().write(packet, packet.length, type, headerWords, 1, 99);
  bed.host.hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
}

const NVSP = (section: number, size: number) => [107, 0, section, size, 0, 0, 0, 0, 0, 0];
/** A page list: reserved, ranges, bytes, offset, then pages. */
const pages = (bytes: number, offset: number, list: number[]) => [
  0,
  1,
  bytes,
  offset,
  ...list.flatMap((page) => [page, 0]),
];

function closedBecause(bed: Testbed): string | undefined {
  return bed.adapters[0].channels?.[0].closedBecause;
}

describe('a ring that lies closes the channel', () => {
  test.each<[string, (bed: Testbed) => void]>([
    ['a packet with an impossible header', (bed) => corrupt(bed, 0, 0xffff0006)],
    ['a packet longer than the ring holds', (bed) => corrupt(bed, 4, 0xffff)],
    ['an unknown packet type', (bed) => post(bed, NVSP(0, 100), 5, 0)],
    ['an unknown message', (bed) => post(bed, [555, 0, 0, 0, 0, 0, 0, 0, 0, 0], 6, 0)],
    ['a message that ends too early', (bed) => post(bed, [107, 0], 6, 0)],
  ])('%s', (_name, attack) => {
    const bed = attacked(attack);
    expect(closedBecause(bed)).toBeDefined();
    expect(bed.measurement.delivered).toBe(100);
    expect(bed.peer.check.damaged + bed.measurement.strays).toBe(0);
  });

  function corrupt(bed: Testbed, offset: number, value: number): void {
    const { channels, device } = bed.adapters[0];
    const [channel] = channels ?? [];
    const start = channel.openGuestToRoot().writeIndex;
    post(bed, NVSP(0, 100), PACKET_IN_BAND, 0);
    device.memory.write32(channel.gpadl[1] * 4096 + start + offset, value);
  }
});

describe('a frame that cannot be one is dropped, and the channel lives', () => {
  test.each<[string, number[], number, number]>([
    ['a section that was never shared', NVSP(100_000, 200), PACKET_IN_BAND, 0],
    ['a section too small for its size', NVSP(0, 7000), PACKET_IN_BAND, 0],
    ['a size smaller than its header', NVSP(0, 10), PACKET_IN_BAND, 0],
    ['a frame longer than the link takes', NVSP(0, 6000), PACKET_IN_BAND, 0],
    ['pages behind the end of memory', [...pages(300, 0, [0xffffff]), ...NVSP(-1 >>> 0, 0)], 9, 6],
    ['fewer pages than bytes', [...pages(90_000, 0, [5, 6]), ...NVSP(-1 >>> 0, 0)], 9, 8],
    ['an offset beyond its page', [...pages(300, 5000, [5, 6]), ...NVSP(-1 >>> 0, 0)], 9, 8],
    [
      'a megabyte of adjacent pages',
      [
        ...pages(
          4096 * 300,
          0,
          Array.from({ length: 300 }, (_, i) => 2 + i),
        ),
        ...NVSP(-1 >>> 0, 0),
      ],
      PACKET_GPA_DIRECT,
      604,
    ],
  ])('%s', (_name, words, type, headerWords) => {
    const bed = attacked((target) => post(target, words, type, headerWords));
    expect(closedBecause(bed)).toBeUndefined();
    expect(bed.measurement.delivered).toBe(100);
    expect(bed.peer.check.damaged + bed.measurement.strays).toBe(0);
    expect(bed.host.nic.functions[0].tx[0].registers.enabled).toBe(true);
  });
});

describe('a guest that sends and never reads', () => {
  test('its channel is closed, and the other guest keeps its frames', () => {
    const config = completeConfig({ paths: ['vmbus'], vms: 2, frames: 200, load: 'paced' });
    const bed = new Testbed('vmbus', config);
    const [{ channels }] = bed.adapters;
    const channel = channels?.[0];
    if (channel === undefined) throw new Error('no channel');
    channel.guestEnd = { signalled: () => {} };
    const flood = {
      run: () => {
        const ring = channel.openGuestToRoot();
        const packet = Uint32Array.from([0, 0, 0, 0, ...NVSP(0, 200)]);
        while (ring.write(packet, packet.length, PACKET_IN_BAND, 0, 1, 7) !== 0);
        bed.host.hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
        if (channel.closedBecause === undefined)
          channel.guestProcessor.post(flood, 0, channel.guestProcessor.local + 1e9);
      },
    };
    channel.guestProcessor.post(flood, 0, bed.start);
    bed.run();
    expect(closedBecause(bed)).toBe('the guest sends and does not read its completions');
    expect(bed.measurement.delivered).toBeGreaterThanOrEqual(100);
  });
});
