/** A machine's virtual function, from its offer to its end, by the real parts. */
import { describe, expect, test } from 'vitest';
import {
  SRIOV_CONTROL,
  SRIOV_NUM_VFS,
  VF_ENABLE,
  VF_MEMORY_ENABLE,
} from '../machine/bus/pci/capabilities/sr-iov.ts';
import { PCI_COMMAND } from '../machine/bus/pci/configuration-space.ts';
import { PF_SRIOV } from '../machine/devices/sriov-nic/configuration-spec.ts';
import { MICROSECOND, SECOND } from '../machine/engine/engine.ts';
import { SendingSocket } from '../machine/guest/sending-socket.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { type FlowDescription, type MacAddress, macBytes, makeMac } from '../machine/net/frame.ts';
import { EXIT_MMIO } from '../machine/partition/ledger.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { HyperVHost } from './host.ts';
import { costsOf, findProfile } from './profiles.ts';

const MEBIBYTE = 1 << 20;
const PEER = makeMac(2, 0);
const BROADCAST: MacAddress = { high: 0xffff, low: 0xffffffff };

/** A host and `iov.length` machines; a machine asks for a virtual function where `iov` says so. */
function machines(iov: readonly boolean[]) {
  const host = new HyperVHost({
    costs: costsOf(findProfile('sandybridge-2012')),
    lineGbps: 10,
    rootCores: 1,
    maxFrame: 1514,
    guestBytes: iov.length * 8 * MEBIBYTE,
    postedInterrupts: false,
  });
  const vmSwitch = host.newVMSwitch({ enableIov: true });
  const adapters = iov.map((wants) =>
    host
      .newVM({ memoryBytes: 6 * MEBIBYTE })
      .addNetworkAdapter({ switch: vmSwitch, iovWeight: wants ? 100 : 0 }),
  );
  host.engine.run(Infinity, 10_000_000);
  return { host, vmSwitch, adapters };
}

/** Flows both ways between the peer and the first machine, `rate` frames a second each. */
function traffic(of: ReturnType<typeof machines>, rate: number) {
  const { host, adapters } = of;
  const { engine, memory } = host;
  const silent = { arrived: () => {}, stray: () => {} };
  const [out, into] = [0, 1].map(() => new FlowCheck(memory, 2, silent));
  const sent = [0, 0];
  const sends = { sent: (flow: number) => void sent[flow]++ };
  const peer = new RemotePeer(engine, memory, host.lineIn, out, sends);
  host.connectPeer(peer);
  const { device, macAddress } = adapters[0];
  const describeFlow = (flow: number): FlowDescription => ({
    flow,
    source: flow === 0 ? macAddress : PEER,
    destination: flow === 0 ? PEER : macAddress,
    length: 600,
    seed: 7,
  });
  out.expect(describeFlow(0));
  into.expect(describeFlow(1));
  const period = Math.round(SECOND / rate);
  const start = Math.ceil(engine.now / MICROSECOND + 10) * MICROSECOND;
  peer.addFlow(describeFlow(1), { limit: 0xffffffff, period, window: 1, start });
  const plan = { limit: 0xffffffff, period, burst: 1, window: 1, start: start + 1234 };
  const stack = new GuestStack(device, into);
  const socket = new SendingSocket(engine, device, 0, describeFlow(0), plan, sends);
  stack.add(socket);
  socket.start();
  const run = (milliseconds: number) => engine.run(engine.now + milliseconds * 1e9, 50_000_000);
  return { run, sent, out, into };
}

