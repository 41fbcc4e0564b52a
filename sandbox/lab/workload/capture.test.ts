import { describe, expect, test } from 'vitest';
import { dissectUdp } from '../../../tests/support/udp-reference.ts';
import { PATHS } from '../options.ts';
import { readPcap } from '../pcap.ts';
import type { PathName } from '../report.ts';
import { UsageError } from '../usage.ts';
import { type CaptureFramesOptions, type CaptureTap, captureFrames } from './capture.ts';
import { IMIX } from './sizes.ts';

/** Addresses of the first machine's adapter and of the far end. */
const [GUEST, PEER] = ['02:01:5d:00:00:00', '02:02:5d:00:00:00'];
const PLACES: [PathName, CaptureTap][] = PATHS.flatMap((path) =>
  (path === 'emulated' || path === 'vmbus'
    ? (['guest', 'vswitch', 'wire'] as const)
    : (['guest', 'wire'] as const)
  ).map((tap): [PathName, CaptureTap] => [path, tap]),
);

/** What a packet analyser makes of a capture. */
async function decode(options: CaptureFramesOptions) {
  const { bytes, frames: count } = await captureFrames({ nanoseconds: true, ...options });
  const frames = readPcap(bytes).map(({ time, bytes: frame }) => ({
    time,
    length: frame.length,
    bytes: Buffer.from(frame).toString('hex'),
    ...dissectUdp(frame),
  }));
  expect(frames).toHaveLength(count);
  return frames;
}

describe('the frames at a tap', () => {
  test.each(PLACES)('%s, %s: are whole, in order, and of the workload', async (path, tap) => {
    const frames = await decode({ path, tap, sizes: 'imix', frames: 30 });
    expect(frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    for (const [i, frame] of frames.entries()) {
      const length = IMIX[i % 12];
      expect(frame).toMatchObject({
        ...{ source: GUEST, destination: PEER, type: 0x0800, version: 4, protocol: 17, flow: 0 },
        ...{ length, ipEnd: length, udpEnd: length, ipSum: 0, udpSum: 0 },
      });
      if (i > 0) expect(frame.time).toBeGreaterThanOrEqual(frames[i - 1].time);
    }
  });

  test.each(['emulated', 'vmbus'] as const)(
    '%s: each frame passes guest, switch and wire in this order, with the same bytes',
    async (path) => {
      const options = { path, frames: 20, load: 'paced' } as const;
      const [guest, vswitch, wire] = await Promise.all(
        (['guest', 'vswitch', 'wire'] as const).map((tap) => decode({ ...options, tap })),
      );
      for (const [i, frame] of guest.entries()) {
        expect([vswitch[i].bytes, wire[i].bytes]).toEqual([frame.bytes, frame.bytes]);
        expect(vswitch[i].time).toBeGreaterThan(frame.time);
        expect(wire[i].time).toBeGreaterThan(vswitch[i].time);
      }
      const received = await Promise.all(
        (['wire', 'vswitch', 'guest'] as const).map((tap) =>
          decode({ ...options, direction: 'rx', tap }),
        ),
      );
      for (let i = 0; i < 20; i++) {
        const [onWire, inSwitch, inGuest] = received.map((frames) => frames[i]);
        expect([onWire.source, onWire.destination]).toEqual([PEER, GUEST]);
        expect(inSwitch.time).toBeGreaterThan(onWire.time);
        expect(inGuest.time).toBeGreaterThan(inSwitch.time);
      }
    },
  );

  test('requests and their replies take turns, and both directions are there', async () => {
    const frames = await decode({ path: 'vmbus', tap: 'guest', direction: 'rr', frames: 10 });
    expect(frames.map(({ source, sequence }) => [source, sequence])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i % 2 === 0 ? GUEST : PEER, Math.floor(i / 2)]),
    );
    const both = await decode({ path: 'sriov', tap: 'guest', direction: 'both', frames: 50 });
    const from = (station: string) => both.filter(({ source }) => source === station).length;
    expect([from(GUEST), from(PEER)]).toEqual([50, 50]);
  });

  test('a frame that was lost on the way is on the wire and not in the guest', async () => {
    const options = {
      ...({ path: 'vmbus', direction: 'rx', load: 2_000_000, frame: 60, frames: 4000 } as const),
    };
    const wire = await decode({ ...options, tap: 'wire' });
    const guest = await decode({ ...options, tap: 'guest' });
    expect(wire).toHaveLength(4000);
    expect(guest.length).toBeLessThan(4000);
    expect(guest.length).toBeGreaterThan(0);
    const sent = new Set(wire.map(({ bytes }) => bytes));
    expect(guest.every(({ bytes }) => sent.has(bytes))).toBe(true);
  });

  test('a virtual function passes the virtual switch by', async () => {
    expect(await decode({ path: 'sriov', tap: 'vswitch', frames: 20 })).toEqual([]);
  });

  test('of several machines the first one is the guest; switch and wire see all of them', async () => {
    const options = { path: 'vmbus', vms: 3, frames: 30 } as const;
    const guest = await decode({ ...options, tap: 'guest' });
    expect(new Set(guest.map(({ source }) => source))).toEqual(new Set([GUEST]));
    expect(guest).toHaveLength(10);
    expect(await decode({ ...options, tap: 'vswitch' })).toHaveLength(30);
    expect(await decode({ ...options, tap: 'wire' })).toHaveLength(30);
  });

  test('times are whole microseconds unless nanoseconds are asked for', async () => {
    const times = async (nanoseconds: boolean) =>
      (await decode({ path: 'sriov', frames: 20, nanoseconds })).map(({ time }) => time);
    const fine = await times(true);
    expect(await times(false)).toEqual(fine.map(Math.floor));
    expect(fine.some((time) => !Number.isInteger(time))).toBe(true);
  });
});

describe('a capture that cannot be made is refused', () => {
  test.each<[object, RegExp]>([
    [{ path: 'magic' }, /path: 'magic' .* native, emulated, vmbus, sriov/],
    [{ path: 'vmbus', tap: 'air' }, /tap: 'air' .* guest, vswitch, wire/],
    [{ path: 'native', tap: 'vswitch' }, /no virtual switch; use guest or wire/],
    [{ path: 'emulated', frame: 9014 }, /frame: .* 60 to 1514 bytes, not 9014/],
    [{ path: 'sriov', frames: 1_000_000 }, /frames: .* 1444 MiB; a capture has at most 256/],
    [{ path: 'sriov', durationMs: 5 }, /duration: .* give frames/],
    [{ path: 'sriov', frmae: 60 }, /no option 'frmae'/],
  ])('%o', async (options, message) => {
    const made = captureFrames(options as CaptureFramesOptions);
    await expect(made).rejects.toThrow(UsageError);
    await expect(captureFrames(options as CaptureFramesOptions)).rejects.toThrow(message);
  });
});
