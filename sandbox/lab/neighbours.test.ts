/** What a hostile guest of VMBus can take from its neighbour: neither throughput nor a byte. */
import { describe, expect, test } from 'vitest';
import { macBytes, makeMac } from '../machine/net/frame.ts';
import {
  CONNECTION_MESSAGE,
  MESSAGE_OPEN,
  OPEN_CHANNEL,
} from '../machine/vmbus/channel-messages.ts';
import { gpadlMessages } from '../machine/vmbus/gpadl.ts';
import { encodeMessage } from '../machine/vmbus/message-codec.ts';
import { NVSP_RNDIS_PACKET } from '../machine/vmbus/nvsp.ts';
import { PACKET_GPA_DIRECT, PACKET_IN_BAND } from '../machine/vmbus/ring.ts';
import { fillHeader, NO_INFO, RNDIS_HEADER } from '../machine/vmbus/rndis.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';

const FRAMES = 3000;
/** Times that the attacker gets to act, and how long it waits in between, in picoseconds. */
const TURNS = 100;
const PAUSE = 2e7;

/** What the attacker does at its turn. */
type Attack = (bed: Testbed, turn: number) => void;

function hypercall(bed: Testbed, message: Uint8Array): void {
  const [{ partition }] = bed.machines;
  bed.host.hypervisor.postMessage(partition.processors[0], CONNECTION_MESSAGE, 1, message);
}

function post(bed: Testbed, words: number[], type: number, headerWords: number): void {
  const channel = bed.adapters[0].channels?.[0];
  if (channel === undefined) throw new Error('no channel');
  const packet = Uint32Array.from([0, 0, 0, 0, ...words]);
  channel.openGuestToRoot().write(packet, packet.length, type, headerWords, 1, 99);
  bed.host.hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
}

/** Picoseconds that guest 1's frames take while guest 0 does `attack` instead of sending its own. */
function timeOf(attack: Attack): { time: number; bed: Testbed } {
  const config = completeConfig({ paths: ['vmbus'], vms: 2, rootCores: 2, frames: FRAMES });
  const bed = new Testbed('vmbus', config);
  const [{ device }] = bed.adapters;
  device.claim = () => -1;
  const [processor] = bed.machines[0].partition.processors;
  let turn = 0;
  const task = {
    run: () => {
      attack(bed, turn);
      if (++turn < TURNS) processor.post(task, 0, processor.local + PAUSE);
    },
  };
  processor.post(task, 0, bed.start);
  let last = 0;
  const arrived = bed.measurement.onArrival;
  bed.measurement.onArrival = (flow, time) => {
    arrived?.(flow, time);
    last = time;
  };
  bed.run();
  expect(turn).toBe(TURNS);
  expect(bed.measurement.delivered).toBe(FRAMES / 2);
  expect(bed.peer.check.damaged + bed.measurement.strays).toBe(0);
  return { time: last - bed.start, bed };
}

describe('the neighbour keeps its throughput', () => {
  const { time: alone } = timeOf(() => {});

  test.each<[string, Attack]>([
    [
      '10,000 opens of channels that were not offered',
      (bed, turn) => {
        for (let i = 0; i < 100; i++) {
          const relid = 100 * turn + i;
          const values = { child_relid: relid, openid: relid };
          hypercall(bed, encodeMessage(MESSAGE_OPEN, OPEN_CHANNEL, values));
        }
      },
    ],
    [
      'lists of pages that are not its own',
      (bed, turn) => {
        const pages = Array.from({ length: 60 }, (_, i) => 0x100000 + 60 * turn + i);
        for (const message of gpadlMessages(1, 0x1000 + turn, { pages })) hypercall(bed, message);
      },
    ],
    [
      'messages that cannot be, in its ring',
      (bed) => {
        for (let i = 0; i < 20; i++)
          post(bed, [NVSP_RNDIS_PACKET, 0, 9999, 9999], PACKET_IN_BAND, 0);
      },
    ],
    [
      'signals for nothing',
      (bed) => {
        const channel = bed.adapters[0].channels?.[0];
        if (channel !== undefined)
          for (let i = 0; i < 50; i++)
            bed.host.hypervisor.signalEvent(channel.guestProcessor, channel.connectionId, 0);
      },
    ],
  ])('%s', (_name, attack) => {
    const { time, bed } = timeOf(attack);
    expect(time / alone).toBeLessThan(1.05);
    expect(bed.machines[1].vmbus.host.refused + bed.machines[1].vmbus.host.ignored).toBe(0);
    expect(bed.adapters[1].channels?.[0].closedBecause).toBeUndefined();
  });
});