describe('what is done to give a machine a function', () => {
  test('NumVFs and VF Enable stand in configuration space; each function is where I4 says', () => {
    const { host, adapters } = machines([true, true, false]);
    const { complex, nic, pf } = host.pci;
    const at = (register: number) => complex.configurationRead(0x100, PF_SRIOV + register, 2);
    expect(at(SRIOV_NUM_VFS)).toBe(63);
    expect(at(SRIOV_CONTROL) & (VF_ENABLE | VF_MEMORY_ENABLE)).toBe(VF_ENABLE | VF_MEMORY_ENABLE);
    complex.configurationWrite(0x100, PF_SRIOV + SRIOV_NUM_VFS, 2, 1);
    expect(at(SRIOV_NUM_VFS)).toBe(63);
    expect(pf.requesterId).toBe(0x100);
    expect(adapters.map(({ requesterId }) => requesterId)).toEqual([0x180, 0x182, undefined]);
    for (const n of [0, 1]) {
      expect(nic.sriov.idOf(n)).toBe(0x100 + 0x80 + 2 * n);
      expect(complex.configurationRead(0x180 + 2 * n, 0, 4)).toBe(0xffffffff);
    }
  });

  test('its guest reads ids that the root has made up, and registers at addresses of its own', () => {
    const { host, adapters } = machines([true]);
    const [device] = adapters[0].iov?.vf?.bus.bus.devices ?? [];
    expect(device.ids).toMatchObject({ vendor: 0x8086, device: 0x10ed });
    const window = host.machines[0].windows.get(device.bar(0)?.address ?? 0);
    expect(window).toBe(host.nic.functions[1]);
    expect(host.nic.functions[1].msix?.read32(0)).toBeGreaterThanOrEqual(0xfee00000);
    expect(adapters[0].path).toBe('sriov');
  });

  test('I3: an access to configuration space is a trap and a request to the driver of the PF', () => {
    const { host, vmSwitch, adapters } = machines([true]);
    const [device] = adapters[0].iov?.vf?.bus.bus.devices ?? [];
    const { records } = host.management.nicSwitchFor(vmSwitch)?.log ?? { records: [] };
    const [exits, requests] = [host.ledger.exits[EXIT_MMIO], records.length];
    device.readConfiguration(PCI_COMMAND, 2);
    // The slot is selected first: a trap that asks nobody.
    expect(host.ledger.exits[EXIT_MMIO] - exits).toBe(2);
    expect(records.slice(requests).map(({ name }) => name)).toEqual([
      'OID_SRIOV_READ_VF_CONFIG_SPACE',
    ]);
  });

  test('I3: sending is a doorbell, which is no exit', () => {
    const of = machines([true]);
    const { run, sent, out } = traffic(of, 10_000);
    const { ledger } = of.host;
    run(2);
    const before = [ledger.ioExits, ledger.hypercalls, ledger.copies];
    run(5);
    expect(sent[0]).toBeGreaterThan(60);
    expect(out.delivered).toBeGreaterThan(60);
    expect([ledger.ioExits, ledger.hypercalls, ledger.copies]).toEqual(before);
  });
});

describe('I6: it goes, and comes back', () => {
  test('in order, under load: nothing is lost, in neither direction', () => {
    const of = machines([true]);
    const { iov, functionIndex = 0 } = of.adapters[0];
    const { run, sent, out, into } = traffic(of, 50_000);
    run(3);
    const old = of.host.nic.functions[functionIndex];
    const told: string[] = [];
    iov?.eject((how) => told.push(how));
    run(100);
    expect([told, of.adapters[0].path, iov?.present]).toEqual([['ejected'], 'vmbus', false]);
    run(5);
    expect(iov?.give().granted).toBe(true);
    run(250);
    expect(of.adapters[0].path).toBe('sriov');
    expect(of.host.nic.functions[1]).not.toBe(old);
    const counts = [out.delivered, into.delivered];
    for (const [flow, delivered] of counts.entries())
      expect(sent[flow] - delivered).toBeLessThanOrEqual(2);
    // A gap is a frame that the other path has overtaken: it comes late.
    for (const check of [out, into])
      expect([check.lost - check.misplaced, check.damaged]).toEqual([0, 0]);
    const records = of.host.management.nicSwitchFor(of.vmSwitch)?.log.records ?? [];
    const names = records.map(({ name }) => name).filter((name) => !name.includes('_CONFIG_'));
    const from = names.indexOf('OID_NIC_SWITCH_DELETE_VPORT');
    expect(names.slice(from - 1, from + 4)).toEqual([
      'OID_RECEIVE_FILTER_MOVE_FILTER',
      'OID_NIC_SWITCH_DELETE_VPORT',
      'OID_SRIOV_RESET_VF',
      'OID_NIC_SWITCH_FREE_VF',
      'OID_RECEIVE_FILTER_CLEAR_FILTER',
    ]);
  });

  test('a function-level reset before anything else: frames are lost', () => {
    const of = machines([true]);
    const { run, into, sent } = traffic(of, 50_000);
    run(3);
    of.host.pfDriver.resetVf(0);
    run(3);
    of.adapters[0].iov?.surprise();
    run(20);
    expect(sent[1] - into.delivered).toBeGreaterThan(100);
    expect(of.adapters[0].path).toBe('vmbus');
    const before = into.delivered;
    run(5);
    expect(into.delivered - before).toBeGreaterThan(200);
  });

  test('a guest that does not answer loses its function after 60 s', () => {
    const of = machines([true]);
    const { iov } = of.adapters[0];
    if (iov === undefined) throw new Error('no function');
    iov.guestAnswers = false;
    const told: string[] = [];
    iov.eject((how) => told.push(how));
    const { engine } = of.host;
    engine.run(engine.now + 59 * SECOND, 1_000_000);
    expect([told, of.adapters[0].path]).toEqual([[], 'sriov']);
    engine.run(engine.now + 2 * SECOND, 1_000_000);
    expect([told, of.adapters[0].path]).toEqual([['surprise'], 'vmbus']);
  });

  test('registers that the guest still holds answer no more, whoever has the function next', () => {
    const { host, adapters, vmSwitch } = machines([true, false]);
    const held = host.nic.functions[1];
    adapters[0].iov?.surprise();
    host.engine.run(Infinity, 1_000_000);
    const next = host
      .newVM({ memoryBytes: 2 * MEBIBYTE })
      .addNetworkAdapter({ switch: vmSwitch, iovWeight: 100 });
    expect(next.requesterId).toBe(0x180);
    held.write(0x3828, 1 << 25, 0);
    held.write(0x3818, 5, 0);
    expect([held.read(8), held.tx[0].registers.enabled]).toEqual([0xffffffff, false]);
  });
});

