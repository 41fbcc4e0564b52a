import { describe, expect, test } from 'vitest';
import { defineExpress, TYPE_ENDPOINT } from './capabilities/express.ts';
import { defineSrIov, type SrIovOptions } from './capabilities/sr-iov.ts';
import { ConfigurationSpace } from './configuration-space.ts';
import { PhysicalFunction } from './physical-function.ts';

const CAP = 0x160;
const CONTROL = CAP + 0x08;
const NUM_VFS = CAP + 0x10;
const OFFSET = CAP + 0x14;
const STRIDE = CAP + 0x16;
const PAGES = CAP + 0x20;
const BAR0 = CAP + 0x24;
const BAR3 = CAP + 0x30;
const EXPRESS = 0xa0;
const FLR = EXPRESS + 8;
const VFE = 1;
const MSE = 8;
const ARI = 16;
const MS = 1e9;

const OPTIONS: SrIovOptions = {
  totalVfs: 8,
  firstOffset: 0x80,
  firstOffsetWithoutAri: 0x180,
  stride: 2,
  vfDeviceId: 0x10ca,
  supportedPages: 0x553,
  bars: [
    { index: 0, kind: 'prefetchable64', size: 0x4000 },
    { index: 3, kind: 'prefetchable64', size: 0x4000 },
  ],
};

function virtualSpace(): ConfigurationSpace {
  const space = new ConfigurationSpace(4096);
  space.define(0, 4, 0xffffffff);
  space.define(4, 2, 0, 4);
  defineExpress(space, EXPRESS, 0, {
    type: TYPE_ENDPOINT,
    link: { speed: 1, width: 1 },
    virtual: true,
  });
  return space;
}

/** A physical function at 01:00.0; `clock.now` in picoseconds where a test is about waiting. */
function newFunction(options: Partial<SrIovOptions> = {}, clock?: { now: number }) {
  const space = new ConfigurationSpace(4096);
  const all = { ...OPTIONS, ...options };
  space.define(4, 2, 0, 7);
  defineExpress(space, EXPRESS, 0, { type: TYPE_ENDPOINT, link: { speed: 1, width: 1 } });
  defineSrIov(space, CAP, 0, all);
  const window = (bar: number) =>
    bar === 0 ? { size: 0x4000, read: () => 1, write: () => {} } : undefined;
  const pf = new PhysicalFunction(0, {
    configuration: space,
    express: EXPRESS,
    window,
    sriov: {
      offset: CAP,
      options: all,
      virtualFunction: () => ({ configuration: virtualSpace(), express: EXPRESS, window }),
      clock: clock === undefined ? undefined : () => clock.now,
    },
  });
  pf.bus = 1;
  const { sriov } = pf;
  if (sriov === undefined) throw new Error('no SR-IOV');
  return { pf, space, sriov };
}

function enable(space: ConfigurationSpace, count: number): void {
  space.write(NUM_VFS, 2, count);
  space.write(CONTROL, 2, VFE | MSE | ARI);
}

