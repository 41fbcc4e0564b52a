import { describe, expect, test } from 'vitest';
import { frameTo, MAC, TulipRig } from '../../../../tests/support/tulip.ts';
import { Phy } from '../../devices/dec21140/phy.ts';
import { type MacAddress, makeMac } from '../../net/frame.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import { TulipDriver } from './driver.ts';
import type { ReceiveMode } from './setup-frame.ts';

const BROADCAST = { high: 0xffff, low: 0xffffffff };
const OTHER = makeMac(1, 8);
const numbers = (frames: Uint8Array[]) =>
  frames.map((frame) => (frame.at(-2) ?? 0) * 256 + (frame.at(-1) ?? 0));
const group = (n: number): MacAddress => ({ high: 0x0100, low: (0x5e000000 | n) >>> 0 });
const groups = (count: number) => Array.from({ length: count }, (_, n) => group(n));

function running(options = {}) {
  const rig = new TulipRig(options).open();
  rig.pass(3);
  rig.forget();
  return rig;
}

function setMode(rig: TulipRig, mode: ReceiveMode): void {
  rig.driver.setReceiveMode(mode);
  rig.rest();
}

/** Whether a frame to `address` reaches the stack. */
function gets(rig: TulipRig, address: MacAddress): boolean {
  rig.forget();
  rig.arrive(frameTo(address));
  rig.rest();
  return rig.received.length === 1;
}

