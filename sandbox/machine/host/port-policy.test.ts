import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { MICROSECOND, SECOND } from '../engine/engine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { type MacAddress, macBytes, makeMac } from '../net/frame.ts';
import { DEFAULT_SETTINGS, PortPolicy, type PortSettings } from './port-policy.ts';
import { type SwitchPort, VirtualSwitch } from './virtual-switch.ts';

const PEER = makeMac(2, 0);
const BROADCAST = { high: 0xffff, low: 0xffffffff };
const MACS = [makeMac(1, 0), makeMac(1, 1), makeMac(1, 2)];
const PAYLOAD = [0x08, 0x00, 0xa1, 0xa2, 0xa3];

/** A switch with three adapters and the external port; what each port gets is kept as hex after the addresses. */
function newSwitch(settings: Partial<PortSettings>[] = []) {
  const { processor } = oneProcessor('root');
  const host = new HostMemory(1 << 21);
  const core = new VirtualSwitch(host);
  const got: [string, string][] = [];
  const port = (name: string): SwitchPort => ({
    deliver: (_processor, frame) => {
      frame.copyTo(host, 0x9000);
      const bytes = host.bytes.slice(0x9000 + 12, 0x9000 + frame.length);
      got.push([name, Buffer.from(bytes).toString('hex')]);
      return false;
    },
  });
  const ports = ['a', 'b', 'c'].map(port);
  const outside = port('x');
  core.connectExternal(outside);
  for (const [i, adapter] of ports.entries()) core.connectAdapter(adapter, MACS[i]);
  const policies = ports.map((adapter) => core.policyOf(adapter) as PortPolicy);
  for (const [i, given] of settings.entries())
    policies[i].settings = { ...DEFAULT_SETTINGS, ...given };
  /** Sends a frame in at `from`; returns who got what. `rest` follows the addresses. */
  const send = (
    from: SwitchPort,
    source: MacAddress,
    destination: MacAddress,
    rest: readonly number[] = PAYLOAD,
  ) => {
    host.bytes.set([...macBytes(destination), ...macBytes(source), ...rest], 0x1000);
    const list = new ScatterList();
    list.add(0x1000, 12 + rest.length);
    got.length = 0;
    core.forward(processor, list, from);
    return [...got];
  };
  return { core, policies, ports, outside, send };
}

const plain = Buffer.from(PAYLOAD).toString('hex');
const tag = (vlan: number) => [0x81, 0x00, vlan >>> 8, vlan & 0xff];
const tagged = (vlan: number) => Buffer.from(tag(vlan)).toString('hex') + plain;

describe('MAC address spoofing', () => {
  test('is off: a foreign source goes nowhere, is counted and is not learned', () => {
    const { core, policies, ports, send } = newSwitch();
    expect(send(ports[0], makeMac(7, 7), PEER)).toEqual([]);
    expect(send(ports[0], MACS[1], PEER)).toEqual([]);
    expect(policies[0].dropped).toEqual({ spoofed: 2, limited: 0, foreignVlan: 0, isolated: 0 });
    expect(core.portOf(makeMac(7, 7))).toBeUndefined();
    expect(send(ports[0], MACS[0], PEER)).toEqual([['x', plain]]);
  });

  test('on: it passes', () => {
    const { ports, send } = newSwitch([{ macAddressSpoofing: true }]);
    expect(send(ports[0], makeMac(7, 7), PEER)).toEqual([['x', plain]]);
  });

  test('is no affair of the external port', () => {
    const { outside, send } = newSwitch();
    expect(send(outside, makeMac(7, 7), MACS[2])).toEqual([['c', plain]]);
  });
});

