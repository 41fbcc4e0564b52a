import { describe, expect, test } from 'vitest';
import { newMailboxes } from '../../../tests/support/mailbox.ts';
import * as message from '../devices/sriov-nic/mailbox-messages.ts';
import * as spec from '../devices/sriov-nic/registers-spec.ts';
import { MICROSECOND, SECOND } from '../engine/engine.ts';
import { Random } from '../engine/random.ts';

const OWN = message.stationOf(Uint8Array.of(0xba, 0x86, 0x26, 0xd6, 0x87, 0xb7));
const ADMIN = message.stationOf(Uint8Array.of(0x02, 0, 0, 0, 0, 9));

/** Runs `ask` and gives what its answer is, and the time that it took in microseconds. */
function asked<T>(
  rig: { engine: { run(): void; now: number } },
  ask: (done: (answer: T) => void) => void,
) {
  const from = rig.engine.now;
  let answer: T | 'silence' = 'silence';
  ask((value) => {
    answer = value;
  });
  rig.engine.run();
  return { answer, took: (rig.engine.now - from) / MICROSECOND };
}

function ready(count: number) {
  const rig = newMailboxes(count);
  rig.engine.run();
  for (const vf of rig.vfs) {
    asked(rig, (done) => vf.reset(done));
    vf.checkLink();
  }
  return rig;
}

const accepted = (rig: ReturnType<typeof ready>, ask: (done: (ok: boolean) => void) => void) =>
  asked<boolean>(rig, ask).answer;

describe('RESET (section 7)', () => {
  test('without an administrator’s address it is refused with zeros, and the function may send', () => {
    const rig = newMailboxes(2);
    const [, vf] = rig.vfs;
    expect(asked(rig, (done) => vf.reset(done)).answer).toBe('none');
    expect([rig.read(0x0840), rig.read(0x0844)]).toEqual([0x40000001, 0]);
    expect([spec.VFRE, spec.VFTE, spec.VFLRE].map(rig.read)).toEqual([0xfe, 0xfe, 0]);
    expect(rig.read(0x5ad4)).toBe(0x89002600);
  });

  test('with one it is accepted and brings the address, also at the next reset', () => {
    const rig = newMailboxes(2);
    rig.pf.setAddress(0, ADMIN, 0);
    for (let n = 0; n < 2; n++)
      expect(asked(rig, (done) => rig.vfs[0].reset(done)).answer).toEqual(ADMIN);
    expect(rig.read(0x0800)).toBe(0x80000001);
    expect([rig.read(0x5518), rig.read(0x551c)]).toEqual([0x2, 0x80040900]);
  });

  test('an address of its own is forgotten at the next reset', () => {
    const rig = ready(1);
    expect(accepted(rig, (done) => rig.vfs[0].setAddress(OWN, done))).toBe(true);
    expect([rig.read(0x5518), rig.read(0x551c)]).toEqual([0xd62686ba, 0x8004b787]);
    expect(asked(rig, (done) => rig.vfs[0].reset(done)).answer).toBe('none');
    expect(rig.read(0x551c) & 0x80000000).toBe(0);
  });

  test('the answers of the recording: a0000002, 60010002, a0000005, and what VMOLR becomes', () => {
    const rig = ready(1);
    const [vf] = rig.vfs;
    accepted(rig, (done) => vf.setAddress(OWN, done));
    expect(rig.read(0x0800)).toBe(0xa0000002);
    expect(accepted(rig, (done) => vf.setFurther(undefined, done))).toBe(false);
    expect(rig.read(0x0800)).toBe(0x60010002);
    expect(accepted(rig, (done) => vf.setFurther(ADMIN, done))).toBe(true);
    expect(accepted(rig, (done) => vf.setLongest(0x5f2, done))).toBe(true);
    expect(rig.read(0x0800)).toBe(0xa0000005);
    expect(rig.read(0x5ad0)).toBe(0x890105f2);
    expect(accepted(rig, (done) => vf.setGroups([0x123, 0xfff], done))).toBe(true);
    expect(rig.read(0x5ad0)).toBe(0x8b0105f2);
    expect([rig.read(0x5200 + 4 * 9), rig.read(0x5200 + 4 * 127)]).toEqual([8, 0x80000000]);
  });
});

