/**
 * No path is a formula: what a driver, a descriptor, a buffer or an IOMMU entry does is seen at the
 * other end.
 */
import { describe, expect, test } from 'vitest';
import { CSR5_STATUS } from '../machine/devices/dec21140/spec.ts';
import { QUEUE_TAIL, VF_TX_BASE } from '../machine/devices/sriov-nic/spec.ts';
import { MICROSECOND } from '../machine/engine/engine.ts';
import type { NetDevice } from '../machine/guest/net-device.ts';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import { VfDriver } from '../machine/guest/vf-driver.ts';
import type { GuestCode } from '../machine/partition/virtual-processor.ts';
import { completeConfig } from './options.ts';
import type { CompareConfig, PathName } from './report.ts';
import { Testbed, type TestbedOptions } from './testbed.ts';
import { runTulip } from './tulip-run.ts';

const FRAMES = 60;
const PATHS: PathName[] = ['native', 'emulated', 'vmbus', 'sriov'];

function bed(path: PathName, options: Partial<CompareConfig> = {}, parts: TestbedOptions = {}) {
  const config = completeConfig({ paths: [path], frames: FRAMES, ...options });
  const machine = new Testbed(path, config, parts);
  // So that a frame with a damaged source address comes to the checker, and is not the switch's affair.
  for (const adapter of machine.adapters)
    if (adapter.port !== undefined || adapter.path === 'sriov')
      machine.vmSwitch?.setPortPolicy(adapter, { macAddressSpoofing: true });
  return machine;
}

/** What the peer found: frames that are good, frames that came but are not, and gaps. */
function verdict({ measurement, peer }: Testbed) {
  const { misplaced, lost } = peer.check;
  return { delivered: measurement.delivered, bad: misplaced + measurement.strays, lost };
}

const ONE_BAD = { delivered: FRAMES - 1, bad: 1, lost: 1 };

/** Calls `tamper` with the buffer of frame number `n` before or after the driver sends it. */
function onFrame(
  device: NetDevice,
  n: number,
  tamper: { before?(gpa: number): void; after?(gpa: number): void },
): void {
  const claim = device.claim.bind(device);
  const send = device.send.bind(device);
  let gpa = 0;
  let count = 0;
  device.claim = (queue) => {
    gpa = claim(queue);
    return gpa;
  };
  device.send = (queue, length, more) => {
    const mine = count++ === n;
    if (mine) tamper.before?.(gpa);
    send(queue, length, more);
    if (mine) tamper.after?.(gpa);
  };
}

describe('one extra read of CSR5 in the driver', () => {
  class Curious extends TulipDriver {
    protected override *transmit(length: number, more: boolean): GuestCode {
      yield* this.in(CSR5_STATUS);
      yield* super.transmit(length, more);
    }
  }

  test.each(['max', 'paced'] as const)(
    'is exactly one more device access per frame (%s)',
    async (load) => {
      const usual = await runTulip({ frames: 100, load });
      const curious = await runTulip({ frames: 100, load, driver: Curious });
      const more = curious.perFrame.deviceAccesses - usual.perFrame.deviceAccesses;
      expect(more).toBe(1);
      expect(curious.perFrame.ioExits - usual.perFrame.ioExits).toBe(1);
      expect(curious.deliveredSha256).toBe(usual.deliveredSha256);
      expect(curious.cyclesPerFrame).toBeGreaterThan(usual.cyclesPerFrame);
    },
  );
});

describe('one flipped byte in a buffer reaches the checker of the peer', () => {
  test.each(PATHS)('%s: any place in the frame, and no other frame is touched', (path) => {
    for (const at of [0, 7, 13, 17, 40, 43, 700, 1513]) {
      const machine = bed(path);
      const { device } = machine.adapters[0];
      onFrame(device, 20, {
        before: (gpa) => device.memory.write8(gpa + at, device.memory.read8(gpa + at) ^ 0x10),
      });
      machine.run();
      expect(verdict(machine)).toEqual(ONE_BAD);
    }
  });

  test('vmbus: also in a frame that goes as a list of pages', () => {
    const machine = bed('vmbus', { frame: 9014 });
    const { device } = machine.adapters[0];
    onFrame(device, 20, {
      after: (gpa) => device.memory.write8(gpa + 8000, device.memory.read8(gpa + 8000) ^ 1),
    });
    machine.run();
    expect(verdict(machine)).toEqual(ONE_BAD);
  });

  test('towards the guest: a byte changed on the wire reaches the checker in the guest', () => {
    for (const path of PATHS) {
      const machine = bed(path, { direction: 'rx' });
      const { nic, memory, lineIn } = machine.host;
      let count = 0;
      lineIn.receiver = {
        receive: (address, length) => {
          if (count++ === 20) memory.bytes[address + 900] ^= 1;
          nic.receive(address, length);
        },
      };
      machine.run();
      expect(machine.measurement.delivered).toBe(FRAMES - 1);
      expect(machine.guestCheck.damaged).toBe(1);
    }
  });
});

