/** VT-d 5.1, 9.10, 9.11: message formats, remapping entries, posted interrupts. Invariant I8. */
import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { VirtualProcessor } from '../partition/virtual-processor.ts';
import { InterruptRemapping, type InterruptRemappingOptions } from './interrupt-remapping.ts';
import { NOTIFICATION_VECTOR } from './posted-interrupts.ts';

const VF0 = 0x0180;
const VF1 = 0x0182;
const id = (requesterId: number) => ({ type: 'id', requesterId }) as const;

/** Two processors, APIC ids 0 and 1, that note every vector; and an entry of VF0: vector 0x29 at 1. */
function machine(options: InterruptRemappingOptions = {}) {
  const { engine, ledger, lp, processor } = oneProcessor('bare');
  const other = new VirtualProcessor(new LogicalProcessor(engine, ledger, lp.costs), 'guest');
  const taken: [number, number][] = [];
  const host = new HostMemory(1 << 20);
  const remapping = new InterruptRemapping({ host, entries: 64, ...options });
  for (const [apicId, each] of [processor, other].entries()) {
    expect(remapping.apicIdOf(each)).toBe(apicId);
    for (let vector = 0; vector < 32; vector++)
      each.install(vector, {
        interrupt(_processor, which) {
          taken.push([apicId, 0x20 + which]);
          return undefined;
        },
      });
  }
  const index = remapping.allocate({ source: id(VF0), destination: 1, vector: 0x29 });
  const send = (requesterId: number, address: number, data: number) => {
    const passed = remapping.message(requesterId, address, data, engine.now);
    engine.run();
    return passed;
  };
  const reason = () => remapping.recording.drain().map((record) => record.reason);
  return { engine, host, processor, other, remapping, index, taken, send, reason, lp };
}