describe('what the adapter lets in', () => {
  test('its own address and broadcast from the start; nothing else', () => {
    const rig = running();
    expect([MAC, BROADCAST, OTHER, group(1)].map((to) => gets(rig, to))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('everything when promiscuous, by one register, and back', () => {
    const rig = running();
    setMode(rig, { promiscuous: true });
    expect(rig.words).toMatch(/^R6 W6/);
    expect(rig.words).not.toContain('W1');
    expect([MAC, OTHER, group(3)].map((to) => gets(rig, to))).toEqual([true, true, true]);
    setMode(rig, {});
    expect([MAC, OTHER, group(3)].map((to) => gets(rig, to))).toEqual([true, false, false]);
  });

  test('every group with all multicast, and back', () => {
    const rig = running();
    setMode(rig, { allMulticast: true });
    expect([OTHER, group(3)].map((to) => gets(rig, to))).toEqual([false, true]);
    setMode(rig, {});
    expect(gets(rig, group(3))).toBe(false);
  });

  test('a list of up to 14 groups: those and no others', () => {
    const rig = running();
    for (const count of [1, 14]) {
      setMode(rig, { multicast: groups(count) });
      expect(groups(count).every((to) => gets(rig, to))).toBe(true);
      expect([MAC, BROADCAST].every((to) => gets(rig, to))).toBe(true);
      expect([OTHER, group(count), group(99)].some((to) => gets(rig, to))).toBe(false);
    }
  });

  test('a longer list: all of them, and its own address still alone', () => {
    const rig = running();
    setMode(rig, { multicast: groups(40) });
    expect(groups(40).every((to) => gets(rig, to))).toBe(true);
    expect([MAC, BROADCAST].every((to) => gets(rig, to))).toBe(true);
    expect(gets(rig, OTHER)).toBe(false);
    setMode(rig, { multicast: groups(2) });
    expect([1, 2].map((n) => gets(rig, group(n)))).toEqual([true, false]);
  });

  test('a setup frame goes behind a descriptor of no length, and frames keep their order', () => {
    const rig = running();
    for (let n = 0; n < 40; n++) {
      setMode(rig, { multicast: [group(n)] });
      rig.send(frameTo(OTHER, 60, n));
      expect(rig.sent.map((frame) => frame.at(-1))).toEqual([n]);
      expect(gets(rig, group(n))).toBe(true);
    }
    expect(rig.driver.statistics.sent).toBe(40);
  });

  test('it is kept over closing and opening', () => {
    const rig = running();
    rig.driver.close();
    setMode(rig, { multicast: [group(5)] });
    rig.open();
    expect([5, 6].map((n) => gets(rig, group(n)))).toEqual([true, false]);
  });

  test('with no room in the ring it waits until there is some', () => {
    class Holding extends TulipDriver {
      protected override *transmit(length: number, more: boolean): GuestCode {
        if (more) this.fillDescriptor(length);
        else yield* super.transmit(length, more);
      }
    }
    const rig = running({ driver: Holding });
    for (let n = 0; n < 30; n++) rig.send(frameTo(OTHER, 60, n), true);
    setMode(rig, { multicast: [group(7)] });
    expect(rig.words).toBe('R6');
    rig.chip.write(8, 4, 0);
    rig.arrive(frameTo(MAC));
    rig.rest();
    expect(gets(rig, group(7))).toBe(true);
  });
});

describe('the link', () => {
  test('is looked at after 3 seconds: full duplex by a stop and a start of both processes', () => {
    const rig = new TulipRig().open();
    expect(rig.csr(6) & 0x200).toBe(0);
    rig.forget();
    rig.pass(2.9);
    expect(rig.accesses).toEqual([]);
    rig.pass(0.2);
    expect(rig.driver.link).toEqual({ up: true, speed: 100, fullDuplex: true });
    expect(rig.driver.restarts).toBe(1);
    const modes = rig.accesses.filter(({ write, register }) => write && register === 6);
    expect(modes.map(({ value }) => value.toString(16))).toEqual(['20e0000', '20e2202']);
    rig.send(frameTo(OTHER));
    expect(rig.sent).toHaveLength(1);
    expect(gets(rig, MAC)).toBe(true);
  });

  test('then every minute, by 584 accesses, and nothing is stopped while it stays', () => {
    const rig = running();
    rig.pass(59);
    expect(rig.accesses).toEqual([]);
    rig.pass(2);
    expect(rig.accesses).toHaveLength(2 * 291 + 1);
    rig.pass(120);
    expect(rig.accesses).toHaveLength(3 * (2 * 291 + 1));
    expect(rig.driver.restarts).toBe(1);
  });

  test.each([
    [0x41e1, 0x020e2202, { up: true, speed: 100, fullDuplex: true }],
    [0x4081, 0x020e2002, { up: true, speed: 100, fullDuplex: false }],
    [0x4041, 0x024e2202, { up: true, speed: 10, fullDuplex: true }],
    [0x4021, 0x024e2002, { up: true, speed: 10, fullDuplex: false }],
  ])('a partner that advertises %i makes CSR6 %i', (partner, mode, link) => {
    const rig = running({ phys: new Map([[1, new Phy({ 5: partner })]]) });
    expect(rig.driver.link).toEqual(link);
    expect(rig.csr(6)).toBe(mode);
  });

  test('without one it is looked at again after 3 seconds', () => {
    const phy = new Phy();
    phy.link = false;
    const rig = running({ phys: new Map([[1, phy]]) });
    expect(rig.driver.link.up).toBe(false);
    phy.link = true;
    rig.pass(6.5);
    expect(rig.driver.link.up).toBe(true);
  });

  test('a change of media loses nothing that the chip took, and doubles nothing', () => {
    const rig = new TulipRig().open();
    rig.forget();
    const taken: number[] = [];
    rig.afterAccess = () => {
      const n = rig.accesses.length;
      if (n % 7 === 0 && rig.chip.receive(frameTo(MAC, 60, n), 60)) taken.push(n);
    };
    rig.pass(3);
    expect(rig.driver.restarts).toBe(1);
    expect(taken.length).toBeGreaterThan(80);
    expect(numbers(rig.received)).toEqual(taken);
  });

  test('a stop that does not end is given up after 130 looks', () => {
    const rig = new TulipRig().open();
    rig.forget();
    const read = rig.chip.read.bind(rig.chip);
    rig.chip.read = (offset, size) => (read(offset, size) | (offset === 0x28 ? 0x20000 : 0)) >>> 0;
    rig.pass(3);
    expect(rig.driver.stopFailures).toBe(1);
    expect(rig.accesses.filter(({ register }) => register === 5).length).toBeLessThan(150);
  });
});

describe('closing', () => {
  test('masks, stops, waits and reads the missed frames, as recorded', () => {
    const rig = running();
    rig.driver.close();
    rig.rest();
    expect(rig.words).toBe('W7 R6 W6 R5 R6 R8');
    expect(rig.csr(6)).toBe(0x020e0200);
    expect(rig.chip.pin).toBe(false);
    expect(rig.driver.state).toBe('closed');
    expect(gets(rig, MAC)).toBe(false);
    expect(rig.send(frameTo(OTHER))).toBe(false);
    rig.pass(200);
    expect(rig.accesses).toEqual([]);
  });

  test('twice is once, and opening twice too', () => {
    const rig = running();
    rig.driver.close();
    rig.driver.close();
    rig.rest();
    expect(rig.accesses).toHaveLength(6);
    rig.forget();
    rig.driver.open();
    rig.driver.open();
    rig.rest();
    expect(rig.accesses.filter(({ register }) => register === 0)).toHaveLength(2);
  });

  test('and opening again needs no probe, keeps the duplex mode, and frames flow', () => {
    const rig = running();
    for (let turn = 0; turn < 5; turn++) {
      rig.driver.close();
      rig.rest();
      rig.forget();
      rig.open();
      expect(rig.accesses.length).toBeLessThan(700);
      expect(rig.csr(6)).toBe(0x020e2202);
      rig.send(frameTo(OTHER));
      expect(rig.sent).toHaveLength(1);
      expect(gets(rig, MAC)).toBe(true);
    }
    expect(rig.driver.statistics).toMatchObject({ sent: 5, received: 5, dropped: 0 });
  });

  test('with frames under way: those sent are counted, the others dropped, and room is told', () => {
    class Holding extends TulipDriver {
      // biome-ignore lint/correctness/useYield: it is the point that no poll is demanded
      protected override *transmit(length: number): GuestCode {
        this.fillDescriptor(length);
      }
    }
    const rig = running({ driver: Holding });
    for (let n = 0; n < 30; n++) rig.send(frameTo(OTHER, 60, n));
    let room = 0;
    rig.driver.stack = { received: () => {}, room: () => room++ };
    expect(rig.send(frameTo(OTHER))).toBe(false);
    rig.driver.close();
    rig.rest();
    expect(rig.driver.statistics).toMatchObject({ sent: 0, dropped: 30 });
    rig.open();
    expect(room).toBe(1);
  });
});