describe('one flipped byte in a descriptor reaches the checker of the peer', () => {
  /** Flips a byte of the twentieth descriptor once the driver has filled it. */
  function clumsy(byte: number, bits: number): typeof TulipDriver {
    return class extends TulipDriver {
      #filled = 0;

      protected override fillDescriptor(length: number): number {
        const descriptor = super.fillDescriptor(length);
        if (++this.#filled !== 20) return descriptor;
        const at = descriptor + byte;
        this.memory.write8(at, this.memory.read8(at) ^ bits);
        return descriptor;
      }
    };
  }

  test.each([
    ['a shorter length', 4, 2, 1],
    ['a length beyond what the link takes', 4, 4, 0],
    ['the buffer address, low byte', 8, 4, 1],
  ])('emulated: %s', (_name, byte, bits, bad) => {
    const machine = bed('emulated', {}, { drivers: { tulip: clumsy(byte, bits) } });
    machine.run();
    expect(verdict(machine)).toEqual({ ...ONE_BAD, bad });
  });

  test('emulated: the buffer address, beyond the partition, is a fatal bus error', () => {
    const machine = bed('emulated', {}, { drivers: { tulip: clumsy(11, 4) } });
    const { device } = machine.adapters[0];
    machine.run();
    const { delivered, bad, lost } = verdict(machine);
    expect([delivered + lost, bad]).toEqual([FRAMES, 0]);
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(32);
    expect(device).toMatchObject({ state: 'running', statistics: { resets: 1, dropped: lost } });
  });

  test.each([
    ['the section', 24, 1],
    ['the size, which the message in the section does not have', 28, 0],
  ])('vmbus: %s in the ring packet', (_name, byte, bad) => {
    const machine = bed('vmbus');
    const [{ device, channels }] = machine.adapters;
    const channel = channels?.[0];
    if (channel === undefined) throw new Error('no channel');
    const ring = channel.openGuestToRoot();
    let start = 0;
    onFrame(device, 20, {
      before: () => {
        start = ring.writeIndex;
      },
      after: () => {
        const offset = start + byte;
        const at = channel.gpadl[1 + Math.floor(offset / 4096)] * 4096 + (offset % 4096);
        device.memory.write8(at, device.memory.read8(at) ^ 0x04);
      },
    });
    machine.run();
    expect(verdict(machine)).toEqual({ ...ONE_BAD, bad });
  });

  test.each(['native', 'sriov'] as const)('%s: the buffer address', (path) => {
    class Wrong extends VfDriver {
      #sent = 0;

      override bufferAddress(gpa: number): number {
        return this.#sent++ === 20 ? gpa ^ 0x04 : gpa;
      }
    }
    const machine = bed(path, {}, { drivers: { vf: Wrong } });
    machine.run();
    expect(verdict(machine)).toEqual(ONE_BAD);
  });

  test.each([
    ['shorter', 2, 1],
    ['longer than the link takes', 4, 0],
  ])('sriov: the length, changed right before the doorbell, %s', (_name, bits, bad) => {
    const machine = bed('sriov', { load: 'paced' });
    const { device, functionIndex = 0 } = machine.adapters[0];
    const target = machine.host.nic.functions[functionIndex];
    const { registers } = target.tx[0];
    const write = target.write.bind(target);
    let doorbells = 0;
    target.write = (offset, value, at) => {
      if (offset === VF_TX_BASE + QUEUE_TAIL && doorbells++ === 20) {
        const gpa = registers.descriptor(registers.tail) + 8;
        device.memory.write8(gpa, device.memory.read8(gpa) ^ bits);
      }
      write(offset, value, at);
    };
    machine.run();
    expect(verdict(machine)).toEqual({ ...ONE_BAD, bad });
  });
});

describe('taking the IOMMU entry of a VF out', () => {
  test('before it sends: it sends nothing, and the other VF does not notice', () => {
    const machine = bed('sriov', { vms: 2, frames: 200 });
    const alone = bed('sriov', { vms: 2, frames: 200 });
    const { iommu } = machine.host;
    const [victim, other] = machine.adapters;
    iommu.detach(victim.requesterId ?? 0);
    machine.run();
    alone.run();
    expect(iommu.lastFault).toMatchObject({ requesterId: 0x0180, reason: 'no context' });
    expect(machine.measurement.delivered).toBe(100);
    expect(alone.measurement.delivered).toBe(200);
    expect(other.requesterId).toBe(0x0182);
    const [, stopped, going] = machine.host.nic.functions;
    expect(stopped.tx[0].registers.enabled).toBe(false);
    expect(going.tx[0].registers.enabled).toBe(true);
    expect(machine.peer.check.damaged).toBe(0);
  });

  test('in the middle of a run: what was sent arrived, the rest never does', () => {
    const machine = bed('sriov', { vms: 2, frames: 1000, load: 100_000 });
    const { engine, iommu } = machine.host;
    const [victim] = machine.adapters;
    const timer = engine.timer({ handle: () => iommu.detach(victim.requesterId ?? 0) });
    timer.schedule(machine.start + 1000 * MICROSECOND);
    machine.run();
    const { delivered } = machine.measurement;
    expect(delivered).toBeGreaterThan(500 + 90);
    expect(delivered).toBeLessThan(500 + 110);
    expect(machine.peer.check.lost).toBe(0);
  });

  test('of a VF stops no one on another path', () => {
    const machine = bed('vmbus');
    machine.host.iommu.detach(0x0180);
    machine.run();
    expect(verdict(machine)).toEqual({ delivered: FRAMES, bad: 0, lost: 0 });
  });
});