describe('VF Enable', () => {
  test('its edges make functions come and go, and reset every one of them', () => {
    const { space, sriov } = newFunction();
    const happened: string[] = [];
    sriov.onEnabled = (count) => happened.push(`enabled ${count}`);
    sriov.onDisabled = () => happened.push('disabled');
    sriov.functions[7].onReset = () => happened.push('reset');
    enable(space, 2);
    expect(sriov.functionAt(0x0180)?.index).toBe(0);
    expect(sriov.functionAt(0x0182)?.index).toBe(1);
    expect([sriov.functionAt(0x0181), sriov.functionAt(0x0184)]).toEqual([undefined, undefined]);
    sriov.functions[0].configuration.write(4, 2, 4);
    space.write(CONTROL, 2, MSE | ARI);
    expect(sriov.functionAt(0x0180)).toBeUndefined();
    expect(sriov.functions[0].configuration.busMaster).toBe(false);
    expect(happened).toEqual(['reset', 'enabled 2', 'reset', 'disabled']);
  });

  test('a second write of the same bit is no edge', () => {
    const { space, sriov } = newFunction();
    let edges = 0;
    sriov.onEnabled = () => edges++;
    enable(space, 2);
    space.write(CONTROL, 2, VFE | ARI);
    expect([edges, sriov.active, sriov.memoryEnabled]).toEqual([1, 2, false]);
  });

  test('NumVFs, page size and ARI are locked while it is set, and not before or after', () => {
    const { space, sriov } = newFunction();
    enable(space, 3);
    space.write(NUM_VFS, 2, 5);
    space.write(PAGES, 4, 2);
    space.write(CONTROL, 2, VFE | MSE);
    expect([space.read(NUM_VFS, 2), space.read(PAGES, 4)]).toEqual([3, 1]);
    expect([space.read(CONTROL, 2), space.read(OFFSET, 2), sriov.active]).toEqual([0x19, 0x80, 3]);
    space.write(CONTROL, 2, 0);
    space.write(NUM_VFS, 2, 5);
    space.write(PAGES, 4, 2);
    expect([space.read(NUM_VFS, 2), space.read(PAGES, 4)]).toEqual([5, 2]);
  });

  test('with NumVFs 0 there are none, with more than TotalVFs it is refused', () => {
    const { space, sriov } = newFunction();
    enable(space, 0);
    expect([space.read(CONTROL, 2) & VFE, sriov.active]).toEqual([1, 0]);
    space.write(CONTROL, 2, 0);
    for (const count of [9, 0xffff]) {
      enable(space, count);
      expect([space.read(CONTROL, 2) & VFE, sriov.active]).toEqual([0, 0]);
      expect(space.read(NUM_VFS, 2)).toBe(count);
    }
  });

  test('what cannot be written stays: offset, stride, device id, totals, supported pages', () => {
    const { space } = newFunction();
    const registers = [OFFSET, STRIDE, CAP + 0x0c, CAP + 0x0e, CAP + 0x1a, CAP + 0x1c];
    const before = registers.map((at) => space.read(at, 2));
    for (const at of registers) space.write(at, 2, 0xabcd);
    expect(registers.map((at) => space.read(at, 2))).toEqual(before);
  });

  test('the first offset follows ARI Capable Hierarchy where a part says so', () => {
    const { space, sriov } = newFunction();
    expect([space.read(OFFSET, 2), sriov.idOf(0)]).toEqual([0x180, 0x0280]);
    space.write(CONTROL, 2, ARI);
    expect([space.read(OFFSET, 2), sriov.idOf(0)]).toEqual([0x80, 0x0180]);
  });
});