describe('an access VLAN', () => {
  test('a frame leaves with the tag and comes in with it; the guest sees neither', () => {
    const { ports, outside, send } = newSwitch([{ vlan: 0x123 }]);
    expect(send(ports[0], MACS[0], PEER)).toEqual([['x', tagged(0x123)]]);
    const rest = [...tag(0x123), ...PAYLOAD];
    expect(send(outside, PEER, MACS[0], rest)).toEqual([['a', plain]]);
  });

  test('ports of other VLANs do not hear of each other', () => {
    const { policies, ports, outside, send } = newSwitch([{ vlan: 5 }, { vlan: 6 }, { vlan: 5 }]);
    expect(send(ports[0], MACS[0], MACS[1])).toEqual([]);
    expect(send(ports[0], MACS[0], MACS[2])).toEqual([['c', plain]]);
    expect(send(ports[0], MACS[0], BROADCAST)).toEqual([
      ['c', plain],
      ['x', tagged(5)],
    ]);
    expect(send(outside, PEER, MACS[0])).toEqual([]);
    expect(send(outside, PEER, BROADCAST, [...tag(6), ...PAYLOAD])).toEqual([['b', plain]]);
    expect(policies.map(({ dropped }) => dropped.foreignVlan)).toEqual([2, 2, 1]);
  });

  test('a guest cannot choose its VLAN with a tag of its own', () => {
    const { policies, ports, send } = newSwitch([{}, { vlan: 5 }]);
    expect(send(ports[0], MACS[0], MACS[1], [...tag(5), ...PAYLOAD])).toEqual([]);
    expect(send(ports[1], MACS[1], PEER, [...tag(6), ...PAYLOAD])).toEqual([]);
    expect(policies.map(({ dropped }) => dropped.foreignVlan)).toEqual([1, 1, 0]);
  });
});

test('isolated ports reach the world and the others, and not each other', () => {
  const { policies, ports, send } = newSwitch([{ isolated: true }, { isolated: true }]);
  expect(send(ports[0], MACS[0], MACS[1])).toEqual([]);
  expect(policies[1].dropped.isolated).toBe(1);
  expect(send(ports[0], MACS[0], MACS[2])).toEqual([['c', plain]]);
  expect(send(ports[2], MACS[2], MACS[1])).toEqual([['b', plain]]);
  expect(send(ports[0], MACS[0], PEER)).toEqual([['x', plain]]);
});

describe('a maximum bandwidth', () => {
  const limited = (maximumBandwidth: number) => {
    const policy = new PortPolicy();
    policy.settings = { ...DEFAULT_SETTINGS, maximumBandwidth };
    return policy;
  };

  test('none is the default: everything passes', () => {
    const policy = new PortPolicy();
    for (let i = 0; i < 1000; i++) expect(policy.admits(1514, 0)).toBe(true);
  });

  test('a full bucket holds 64 KiB, and fills at the rate', () => {
    const policy = limited(1e9);
    let passed = 0;
    while (policy.admits(1024, 0)) passed++;
    expect(passed).toBe(64);
    expect(policy.admits(1024, 8 * 1024 * 1000 - 1)).toBe(false);
    expect(policy.admits(1024, 8 * 1024 * 1000)).toBe(true);
  });

  test.each([1e6, 10e6, 100e6, 3e9])('at %d bit/s a second lets that many bits pass', (rate) => {
    const policy = limited(rate);
    let bits = 0;
    for (let now = 0; now < SECOND; now += 10 * MICROSECOND)
      for (let i = 0; i < 3 && policy.admits(1514, now); i++) bits += 1514 * 8;
    expect(bits).toBeGreaterThan(rate * 0.98);
    expect(bits).toBeLessThan(rate + 65536 * 8 + 1514 * 8);
  });

  test('the switch drops what is above it and counts it', () => {
    const { policies, ports, send } = newSwitch([{ maximumBandwidth: 1e6 }]);
    let passed = 0;
    for (let i = 0; i < 5000; i++) passed += send(ports[0], MACS[0], PEER).length;
    expect(passed).toBeLessThan(5000);
    expect(passed + policies[0].dropped.limited).toBe(5000);
    expect(send(ports[1], MACS[1], PEER)).toHaveLength(1);
  });
});
