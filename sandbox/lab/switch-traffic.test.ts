import { describe, expect, test } from 'vitest';
import { type SwitchTrafficOptions, switchTraffic, type Traffic } from './switch-traffic.ts';

const MACHINES = ['a', 'b', 'c'];
const honest: Traffic = { name: 'honest', from: 'a', to: 'b', frames: 20 };

function run(traffic: Traffic[], policy: SwitchTrafficOptions['policy'] = {}, line = '10G') {
  const { results, dropped } = switchTraffic({ machines: MACHINES, policy, traffic, line });
  return { of: Object.fromEntries(results.map((one) => [one.name, one])), dropped };
}

describe('traffic over the virtual switch', () => {
  test('reaches a neighbour and the outside, and nobody else', () => {
    const { of } = run([honest, { ...honest, name: 'out', to: 'outside' }]);
    expect(of.honest).toEqual({ name: 'honest', sent: 20, arrived: 20, strayed: 0 });
    expect(of.out).toEqual({ name: 'out', sent: 20, arrived: 20, strayed: 0 });
  });

  test('a source that is not its own passes only with spoofing allowed', () => {
    const forged = { ...honest, name: 'forged', as: 'c' };
    expect(run([forged]).of.forged.arrived).toBe(0);
    expect(run([forged]).dropped.a.spoofed).toBe(20);
    expect(run([forged], { a: { macAddressSpoofing: true } }).of.forged.arrived).toBe(20);
  });

  test('a tag of its own never passes an access port; a VLAN of the port parts it from the others', () => {
    const tagged = { ...honest, name: 'tagged', tag: 20 };
    expect(run([tagged]).of.tagged.arrived).toBe(0);
    expect(run([honest], { a: { vlan: 20 } }).of.honest.arrived).toBe(0);
    expect(run([honest], { a: { vlan: 20 }, b: { vlan: 20 } }).of.honest.arrived).toBe(20);
    const out = { ...honest, name: 'out', to: 'outside' };
    expect(run([out], { a: { vlan: 20 } }).of.out.arrived).toBe(20);
  });

  test('a flood takes a slow line from others until it is limited', () => {
    const flood = { name: 'flood', from: 'a', to: 'outside', frames: 3000, length: 1514, every: 5 };
    const quiet = { ...flood, name: 'quiet', from: 'c', frames: 500, every: 17 };
    const before = run([flood, quiet], {}, '1G').of.quiet.arrived;
    const after = run([flood, quiet], { a: { maximumBandwidth: 100e6 } }, '1G');
    expect(before).toBeLessThan(450);
    expect(after.of.quiet.arrived).toBe(500);
    expect(after.dropped.a.limited).toBeGreaterThan(2500);
  });

  test('names that do not exist are refused', () => {
    expect(() => run([{ ...honest, to: 'd' }])).toThrow(/no machine 'd'/);
    expect(() => run([{ ...honest, from: 'outside' }])).toThrow(/no machine 'outside'/);
    expect(() => run([honest], { d: {} })).toThrow(/no machine 'd'/);
    expect(() => run([honest], {}, '2G')).toThrow(/line/);
    expect(() => run([{ ...honest, length: 20 }])).toThrow(/length/);
    expect(() => run([{ ...honest, tag: 4095 }])).toThrow(/tag/);
  });
});