describe('remapping on', () => {
  test('I8: a message in remappable format from the function of the entry is delivered', () => {
    const { remapping, index, taken, send } = machine();
    const { address, data } = remapping.messageFor(index);
    expect(address).toBe(0xfee00010 + index * 32);
    expect(send(VF0, address, data)).toBe(true);
    expect(taken).toEqual([[1, 0x29]]);
  });

  test('I8: from any other function it is refused, for reason 26, and named', () => {
    const { remapping, index, taken, send } = machine();
    const { address, data } = remapping.messageFor(index);
    for (let requesterId = 0; requesterId < 65536; requesterId += 7)
      if (requesterId !== VF0) expect(send(requesterId, address, data)).toBe(false);
    expect(taken).toEqual([]);
    const [first] = remapping.recording.drain();
    expect(first).toEqual({ requesterId: 0, address: index, access: 'write', reason: 0x26 });
  });

  test('a message in compatibility format is refused: reason 25', () => {
    const { remapping, taken, send, reason } = machine();
    const forged = remapping.compatibilityMessage(1, 0x29);
    expect(forged).toEqual({ address: 0xfee01000, data: 0x29 });
    expect(send(VF0, forged.address, forged.data)).toBe(false);
    expect(taken).toEqual([]);
    expect(reason()).toEqual([0x25]);
  });

  test('it passes where compatibility is allowed, and never with 32-bit APIC ids', () => {
    for (const extended of [false, true]) {
      const { remapping, taken, send } = machine({ extended });
      remapping.compatibility = true;
      const { address, data } = remapping.compatibilityMessage(1, 0x30);
      expect(send(VF1, address, data)).toBe(!extended);
      expect(taken).toEqual(extended ? [] : [[1, 0x30]]);
    }
  });

  test('8-bit APIC ids stand in bits 47 to 40 of an entry, 32-bit ones in 63 to 32', () => {
    for (const extended of [false, true]) {
      const { host, remapping, index, taken, send } = machine({ extended });
      expect(host.read32(remapping.table + index * 16 + 4)).toBe(extended ? 1 : 0x100);
      send(VF0, remapping.messageFor(index).address, 0);
      expect(taken).toEqual([[1, 0x29]]);
    }
  });

  test('index bit 15 is address bit 2; a subhandle is added', () => {
    const { remapping, send, reason, taken, index } = machine({ entries: 256 });
    expect(remapping.messageFor(0x8003).address).toBe(0xfee00074);
    expect(send(VF0, 0xfee00074, 0)).toBe(false);
    expect(remapping.lastFault?.index).toBe(0x8003);
    remapping.allocate({ source: id(VF0), destination: 0, vector: 0x31 });
    expect(send(VF0, remapping.messageFor(index).address | 8, 1)).toBe(true);
    expect(taken).toEqual([[0, 0x31]]);
    expect(send(VF0, remapping.messageFor(index).address | 8, 0x10000)).toBe(false);
    expect(reason()).toEqual([0x21, 0x20]);
  });

  test.each<[string, number, number, number]>([
    ['not present', 0, 0, 0x22],
    ['reserved bits of the first word', 0, 0x01000001, 0x24],
    ['reserved bits of the third word', 2, 0x00100000, 0x24],
    ['reserved source validation type', 2, 3 << 18, 0x24],
    ['reserved fourth word', 3, 1, 0x24],
  ])('an entry with %s', (_name, word, value, code) => {
    const { host, remapping, index, send, reason } = machine();
    host.write32(remapping.table + index * 16 + word * 4, value);
    expect(send(VF0, remapping.messageFor(index).address, 0)).toBe(false);
    expect(reason()).toEqual([code]);
  });

  test('a table beyond memory: reason 23; fault disable: refused without a record', () => {
    const { host, remapping, index, send, reason } = machine();
    const { address } = remapping.messageFor(index);
    const at = remapping.table + index * 16;
    host.write32(at, host.read32(at) | 2);
    expect(send(VF1, address, 0)).toBe(false);
    expect(reason()).toEqual([]);
    remapping.table = 2 ** 45;
    expect(send(VF0, address, 0)).toBe(false);
    expect(reason()).toEqual([0x23]);
  });

  test.each<[number, number[]]>([
    [0, [0x0180]],
    [1, [0x0180, 0x0184]],
    [2, [0x0180, 0x0182, 0x0184, 0x0186]],
    [3, [0x0180, 0x0181, 0x0182, 0x0183, 0x0184, 0x0185, 0x0186, 0x0187]],
  ])('source-id qualifier %d ignores bits of the function number', (qualifier, allowed) => {
    const { remapping, send } = machine();
    const source = { ...id(VF0), qualifier: qualifier as 0 | 1 | 2 | 3 };
    const { address } = remapping.messageFor(
      remapping.allocate({ source, destination: 0, vector: 0x22 }),
    );
    const passed = [];
    for (let from = 0x0170; from < 0x01a0; from++) if (send(from, address, 0)) passed.push(from);
    expect(passed).toEqual(allowed);
  });

  test('a bus range, and no check at all', () => {
    const { remapping, send } = machine();
    const entry = (source: { type: 'bus'; first: number; last: number } | { type: 'none' }) =>
      remapping.messageFor(remapping.allocate({ source, destination: 0, vector: 0x22 })).address;
    const range = entry({ type: 'bus', first: 3, last: 5 });
    const anybody = entry({ type: 'none' });
    const buses = [2, 3, 4, 5, 6].filter((bus) => send(bus * 256 + 9, range, 0));
    expect(buses).toEqual([3, 4, 5]);
    expect(send(0xffff, anybody, 0)).toBe(true);
  });

  test('a released entry is blocked, its index given out again; a full table says -1', () => {
    const { remapping, index, send, reason } = machine({ entries: 2 });
    const target = { source: id(VF0), destination: 0, vector: 0x21 };
    expect(remapping.allocate(target)).toBe(1);
    expect(remapping.allocate(target)).toBe(-1);
    remapping.release(index);
    expect(send(VF0, remapping.messageFor(index).address, 0)).toBe(false);
    expect(reason()).toEqual([0x22]);
    expect(remapping.allocate(target)).toBe(index);
  });

  test('modify: the same message leads elsewhere', () => {
    const { remapping, index, taken, send } = machine();
    remapping.modify(index, { source: id(VF0), destination: 0, vector: 0x3f });
    send(VF0, remapping.messageFor(index).address, 0);
    expect(taken).toEqual([[0, 0x3f]]);
  });
});

