/** A chip that answers noise: the driver may lose frames, and nothing else. */
import { expect, test } from 'vitest';
import { frameTo, MAC, PORT_BASE, TulipRig } from '../../../../tests/support/tulip.ts';
import { Random } from '../../engine/random.ts';

/** A rig whose CSRs read as noise, one time in `one`, while `noisy`. */
function noisyRig(seed: number, one: number) {
  const random = new Random(seed);
  const rig = new TulipRig();
  const noise = { on: true };
  const read = rig.ports.read.bind(rig.ports);
  rig.ports.read = (port, size) => {
    const value = read(port, size);
    return noise.on && port >= PORT_BASE && random.below(one) === 0 ? random.next() : value;
  };
  return { rig, random, noise };
}

test.each([1, 2, 3, 4, 5])('noise in the probe is survived (seed %i)', (seed) => {
  const { rig, noise } = noisyRig(seed, 50);
  rig.open();
  if (rig.driver.state === 'failed') expect(rig.driver.problem).not.toBe('');
  expect(rig.accesses.length).toBeLessThan(40_000);
  noise.on = false;
  rig.driver.close();
  rig.rest();
  rig.open();
  expect(rig.driver.state).toBe('running');
});

test.each([6, 7, 8, 9, 10, 11, 12, 13])('noise in operation is survived (seed %i)', (seed) => {
  const { rig, random, noise } = noisyRig(seed, 3);
  noise.on = false;
  rig.open();
  noise.on = true;
  for (let turn = 0; turn < 300; turn++) {
    if (random.below(2) === 0) rig.send(frameTo(MAC, 60 + random.below(1455)));
    else rig.arrive(frameTo(MAC, 60 + random.below(1455)));
    if (random.below(20) === 0) rig.raise(random.next());
    if (random.below(50) === 0) rig.driver.setReceiveMode({ promiscuous: random.below(2) === 0 });
    if (random.below(100) === 0) rig.pass(1 + random.below(70));
    rig.rest();
  }
  noise.on = false;
  rig.driver.close();
  rig.rest();
  rig.status = 0;
  rig.driver.setReceiveMode({});
  rig.open();
  rig.forget();
  rig.send(frameTo(MAC));
  rig.arrive(frameTo(MAC));
  rig.rest();
  expect(rig.driver.state).toBe('running');
  expect([rig.sent.length, rig.received.length]).toEqual([1, 1]);
});