describe('what is refused (section 7)', () => {
  test('anything before RESET: once in two seconds, silence in between', () => {
    const rig = newMailboxes(1);
    const [vf] = rig.vfs;
    expect(accepted(rig, (done) => vf.setLongest(1522, done))).toBe(false);
    expect([vf.timeouts, rig.read(0x0800)]).toEqual([0, 0x40000005]);
    const { answer, took } = asked<boolean>(rig, (done) => vf.setLongest(1522, done));
    expect([answer, vf.timeouts, rig.pf.dropped]).toEqual([false, 1, 1]);
    expect(took).toBe(1999 * 500);
    rig.engine.run(rig.engine.now + SECOND);
    accepted(rig, (done) => vf.setLongest(1522, done));
    expect(vf.timeouts).toBe(1);
  });

  test('SET_MAC and further addresses when the administrator has fixed one, and invalid ones', () => {
    const rig = ready(2);
    const [vf, other] = rig.vfs;
    rig.pf.setAddress(0, ADMIN, rig.engine.now);
    asked(rig, (done) => vf.reset(done));
    expect(accepted(rig, (done) => vf.setAddress(OWN, done))).toBe(false);
    expect(accepted(rig, (done) => vf.setFurther(OWN, done))).toBe(false);
    for (const bad of [
      { low: 1, high: 0 },
      { low: 0, high: 0 },
    ])
      expect(accepted(rig, (done) => other.setAddress(bad, done))).toBe(false);
    expect(rig.read(0x551c)).toBe(0x80040900);
  });

  test('a further address when no entry is free; a reset gives all of them back', () => {
    const rig = ready(2);
    const [vf, other] = rig.vfs;
    for (let n = 0; n < 15; n++)
      expect(accepted(rig, (done) => vf.setFurther({ low: 2, high: n }, done))).toBe(true);
    expect(accepted(rig, (done) => other.setFurther({ low: 2, high: 99 }, done))).toBe(false);
    asked(rig, (done) => vf.reset(done));
    expect(accepted(rig, (done) => other.setFurther({ low: 2, high: 99 }, done))).toBe(true);
  });

  test('VLANs under an administrator’s VLAN; the tag survives a reset', () => {
    const rig = ready(1);
    const [vf] = rig.vfs;
    expect(rig.pf.setVlan(0, 7, 3, rig.engine.now)).toBe(true);
    expect([rig.read(0x3700), rig.read(0x5ad0)]).toEqual([0x40006007, 0xc8002600]);
    asked(rig, (done) => vf.reset(done));
    expect([rig.read(0x3700), rig.read(0x5ad0)]).toEqual([0x40006007, 0xc8002600]);
    expect(accepted(rig, (done) => vf.setVlan(5, true, done))).toBe(false);
    rig.pf.setVlan(0, 0, 0, rig.engine.now);
    expect(accepted(rig, (done) => vf.setVlan(5, true, done))).toBe(true);
  });

  test('unicast promiscuity, frames beyond 9728, unknown ids', () => {
    const rig = ready(1);
    const [vf] = rig.vfs;
    expect(accepted(rig, (done) => vf.setPromiscuous(message.PROMISCUOUS_MULTICAST, done))).toBe(
      true,
    );
    expect(rig.read(0x5ad0) & (1 << 28)).not.toBe(0);
    expect(accepted(rig, (done) => vf.setPromiscuous(message.PROMISCUOUS_UNICAST, done))).toBe(
      false,
    );
    expect(accepted(rig, (done) => vf.setLongest(9729, done))).toBe(false);
    for (const id of [0, 7, 0x77, 0xffff]) {
      const { answer } = asked<readonly number[] | undefined>(rig, (done) =>
        vf.request([id], 1, done),
      );
      expect(Number((answer as unknown as number[])[0]) >>> 29).toBe(3);
    }
  });
});

