import { describe, expect, test } from 'vitest';
import { PortSpace } from '../port-space.ts';
import {
  CONFIG_ADDRESS,
  CONFIG_DATA,
  ConfigurationPorts,
  configurationAddress,
} from './configuration-ports.ts';
import { ConfigurationSpace } from './configuration-space.ts';
import { IoWindow } from './io-window.ts';

function newSpace(): ConfigurationSpace {
  const space = new ConfigurationSpace();
  space.define(0, 4, 0x00091011);
  space.define(4, 2, 0, 0x157);
  space.define(6, 2, 0x0280, 0, 0xf900);
  space.defineBar(0, 'io', 128);
  space.defineBar(1, 'memory', 128);
  return space;
}

describe('configuration space (PCI 2.1, section 6)', () => {
  test('reads of 8, 16 and 32 bits, and at any offset within', () => {
    const space = newSpace();
    expect([space.read(0, 4), space.read(2, 2), space.read(1, 1)]).toEqual([0x00091011, 9, 0x10]);
    expect(space.read(1, 2)).toBe(0x0910);
  });

  test('what lies outside reads ones and takes nothing', () => {
    const space = newSpace();
    expect([space.read(256, 4), space.read(254, 4), space.read(-4, 2)]).toEqual([
      0xffffffff, 0xffff0000, 0xffff,
    ]);
    expect(() => space.write(254, 4, 1)).not.toThrow();
    expect(() => space.write(-2, 4, 1)).not.toThrow();
  });

  test('bits that cannot be written stay, in every width', () => {
    const space = newSpace();
    space.write(0, 4, 0);
    space.write(4, 1, 0xff);
    space.write(5, 1, 0xff);
    expect([space.read(0, 4), space.read(4, 2)]).toEqual([0x00091011, 0x157]);
    expect([space.ioEnabled, space.memoryEnabled, space.busMaster]).toEqual([true, true, true]);
  });

  test('status errors are cleared by writing one, and by nothing else', () => {
    const space = newSpace();
    space.set(6, 2, 0x3000);
    space.write(4, 4, 0x10000000);
    expect(space.read(6, 2)).toBe(0x2280);
    space.write(6, 2, 0);
    expect(space.read(6, 2)).toBe(0x2280);
  });

  test('a base address register tells its size, and holds an address of that alignment', () => {
    const space = newSpace();
    expect([space.bar(0), space.bar(1)]).toEqual([0, 0]);
    for (const bar of [0x10, 0x14, 0x18]) space.write(bar, 4, 0xffffffff);
    const sizes = [0x10, 0x14, 0x18].map((bar) => space.read(bar, 4));
    expect(sizes).toEqual([0xffffff81, 0xffffff80, 0]);
    space.write(0x10, 4, 0xc0ff);
    space.write(0x14, 4, 0xfebff000);
    expect([space.bar(0), space.bar(1)]).toEqual([0xc080, 0xfebff000]);
  });

  test('a reset brings every field back', () => {
    const space = newSpace();
    space.write(4, 2, 7);
    space.write(0x10, 4, 0xc000);
    space.reset();
    expect([space.read(4, 2), space.bar(0)]).toEqual([0, 0]);
  });
});

describe('configuration mechanism #1', () => {
  function bridge() {
    const ports = new PortSpace();
    const pci = new ConfigurationPorts();
    ports.add(pci);
    const space = newSpace();
    pci.add(10, 0, space);
    return { ports, space };
  }

  test('an address, then data of any width at its place in the window', () => {
    const { ports, space } = bridge();
    ports.write(CONFIG_ADDRESS, 4, configurationAddress(10, 0, 4));
    expect([ports.read(CONFIG_DATA, 4), ports.read(CONFIG_DATA + 2, 2)]).toEqual([
      0x02800000, 0x0280,
    ]);
    ports.write(CONFIG_DATA, 2, 5);
    expect([space.ioEnabled, space.busMaster]).toEqual([true, true]);
  });

  test('a function, bus or device that is not there reads ones, and so without the enable bit', () => {
    const { ports, space } = bridge();
    const there = configurationAddress(10, 0, 0);
    const others = [
      configurationAddress(11, 0, 0),
      configurationAddress(10, 1, 0),
      there | 0x10000,
    ];
    for (const address of [...others, there & 0x7fffffff]) {
      ports.write(CONFIG_ADDRESS, 4, address);
      expect(ports.read(CONFIG_DATA, 4)).toBe(0xffffffff);
      ports.write(CONFIG_DATA + 4, 4, 0);
    }
    expect(space.read(0, 4)).toBe(0x00091011);
  });

  test('the address register is written with 32 bits only; its fixed bits read 0', () => {
    const { ports } = bridge();
    ports.write(CONFIG_ADDRESS, 4, 0xffffffff);
    expect(ports.read(CONFIG_ADDRESS, 4)).toBe(0x80fffffc);
    for (const size of [1, 2]) ports.write(CONFIG_ADDRESS, size, 0);
    expect(ports.read(CONFIG_ADDRESS, 4)).toBe(0x80fffffc);
    expect([ports.read(CONFIG_ADDRESS, 1), ports.read(CONFIG_ADDRESS + 1, 2)]).toEqual([
      0xff, 0xffff,
    ]);
  });

  test('an access that runs out of the window reads ones there', () => {
    const { ports } = bridge();
    ports.write(CONFIG_ADDRESS, 4, configurationAddress(10, 0, 0));
    expect(ports.read(CONFIG_DATA + 2, 4)).toBe(0xffff0009);
  });
});

test('an I/O window is where its base address register says, while the command register lets it', () => {
  const ports = new PortSpace();
  const space = newSpace();
  const writes: number[][] = [];
  const registers = {
    read: (offset: number, size: number) => 0x100 * size + offset,
    write: (...access: number[]) => writes.push(access),
  };
  ports.add(new IoWindow(space, 0, 128, registers));
  space.write(0x10, 4, 0xc000);
  expect(ports.read(0xc008, 4)).toBe(0xffffffff);
  space.write(4, 2, 1);
  expect([ports.read(0xc008, 4), ports.read(0xc07f, 1)]).toEqual([0x408, 0x7f]);
  expect([ports.read(0xbfff, 1), ports.read(0xc080, 1)]).toEqual([0xff, 0xff]);
  space.write(0x10, 4, 0xd000);
  ports.write(0xd010, 2, 5);
  ports.write(0xc010, 2, 6);
  expect(writes).toEqual([[0x10, 2, 5]]);
  space.write(0x10, 4, 0);
  expect(ports.read(0x10, 4)).toBe(0xffffffff);
});