describe('no byte of the neighbour is disclosed', () => {
  const OURS = 'The attacker may say this.';
  const SECRET = 'Nobody else may see this. ';

  /** Both guests' last megabyte but one, filled; what leaves the machine is kept. */
  function bench() {
    const bed = new Testbed('vmbus', completeConfig({ paths: ['vmbus'], vms: 2, frames: 2 }));
    const out: string[] = [];
    const { memory, engine } = bed.host;
    bed.host.connectPeer({
      receive: (at, length) =>
        out.push(String.fromCharCode(...memory.bytes.subarray(at, at + length))),
    });
    for (const [i, text] of [OURS, SECRET].entries()) {
      const guest = bed.machines[i].memory;
      const bytes = Uint8Array.from({ length: 1 << 20 }, (_, at) =>
        text.charCodeAt(at % text.length),
      );
      guest.writeFrom(guest.size - (1 << 21), bytes, 0, bytes.length);
    }
    return { bed, out, engine };
  }

  test('by page numbers: every page of the host and beyond is asked for, and only its own leave', () => {
    const { bed, out, engine } = bench();
    const [{ memory }] = bed.machines;
    const page = memory.size / 4096 - 1;
    const words = new Uint32Array(16);
    const header = fillHeader(words, 0, 214, NO_INFO, 0);
    for (let i = 0; i < header; i++) memory.write32(page * 4096 + 4 * i, words[i]);
    const addresses = [...macBytes(makeMac(2, 0)), ...macBytes(bed.adapters[0].macAddress), 8, 0];
    memory.writeFrom(page * 4096 + RNDIS_HEADER, Uint8Array.from(addresses), 0, 14);
    const last = bed.host.memory.size / 4096 + 64;
    for (let wanted = 0; wanted < last; wanted++) {
      const list = [0, 2, RNDIS_HEADER + 14, 0, page, 0, 200, 0, wanted, 0];
      post(bed, [...list, NVSP_RNDIS_PACKET, 0, 0xffffffff, 0], PACKET_GPA_DIRECT, 10);
      engine.run();
    }
    expect(out.filter((frame) => frame.includes(OURS))).toHaveLength(256);
    expect(out.filter((frame) => frame.includes(SECRET.slice(0, 12)))).toHaveLength(0);
    expect(out.length).toBe(memory.size / 4096);
    expect(bed.adapters[0].channels?.[0].closedBecause).toBeUndefined();
  });

  test('by a buffer over page numbers that are not its own: the host maps none of them', () => {
    const { bed, engine } = bench();
    const channel = bed.adapters[0].channels?.[0];
    const own = bed.machines[0].memory.size / 4096;
    const statuses: number[] = [];
    for (let first = own - 1; first < own + 2000; first += 7)
      channel?.guestControl?.establishGpadl({ pages: [first, first + 1] }, (status) =>
        statuses.push(status),
      );
    engine.run();
    expect(statuses.length).toBe(Math.ceil(2001 / 7));
    expect(statuses.every((status) => status !== 0)).toBe(true);
    let good = -1;
    channel?.guestControl?.establishGpadl({ pages: [own - 2, own - 1] }, (status) => {
      good = status;
    });
    engine.run();
    expect(good).toBe(0);
  });
});