test('VLANs: two functions share an entry, which goes with the last of them', () => {
  const rig = ready(2);
  for (const vf of rig.vfs) accepted(rig, (done) => vf.setVlan(100, true, done));
  expect([rig.read(0x5d00), rig.read(0x5600 + 12)]).toEqual([0x80003064, 0x10]);
  accepted(rig, (done) => rig.vfs[0].setVlan(100, false, done));
  expect([rig.read(0x5d00), rig.read(0x5600 + 12)]).toEqual([0x80002064, 0x10]);
  asked(rig, (done) => rig.vfs[1].reset(done));
  expect([rig.read(0x5d00), rig.read(0x5600 + 12)]).toEqual([0, 0]);
  for (let n = 0; n < 32; n++)
    expect(accepted(rig, (done) => rig.vfs[0].setVlan(n + 1, true, done))).toBe(true);
  expect(accepted(rig, (done) => rig.vfs[1].setVlan(40, true, done))).toBe(false);
});

describe('ping and reset of the physical function', () => {
  test('a ping is acknowledged when the function looks at its link', () => {
    const rig = ready(1);
    const [vf] = rig.vfs;
    rig.pf.ping(rig.engine.now);
    vf.checkLink();
    expect(vf.mustReset).toBe(false);
    expect(rig.read(spec.MBVFICR)).toBe(0x10000);
    rig.engine.run();
    expect(rig.read(spec.MBVFICR)).toBe(0);
  });

  test('after a reset of the device every function must be reset, and works again then', () => {
    const rig = ready(2);
    const [vf] = rig.vfs;
    rig.pf.stop(rig.engine.now);
    rig.write(spec.CTRL, spec.CTRL_RST);
    expect([vf.checkLink(), vf.mustReset]).toEqual([false, true]);
    rig.write(spec.GPIE, spec.GPIE_MSIX | spec.GPIE_NSICR);
    rig.write(spec.IVAR_MISC, 0x8000);
    for (const register of [spec.EIAC, spec.EIAM, spec.EIMS]) rig.write(register, 1);
    rig.pf.start(rig.engine.now);
    expect(asked(rig, (done) => vf.reset(done)).answer).toBe('none');
    expect(accepted(rig, (done) => vf.setAddress(OWN, done))).toBe(true);
  });
});

describe('a hostile function', () => {
  test('that floods its mailbox and never lets go of it: the other is served as before', () => {
    const quiet = ready(2);
    const alone = asked<boolean>(quiet, (done) => quiet.vfs[1].setLongest(1522, done));
    const rig = ready(2);
    const hostile = rig.vf(0);
    for (let n = 0; n < 20_000; n++)
      hostile.write(spec.V2P, spec.VFU | spec.V2P_REQ | spec.V2P_ACK, rig.engine.now);
    const flooded = asked<boolean>(rig, (done) => rig.vfs[1].setLongest(1522, done));
    expect(flooded).toEqual(alone);
    expect(rig.engine.events).toBeLessThan(200);
    expect(asked(rig, (done) => rig.vfs[0].reset(done)).answer).toBe('none');
  });

  test('with any messages (seeded): nothing thrown, and the other keeps what it has', () => {
    const rig = ready(2);
    const random = new Random(576);
    accepted(rig, (done) => rig.vfs[1].setAddress(OWN, done));
    accepted(rig, (done) => rig.vfs[1].setVlan(9, true, done));
    const hostile = rig.vf(0);
    for (let n = 0; n < 3000; n++) {
      if (random.below(50) === 0) hostile.write(spec.VTCTRL, spec.VTCTRL_RST, rig.engine.now);
      hostile.write(spec.V2P, random.below(8), rig.engine.now);
      const head = (random.below(9) | (random.below(256) << 16)) >>> 0;
      hostile.write(spec.VMBMEM, random.below(4) === 0 ? random.next() : head, rig.engine.now);
      for (let word = 1; word < 16; word++)
        hostile.write(spec.VMBMEM + 4 * word, random.next(), rig.engine.now);
      hostile.write(spec.V2P, random.below(32), rig.engine.now);
      rig.engine.run(Infinity, 50);
    }
    expect([rig.read(0x5510), rig.read(0x5514)]).toEqual([0xd62686ba, 0x8008b787]);
    expect(rig.read(0x5ad4)).toBe(0x89002600);
    const vlans = Array.from({ length: 32 }, (_, i) => rig.read(0x5d00 + 4 * i));
    expect(vlans.filter((entry) => (entry & 0x2fff) === 0x2009)).toHaveLength(1);
    expect(accepted(rig, (done) => rig.vfs[1].setLongest(1522, done))).toBe(true);
  });
});