describe('I9: the switch inside the NIC, and the one in the root', () => {
  /** One frame from a guest to `to`; where it was seen. */
  function send(of: ReturnType<typeof machines>, from: number, to: MacAddress) {
    const { host, adapters } = of;
    const wire: number[] = [];
    host.connectPeer({ receive: (_, length) => void wire.push(length) });
    const got = adapters.map(() => 0);
    for (const [i, { device }] of adapters.entries())
      device.stack = { received: () => void got[i]++, room: () => {} };
    const { device, macAddress } = adapters[from];
    const gpa = device.claim(0);
    const frame = new Uint8Array(200);
    frame.set(macBytes(to));
    frame.set(macBytes(macAddress), 6);
    device.memory.writeFrom(gpa, frame, 0, frame.length);
    const before = adapters.map(({ iov }) => ({ ...iov?.failover.counts.vf }));
    const processor = device.processorOf(0);
    processor.post({ run: () => device.send(0, frame.length, false) }, 0, host.engine.now);
    host.engine.run(Infinity, 1_000_000);
    const byVf = adapters.map(
      ({ iov }, i) => (iov?.failover.counts.vf.received ?? 0) - (before[i].received ?? 0),
    );
    return { wire: wire.length, got, byVf };
  }

  test('from a function to another: never on the wire, and no copy by the root', () => {
    const of = machines([true, true]);
    const copies = of.host.ledger.copies;
    const { wire, got, byVf } = send(of, 0, of.adapters[1].macAddress);
    expect([wire, got, byVf]).toEqual([0, [0, 1], [0, 1]]);
    expect(of.host.ledger.copies).toBe(copies);
  });

  test('from a function to a machine without: default port, virtual switch, VMBus', () => {
    const of = machines([true, false]);
    const copies = of.host.ledger.copies;
    expect(send(of, 0, of.adapters[1].macAddress)).toMatchObject({ wire: 0, got: [0, 1] });
    expect(of.host.ledger.copies - copies).toBe(1);
  });

  test('and back: the virtual switch sends it to the NIC, which has the function', () => {
    const of = machines([true, false]);
    const { wire, got, byVf } = send(of, 1, of.adapters[0].macAddress);
    expect([wire, got, byVf]).toEqual([0, [1, 0], [1, 0]]);
  });

  test('a broadcast reaches every other machine once, by its synthetic adapter, and the wire', () => {
    const of = machines([true, true, false]);
    const fromFunction = send(of, 0, BROADCAST);
    expect(fromFunction).toEqual({ wire: 1, got: [0, 1, 1], byVf: [0, 0, 0] });
    const fromSynthetic = send(of, 2, BROADCAST);
    expect(fromSynthetic).toEqual({ wire: 1, got: [1, 1, 0], byVf: [0, 0, 0] });
  });

  test('one from outside too', () => {
    const of = machines([true, true]);
    const { host, adapters } = of;
    const got = adapters.map(() => 0);
    for (const [i, { device }] of adapters.entries())
      device.stack = { received: () => void got[i]++, room: () => {} };
    const at = host.lineIn.claim();
    host.memory.bytes.fill(0xff, at, at + 6);
    host.memory.bytes.set(macBytes(PEER), at + 6);
    host.lineIn.send(200, host.engine.now);
    host.engine.run(Infinity, 1_000_000);
    expect(got).toEqual([1, 1]);
    expect(adapters.map(({ iov }) => iov?.failover.counts.vf.received)).toEqual([0, 0]);
  });
});
