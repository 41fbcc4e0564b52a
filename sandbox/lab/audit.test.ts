/** A driver runs in the reader's realm and can reach its processor's ledger: the books must balance. */
import { describe, expect, test } from 'vitest';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import type { GuestCode } from '../machine/partition/virtual-processor.ts';
import { runTulip } from './tulip-run.ts';

/** A driver that does `tamper` to the ledger with every frame. */
function tampering(tamper: (driver: TulipDriver) => void): typeof TulipDriver {
  return class extends TulipDriver {
    protected override *transmit(length: number, more: boolean): GuestCode {
      yield* super.transmit(length, more);
      tamper(this);
    }
  };
}

describe('a driver that writes into the ledger is found out', () => {
  test.each<[string, (driver: TulipDriver) => void]>([
    ['exits set to zero', ({ processor }) => processor.lp.ledger.exits.fill(0)],
    ['another cause made negative', ({ processor }) => processor.lp.ledger.exits.fill(-4, 2, 3)],
    ['started again', ({ processor }) => processor.lp.ledger.reset()],
    [
      'a sum of its own',
      ({ processor }) =>
        Object.defineProperty(processor.lp.ledger, 'ioExits', { value: 1, configurable: true }),
    ],
  ])('%s', async (_name, tamper) => {
    await expect(runTulip({ driver: tampering(tamper), frames: 20 })).rejects.toThrow(
      /the hypervisor counted/,
    );
  });

  test('an honest one is not', async () => {
    const run = await runTulip({ driver: tampering(() => {}), frames: 20 });
    expect(run.perFrame.ioExits).toBe(5);
  });
});