describe('remapping off (I8)', () => {
  test('any function reaches any vector of any processor', () => {
    const { remapping, taken, send } = machine();
    remapping.enabled = false;
    for (const requesterId of [VF0, VF1, 0xffff])
      for (const apicId of [0, 1]) {
        const vector = 0x20 + (requesterId & 0x1f);
        const { address, data } = remapping.compatibilityMessage(apicId, vector);
        expect(send(requesterId, address, data)).toBe(true);
        expect(taken.pop()).toEqual([apicId, vector]);
      }
    expect(remapping.blocked).toBe(0);
  });

  test('a processor or vector that does not exist, or another delivery mode: the message vanishes', () => {
    const { remapping, taken, send } = machine();
    remapping.enabled = false;
    send(VF0, 0xfee05000, 0x30);
    send(VF0, 0xfee00000, 0x05);
    send(VF0, 0xfee00000, 0xd1);
    send(VF0, 0xfee00000, 0x430);
    expect(taken).toEqual([]);
    expect(remapping.unclaimed).toBe(4);
  });
});

describe('posted interrupts', () => {
  function posted(options: InterruptRemappingOptions = {}, urgent = false) {
    const all = machine(options);
    const { remapping, other } = all;
    const descriptor = remapping.postedOf(other);
    const index = remapping.allocate({
      source: id(VF0),
      descriptor: descriptor.address,
      vector: 0x2a,
      urgent,
    });
    return { ...all, descriptor, address: remapping.messageFor(index).address, index };
  }

  test('the layout of entry and descriptor', () => {
    const { host, remapping, descriptor, index } = posted();
    const at = remapping.table + index * 16;
    expect(host.read32(at)).toBe(0x002a8001);
    expect(host.read32(at + 4)).toBe(descriptor.address);
    expect(host.read32(at + 8)).toBe((1 << 18) | VF0);
    expect(descriptor.address % 64).toBe(0);
    expect(host.read32(descriptor.address + 32)).toBe(NOTIFICATION_VECTOR << 16);
    expect(host.read32(descriptor.address + 36)).toBe(1);
  });

  test('a request sets its bit, notifies, and reaches the guest without an exit', () => {
    const { remapping, taken, send, descriptor, address, lp } = posted();
    expect(send(VF0, address, 0)).toBe(true);
    expect(taken).toEqual([[1, 0x2a]]);
    expect(descriptor.notifications).toBe(1);
    expect(descriptor.outstanding).toBe(false);
    expect(remapping.delivered).toBe(1);
    expect([...lp.ledger.exits].every((count) => count <= 1)).toBe(true);
  });

  test('suppressed: bits gather, nobody is told; drained, they arrive, each once', () => {
    const { taken, send, descriptor, address, engine } = posted();
    descriptor.suppressed = true;
    for (let i = 0; i < 3; i++) send(VF0, address, 0);
    expect(taken).toEqual([]);
    expect(descriptor.requested(0x2a)).toBe(true);
    expect(descriptor.notifications).toBe(0);
    descriptor.suppressed = false;
    descriptor.drain(engine.now);
    engine.run();
    expect(taken).toEqual([[1, 0x2a]]);
    expect(descriptor.requested(0x2a)).toBe(false);
  });

  test('an urgent request notifies all the same', () => {
    const { taken, send, descriptor, address } = posted({}, true);
    descriptor.suppressed = true;
    send(VF0, address, 0);
    expect(taken).toEqual([[1, 0x2a]]);
  });

  test('while a notification is outstanding, another request sends none', () => {
    const { host, send, descriptor, address } = posted();
    const control = descriptor.address + 32;
    host.write32(control, host.read32(control) | 1);
    send(VF0, address, 0);
    expect(descriptor.notifications).toBe(0);
    expect(descriptor.requested(0x2a)).toBe(true);
  });

  test('the source is checked before any bit is set', () => {
    const { send, descriptor, address, reason } = posted();
    expect(send(VF1, address, 0)).toBe(false);
    expect(descriptor.requested(0x2a)).toBe(false);
    expect(reason()).toEqual([0x26]);
  });

  test('processors that cannot: the posted form is reserved, and `add` takes the other', () => {
    const { remapping, other, send, address, reason, taken } = posted({ posting: false });
    expect(send(VF0, address, 0)).toBe(false);
    expect(reason()).toEqual([0x24]);
    const index = remapping.add({ sourceId: VF0, processor: other, vector: 3, posted: true });
    expect(send(VF0, remapping.messageFor(index).address, 0)).toBe(true);
    expect(taken).toEqual([[1, 0x23]]);
  });
});