describe('apertures of virtual functions', () => {
  test('sizing tells one function; the aperture is for TotalVFs, aligned to one', () => {
    const { space, sriov } = newFunction();
    space.write(BAR0, 4, 0xffffffff);
    space.write(BAR0 + 4, 4, 0xffffffff);
    expect([space.read(BAR0, 4), space.read(BAR0 + 4, 4)]).toEqual([0xffffc00c, 0xffffffff]);
    space.write(BAR0, 4, 0xfea04000);
    space.write(BAR0 + 4, 4, 0);
    expect(sriov.apertures[0]).toEqual({ bar: 0, base: 0xfea04000, each: 0x4000, size: 0x20000 });
  });

  test('function n is at base + n * size, only while it and its memory are enabled', () => {
    const { space, sriov } = newFunction();
    space.write(BAR0, 4, 0xfea00000);
    space.write(BAR3, 4, 0xfea20000);
    space.write(BAR3 + 4, 4, 1);
    const at = (address: number) => {
      const claim = sriov.claim(address);
      return claim && [(claim.target as { index?: number }).index, claim.bar, claim.offset];
    };
    expect(at(0xfea04010)).toBeUndefined();
    enable(space, 2);
    expect(at(0xfea00000)).toEqual([0, 0, 0]);
    expect(at(0xfea04010)).toEqual([1, 0, 0x10]);
    expect(at(0x1fea27ffc)).toEqual([1, 3, 0x3ffc]);
    expect([at(0xfea08000), at(0xfe9fffff), at(0xfea20000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    space.write(CONTROL, 2, VFE | ARI);
    expect(at(0xfea04010)).toBeUndefined();
  });

  test('a larger system page makes each share a page, and the base a multiple of it', () => {
    const { space, sriov } = newFunction();
    space.write(BAR0, 4, 0xfea04000);
    space.write(PAGES, 4, 0x10);
    expect(sriov.apertures[0]).toEqual({ bar: 0, base: 0xfea00000, each: 0x10000, size: 0x80000 });
    space.write(BAR0, 4, 0xffffffff);
    expect(space.read(BAR0, 4)).toBe(0xffff000c);
  });

  test('a page size that is not supported is not taken', () => {
    const { space, sriov } = newFunction();
    space.write(PAGES, 4, 0x4);
    expect([space.read(PAGES, 4), sriov.pageSize]).toEqual([0, 4096]);
  });
});

describe('waiting (SR-IOV 1.1, section 3.3.3.1)', () => {
  test('a function does not answer in its first 100 ms', () => {
    const clock = { now: 5 };
    const { space, sriov } = newFunction({}, clock);
    enable(space, 2);
    clock.now += 100 * MS - 1;
    expect([sriov.functionAt(0x0180), sriov.early]).toEqual([undefined, 1]);
    clock.now++;
    expect([sriov.functionAt(0x0180)?.index, sriov.early]).toEqual([0, 1]);
  });

  test('VF Enable is not taken for a second after it was cleared', () => {
    const clock = { now: 0 };
    const { space, sriov } = newFunction({}, clock);
    enable(space, 2);
    space.write(CONTROL, 2, ARI);
    clock.now += 1000 * MS - 1;
    enable(space, 2);
    expect([sriov.active, space.read(CONTROL, 2), sriov.early]).toEqual([0, ARI | MSE, 1]);
    clock.now++;
    enable(space, 2);
    expect(sriov.active).toBe(2);
  });
});

describe('function-level reset (PCI Express 3.0, section 6.6.2)', () => {
  test('of a virtual function: its own registers and nobody else', () => {
    const { space, sriov } = newFunction();
    enable(space, 2);
    space.write(BAR0, 4, 0xfea00000);
    const resets: number[] = [];
    for (const one of sriov.functions) one.onReset = () => resets.push(one.index);
    const [first, second] = sriov.functions;
    first.configuration.write(4, 2, 4);
    second.configuration.write(4, 2, 4);
    first.configuration.write(FLR, 2, 0x8000);
    expect(first.configuration.busMaster).toBe(false);
    expect(second.configuration.busMaster).toBe(true);
    expect(first.configuration.read(FLR, 2)).toBe(0);
    expect([resets, sriov.active, sriov.apertures[0].base]).toEqual([[0], 2, 0xfea00000]);
  });

  test('of the physical function: the virtual ones go, and their addresses', () => {
    const { pf, space, sriov } = newFunction();
    enable(space, 2);
    space.write(BAR0, 4, 0xfea00000);
    space.write(PAGES, 4, 2);
    let disabled = 0;
    let reset = 0;
    sriov.onDisabled = () => disabled++;
    pf.onReset = () => reset++;
    space.write(FLR, 2, 0x8000);
    expect([sriov.active, disabled, reset]).toEqual([0, 1, 1]);
    expect([space.read(CONTROL, 2), space.read(NUM_VFS, 2), space.read(BAR0, 4)]).toEqual([
      0, 0, 12,
    ]);
    expect(space.read(PAGES, 4)).toBe(1);
    enable(space, 4);
    expect(sriov.active).toBe(4);
  });
});

test('a function that is not there has no memory', () => {
  const { space, sriov } = newFunction();
  expect(sriov.functions[1].window(0)).toBeUndefined();
  enable(space, 2);
  expect(sriov.functions[1].window(0)?.size).toBe(0x4000);
  expect(sriov.functions[2].window(0)).toBeUndefined();
});
