import { describe, expect, test } from 'vitest';
import {
  ConfigurationSpace,
  PCI_CAPABILITIES,
  PCI_STATUS,
  STATUS_CAPABILITIES,
} from '../configuration-space.ts';
import { ACS_CAPABILITY, ACS_CONTROL, ACS_EGRESS_CONTROL, ACS_ID, defineAcs } from './acs.ts';
import { AER_ID, AER_UNCORRECTABLE_MASK, AER_UNCORRECTABLE_STATUS, defineAer } from './aer.ts';
import { ARI_CAPABILITY, ARI_ID, defineAri } from './ari.ts';
import {
  DEVICE_CONTROL,
  DEVICE_CONTROL_2,
  defineExpress,
  EXPRESS_ID,
  TYPE_ENDPOINT,
  TYPE_ROOT_PORT,
} from './express.ts';
import { findCapability, findExtendedCapability } from './header.ts';
import { defineMsi, MSI_CONTROL, MSI_ID, MSI_MASK } from './msi.ts';
import { defineMsix, MSIX_CONTROL, MSIX_ID, MSIX_PENDING, MSIX_TABLE } from './msix.ts';
import { definePowerManagement, PM_CONTROL, POWER_MANAGEMENT_ID } from './power-management.ts';

const LINK = { speed: 2, width: 8 };
const ERRORS = { mask: 0x02400000, severity: 0x00462030, correctableMask: 0xe000 };

function newSpace(): ConfigurationSpace {
  const space = new ConfigurationSpace(4096);
  space.define(PCI_STATUS, 2, STATUS_CAPABILITIES);
  space.define(PCI_CAPABILITIES, 1, 0x40);
  return space;
}

/** The bits of a register that software can set, from a register that holds 0 in them. */
function settable(space: ConfigurationSpace, offset: number, size: number): number {
  const before = space.read(offset, size);
  space.write(offset, size, 0xffffffff);
  const after = space.read(offset, size);
  space.write(offset, size, before);
  return (after & ~before) >>> 0;
}

describe('lists of capabilities', () => {
  function listed(): ConfigurationSpace {
    const space = newSpace();
    definePowerManagement(space, 0x40, 0x50, { version: 2, deviceSpecific: true });
    defineMsi(space, 0x50, 0x70, { vectors: 1 });
    defineMsix(space, 0x70, 0xa0, { vectors: 10, bar: 3, table: 0, pending: 0x2000 });
    defineExpress(space, 0xa0, 0, { type: TYPE_ENDPOINT, link: LINK });
    defineAer(space, 0x100, 0x150, ERRORS);
    defineAri(space, 0x150, 0, { nextFunction: 1 });
    return space;
  }

  test('each is found by its id, and one that is not there is 0', () => {
    const space = listed();
    const read = (offset: number, size: number) => space.read(offset, size);
    const ids = [POWER_MANAGEMENT_ID, MSI_ID, MSIX_ID, EXPRESS_ID, 0x09];
    expect(ids.map((id) => findCapability(read, id))).toEqual([0x40, 0x50, 0x70, 0xa0, 0]);
    const extended = [AER_ID, ARI_ID, ACS_ID].map((id) => findExtendedCapability(read, id));
    expect(extended).toEqual([0x100, 0x150, 0]);
    expect(space.read(0x150 + ARI_CAPABILITY, 2)).toBe(0x0100);
  });

  test('a list in a circle, and a function that is not there, end the walk', () => {
    const space = newSpace();
    space.define(0x40, 2, 0x4001);
    space.define(0x100, 4, 0x10010001);
    const read = (offset: number, size: number) => space.read(offset, size);
    expect([findCapability(read, 5), findExtendedCapability(read, 2)]).toEqual([0, 0]);
    const ones = (_: number, size: number) => 2 ** (8 * size) - 1;
    expect([findCapability(ones, 5), findExtendedCapability(ones, 2)]).toEqual([0, 0]);
  });

  test('without the bit in the status register there is no list', () => {
    const space = listed();
    space.define(PCI_STATUS, 2, 0);
    expect(findCapability((offset, size) => space.read(offset, size), MSI_ID)).toBe(0);
  });
});

