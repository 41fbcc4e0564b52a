/** A VF and its synthetic adapter as one device: paired, switched, taken back, while frames flow. */
import { describe, expect, test } from 'vitest';
import { TAKEOVER_DELAY } from '../machine/guest/netvsc/failover.ts';
import type { VfNetDevice } from '../machine/guest/netvsc/failover-port.ts';
import { FailoverMachine } from './failover-machine.ts';

const TRAFFIC = { rate: 10_000, frame: 600, seed: 3 };
/** From the offer of the device until the guest uses it, and a little more. */
const TAKEOVER = 110;

function onVf(traffic: Partial<typeof TRAFFIC> = {}): FailoverMachine {
  const machine = new FailoverMachine({ ...TRAFFIC, ...traffic });
  machine.run(1);
  machine.allocate();
  machine.run(TAKEOVER);
  return machine;
}

/** Frames that were sent and have not arrived: those on their way, when nothing is lost. */
function missing({ counts }: FailoverMachine): number[] {
  return [counts.out, counts.in].map(({ sent, delivered, late }) => sent - delivered - late);
}

const states = ({ failover }: FailoverMachine) => failover.history.map(({ state }) => state);

describe('taking over', () => {
  test('synthetic first, then 100 ms, then the link, then the path; nothing is lost', () => {
    const machine = onVf();
    const { failover } = machine;
    expect(states(machine)).toEqual(['paired', 'opening', 'switching', 'vf']);
    const [paired, opening] = failover.history;
    expect(opening.at - paired.at).toBe(TAKEOVER_DELAY);
    expect(machine.filter).toBe('vf');
    expect(missing(machine).every((frames) => frames <= 1)).toBe(true);
  });

  test('then every frame goes by the VF, in both directions, and no exit is for one', () => {
    const machine = onVf();
    const before = structuredClone(machine.failover.counts);
    const exits = machine.host.ledger.ioExits;
    machine.run(10);
    const { synthetic, vf } = machine.failover.counts;
    expect(synthetic).toEqual(before.synthetic);
    expect([vf.sent - before.vf.sent, vf.received - before.vf.received]).toEqual([100, 100]);
    expect(machine.host.ledger.ioExits).toBe(exits);
  });

  test('a frame for a group goes by the synthetic adapter', () => {
    const machine = onVf();
    const { failover } = machine;
    const { sent } = failover.counts.synthetic;
    const at = failover.claim(0);
    for (let i = 0; i < 60; i++) failover.memory.write8(at + i, 0xff);
    failover.send(0, 60, false);
    expect(failover.counts.synthetic.sent).toBe(sent + 1);
    machine.run(1);
    expect(failover.dropped).toBe(0);
  });

  test.each([
    ['serial', { serial: 99 }],
    ['address', { macAddress: new Uint8Array(6) }],
  ])('a VF of another %s is not its own', (_what, change: Partial<VfNetDevice>) => {
    const machine = new FailoverMachine(TRAFFIC);
    const { failover } = machine;
    const { appeared } = failover;
    failover.appeared = (vf) => {
      for (const [name, value] of Object.entries(change))
        Object.defineProperty(vf, name, { value });
      appeared.call(failover, vf);
    };
    machine.allocate();
    machine.run(TAKEOVER);
    expect([failover.state, states(machine)]).toEqual(['synthetic', []]);
  });
});

describe('going back', () => {
  test('asked to let it go: path first, then the device; nothing is lost', () => {
    const machine = onVf();
    const events: string[] = [];
    machine.eject((how) => events.push(how));
    machine.run(30);
    expect(events).toEqual(['ejected']);
    expect(states(machine).slice(4)).toEqual(['returning', 'synthetic']);
    expect(machine.filter).toBe('default');
    expect(missing(machine).every((frames) => frames <= 1)).toBe(true);
    expect(machine.deleteVPort() && machine.resetVf() && machine.freeVf()).toBe(true);
    machine.run(10);
    expect(missing(machine).every((frames) => frames <= 1)).toBe(true);
  });

  test('asked during the takeover delay: it was never used', () => {
    const machine = new FailoverMachine(TRAFFIC);
    machine.allocate();
    machine.run(50);
    machine.eject(() => {});
    machine.run(100);
    expect(states(machine)).toEqual(['paired', 'synthetic']);
    expect(missing(machine).every((frames) => frames <= 1)).toBe(true);
  });

  test('the link goes and comes', () => {
    const machine = onVf();
    const guest = machine.vf?.guest;
    guest?.setLink(false);
    machine.run(5);
    expect(machine.failover.state).toBe('opening');
    const { sent } = machine.failover.counts.vf;
    machine.run(5);
    expect(machine.failover.counts.vf.sent).toBe(sent);
    guest?.setLink(true);
    machine.run(5);
    expect(machine.failover.state).toBe('vf');
    expect(missing(machine).every((frames) => frames <= 1)).toBe(true);
  });

  test('a guest that does not answer loses the VF after 60 s, and goes on without it', () => {
    const machine = onVf({ rate: 200 });
    machine.guestAnswers = false;
    const events: string[] = [];
    const started = machine.now;
    machine.eject((how) => events.push(`${how} ${Math.round((machine.now - started) / 1e12)}`));
    machine.run(59_900);
    expect([events, machine.failover.state]).toEqual([[], 'vf']);
    machine.run(200);
    expect([events, machine.failover.state]).toEqual([['surprise 60'], 'synthetic']);
    const before = missing(machine);
    machine.run(100);
    expect(missing(machine).map((frames, i) => frames - before[i])).toEqual([0, 0]);
  });

  test('the root takes VF and association: the pair ends', () => {
    const machine = onVf();
    machine.announceSynthetic();
    machine.run(1);
    machine.moveFilter('default');
    expect(machine.freeVf()).toBe(false);
    expect(machine.deleteVPort() && machine.resetVf() && machine.freeVf()).toBe(true);
    machine.run(5);
    expect(machine.failover.state).toBe('synthetic');
    expect(machine.host.iommu.faults).toBe(0);
    expect([machine.deleteVPort(), machine.resetVf(), machine.freeVf()]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
