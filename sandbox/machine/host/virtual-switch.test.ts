import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { type MacAddress, macBytes, makeMac } from '../net/frame.ts';
import { ROOT_KERNEL } from '../partition/ledger.ts';
import type { PortSettings } from './port-policy.ts';
import { type SwitchPort, VirtualSwitch } from './virtual-switch.ts';

const PEER = makeMac(2, 0);
const STRANGER = makeMac(9, 9);
const BROADCAST = { high: 0xffff, low: 0xffffffff };

/** A switch with two adapters, a and b, and the external port x, which keeps what it gets. */
function newSwitch() {
  const { processor, ledger } = oneProcessor('root');
  const host = new HostMemory(1 << 21);
  const core = new VirtualSwitch(host);
  const got: string[] = [];
  const port = (name: string, keeps = false): SwitchPort => ({
    deliver: () => {
      got.push(name);
      return keeps;
    },
  });
  const [a, b, x] = [port('a'), port('b'), port('x', true)];
  core.connectExternal(x);
  core.connectAdapter(a, makeMac(1, 0));
  core.connectAdapter(b, makeMac(1, 1));
  /** Where a frame that came in at `from` went, and whether a port keeps it. */
  const forward = (from: SwitchPort, source: MacAddress, destination: MacAddress) => {
    host.bytes.set(macBytes(destination), 0x1000);
    host.bytes.set(macBytes(source), 0x3000);
    const list = new ScatterList();
    list.add(0x1000, 6);
    list.add(0x3000, 54);
    got.length = 0;
    const kept = core.forward(processor, list, from);
    return [[...got], kept];
  };
  const allow = (at: SwitchPort, settings: Partial<PortSettings>) => {
    const policy = core.policyOf(at);
    if (policy !== undefined) policy.settings = { ...policy.settings, ...settings };
  };
  return { core, ledger, forward, a, b, x, allow };
}

describe('the virtual switch', () => {
  test('between adapters: to the one with the address', () => {
    const { forward, a, b } = newSwitch();
    expect(forward(a, makeMac(1, 0), makeMac(1, 1))).toEqual([['b'], false]);
    expect(forward(b, makeMac(1, 1), makeMac(1, 0))).toEqual([['a'], false]);
  });

  test('a station that is no adapter is outside', () => {
    const { forward, a } = newSwitch();
    expect(forward(a, makeMac(1, 0), PEER)).toEqual([['x'], true]);
  });

  test('from outside: to the adapter with the address, and to nobody for a stranger', () => {
    const { core, forward, x } = newSwitch();
    expect(forward(x, PEER, makeMac(1, 1))).toEqual([['b'], false]);
    expect(forward(x, PEER, STRANGER)).toEqual([[], false]);
    expect(core.filtered).toBe(1);
  });

  test('a group: every port but the one it came from', () => {
    const { forward, a, x } = newSwitch();
    expect(forward(a, makeMac(1, 0), BROADCAST)).toEqual([['b', 'x'], true]);
    expect(forward(x, PEER, BROADCAST)).toEqual([['a', 'b'], false]);
  });

  test('learns a station from the frames it sends', () => {
    const { core, forward, b, x, allow } = newSwitch();
    allow(b, { macAddressSpoofing: true });
    forward(b, makeMac(7, 7), PEER);
    expect(core.portOf(makeMac(7, 7))).toBe(b);
    expect(forward(x, PEER, makeMac(7, 7))).toEqual([['b'], false]);
  });

  test('a guest cannot take over the address of another adapter', () => {
    const { core, forward, a, b, x, allow } = newSwitch();
    allow(a, { macAddressSpoofing: true });
    forward(a, makeMac(1, 1), PEER);
    expect(core.portOf(makeMac(1, 1))).toBe(b);
    expect(forward(x, PEER, makeMac(1, 1))).toEqual([['b'], false]);
  });

  test('a frame back to its own port is filtered, and each look-up is charged to the root', () => {
    const { core, ledger, forward, a } = newSwitch();
    expect(forward(a, makeMac(1, 0), makeMac(1, 0))).toEqual([[], false]);
    expect(core.filtered).toBe(1);
    expect(ledger.rows()).toEqual([
      { who: 'root-kernel', what: 'switch', cycles: ledger.cyclesOf(ROOT_KERNEL), count: 1 },
    ]);
  });

  test('forged sources push out the longest known station, never an adapter', () => {
    const { core, forward, a, b, allow } = newSwitch();
    allow(b, { macAddressSpoofing: true });
    for (let n = 0; n <= 4096; n++) forward(b, { high: 0x0600, low: n }, PEER);
    expect(core.portOf({ high: 0x0600, low: 0 })).toBeUndefined();
    expect(core.portOf({ high: 0x0600, low: 1 })).toBe(b);
    expect(core.portOf({ high: 0x0600, low: 4096 })).toBe(b);
    expect(core.portOf(makeMac(1, 0))).toBe(a);
  });

  test('a frame shorter than its addresses is no exception', () => {
    const { processor } = oneProcessor('root');
    const core = new VirtualSwitch(new HostMemory(1 << 21));
    const list = new ScatterList();
    list.add(0x1000, 1);
    expect(core.forward(processor, list, { deliver: () => false })).toBe(false);
  });
});