describe('what software can set', () => {
  test('power management: state and event enable; the event is cleared by one', () => {
    const space = newSpace();
    definePowerManagement(space, 0x40, 0, { version: 2, deviceSpecific: true });
    expect(space.read(0x40, 4)).toBe(0x00220001);
    expect(settable(space, 0x40 + PM_CONTROL, 2)).toBe(0x0103);
    space.set(0x40 + PM_CONTROL, 2, 0x8000);
    space.write(0x40 + PM_CONTROL, 2, 0x8003);
    expect(space.read(0x40 + PM_CONTROL, 2)).toBe(3);
  });

  test('MSI: a mask bit for each vector, the number of vectors only where there are some', () => {
    const one = newSpace();
    defineMsi(one, 0x50, 0, { vectors: 1 });
    expect(one.read(0x50 + MSI_CONTROL, 2)).toBe(0x0180);
    expect([settable(one, 0x52, 2), settable(one, 0x50 + MSI_MASK, 4)]).toEqual([1, 1]);
    const many = newSpace();
    defineMsi(many, 0x50, 0, { vectors: 32 });
    expect(many.read(0x50 + MSI_CONTROL, 2)).toBe(0x018a);
    expect([settable(many, 0x52, 2), settable(many, 0x50 + MSI_MASK, 4)]).toEqual([
      0x71, 0xffffffff,
    ]);
  });

  test('MSI-X: enable and function mask', () => {
    const space = newSpace();
    defineMsix(space, 0x70, 0, { vectors: 10, bar: 3, table: 0, pending: 0x2000 });
    expect(space.read(0x70 + MSIX_CONTROL, 2)).toBe(9);
    expect(settable(space, 0x70 + MSIX_CONTROL, 2)).toBe(0xc000);
    expect([space.read(0x70 + MSIX_TABLE, 4), space.read(0x70 + MSIX_PENDING, 4)]).toEqual([
      3, 0x2003,
    ]);
  });

  test('PCI Express: a virtual function can set nothing but its reset', () => {
    const physical = newSpace();
    defineExpress(physical, 0xa0, 0, { type: TYPE_ENDPOINT, link: LINK });
    const virtual = newSpace();
    defineExpress(virtual, 0xa0, 0, { type: TYPE_ENDPOINT, link: LINK, virtual: true });
    expect(settable(physical, 0xa0 + DEVICE_CONTROL, 2)).toBe(0xf9ff);
    expect(settable(virtual, 0xa0 + DEVICE_CONTROL, 2)).toBe(0x8000);
    expect(physical.read(0xa4, 4)).toBe(0x10008020);
  });

  test('only a port that leads to a device forwards ARI', () => {
    const root = newSpace();
    defineExpress(root, 0x40, 0, { type: TYPE_ROOT_PORT, link: LINK, ari: true });
    expect(settable(root, 0x40 + DEVICE_CONTROL_2, 2)).toBe(0x20);
    const endpoint = newSpace();
    defineExpress(endpoint, 0x40, 0, { type: TYPE_ENDPOINT, link: LINK, ari: true });
    expect(settable(endpoint, 0x40 + DEVICE_CONTROL_2, 2)).toBe(0);
  });

  test('ACS: what the port can do, and an egress vector only with egress control', () => {
    const all = newSpace();
    defineAcs(all, 0x150, 0, { services: 0x7f, ports: 8 });
    expect(all.read(0x150 + ACS_CAPABILITY, 2)).toBe(0x087f);
    expect([settable(all, 0x150 + ACS_CONTROL, 2), settable(all, 0x158, 4)]).toEqual([0x7f, 0xff]);
    const some = newSpace();
    defineAcs(some, 0x150, 0, { services: 0x7f & ~ACS_EGRESS_CONTROL, ports: 8 });
    expect([some.read(0x154, 2), settable(some, 0x158, 4)]).toEqual([0x5f, 0]);
  });
});

test('errors outlive a function-level reset, and are cleared by writing one (section 7.10)', () => {
  const space = newSpace();
  defineAer(space, 0x100, 0, ERRORS);
  space.set(0x100 + AER_UNCORRECTABLE_STATUS, 4, 1 << 20);
  space.write(0x100 + AER_UNCORRECTABLE_MASK, 4, 0);
  space.functionReset();
  expect(space.read(0x104, 4)).toBe(1 << 20);
  expect(space.read(0x108, 4)).toBe(0);
  space.write(0x104, 4, 1 << 20);
  expect(space.read(0x104, 4)).toBe(0);
  space.reset();
  expect(space.read(0x108, 4)).toBe(0x02400000);
});
