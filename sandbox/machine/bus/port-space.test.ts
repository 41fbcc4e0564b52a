import { expect, test } from 'vitest';
import { type PortClaimant, PortSpace } from './port-space.ts';

/** A window of four ports that keeps what is written and can be closed. */
class Window implements PortClaimant {
  open = true;
  value = 0;
  readonly base: number;

  constructor(base: number) {
    this.base = base;
  }

  claims(port: number): boolean {
    return this.open && port >= this.base && port < this.base + 4;
  }

  readPort(): number {
    return this.value;
  }

  writePort(_port: number, _size: number, value: number): void {
    this.value = value;
  }
}

test('an access goes to whoever decodes the port', () => {
  const ports = new PortSpace();
  const [low, high] = [new Window(0x100), new Window(0x104)];
  ports.add(low);
  ports.add(high);
  ports.write(0x105, 4, -1);
  expect([low.value, high.value]).toEqual([0, 0xffffffff]);
  expect(ports.read(0x104, 2)).toBe(0xffff);
});

test('a port that nobody decodes reads ones of the size that was asked', () => {
  const ports = new PortSpace();
  expect([1, 2, 4].map((size) => ports.read(0x80, size))).toEqual([0xff, 0xffff, 0xffffffff]);
  expect(() => ports.write(0x80, 4, 1)).not.toThrow();
});

test('a window that closes no longer answers, and the next one that decodes the port does', () => {
  const ports = new PortSpace();
  const [first, second] = [new Window(0x100), new Window(0x100)];
  ports.add(first);
  ports.add(second);
  ports.write(0x100, 1, 5);
  first.open = false;
  ports.write(0x100, 1, 6);
  expect([first.value, second.value]).toEqual([5, 6]);
});
