import { describe, expect, test } from 'vitest';
import { EngineError } from '../machine/engine/engine.ts';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import type { GuestCode } from '../machine/partition/virtual-processor.ts';
import { probeTulip } from './probe-run.ts';

describe('the probe of an emulated adapter', () => {
  test('learns the adapter, and every access is an exit with what follows from it', async () => {
    const report = await probeTulip();
    expect(report.problem).toBe('');
    expect(report.identity).toMatchObject({
      vendor: 0x1011,
      device: 0x0009,
      revision: 0x20,
      subsystemVendor: 0x0a00,
      subsystem: 0x2114,
      portBase: 0xec00,
      phy: { address: 1 },
    });
    const { accesses, exitsBy } = report;
    expect(exitsBy['port-io']).toBe(accesses);
    expect(exitsBy['root-hypercall']).toBe(accesses);
    expect(exitsBy.halt).toBe(1);
    expect(report.ledger.reduce((sum, { cycles }) => sum + cycles, 0)).toBeCloseTo(report.cycles);
  });

  // 63 words of 58 + 82, the size probe of 62 + 88; 34 + 1 reads of PHYs of 136 + 155, one write of
  // 134 + 134; CSR6, CSR8 and CSR12; 19 accesses to configuration space of two each.
  test('its accesses by what they were for', async () => {
    const { purposes, registers, accesses } = await probeTulip();
    expect(purposes).toEqual({
      configuration: { reads: 17, writes: 21 },
      serialRom: { reads: 63 * 82 + 88, writes: 63 * 58 + 62 },
      mii: { reads: 35 * 155 + 134, writes: 35 * 136 + 134 },
      other: { reads: 4, writes: 4 },
    });
    expect(registers.CSR9).toEqual({
      reads: purposes.serialRom.reads + purposes.mii.reads,
      writes: purposes.serialRom.writes + purposes.mii.writes,
    });
    const all = Object.values(registers).reduce(
      (sum, { reads, writes }) => sum + reads + writes,
      0,
    );
    expect(all).toBe(accesses);
  });

  test('what it learns is what the adapter has', async () => {
    const macAddress = { high: 0x0003, low: 0xff123456 };
    const { identity, accesses } = await probeTulip({ macAddress, phyAddress: 0 });
    expect(identity).toMatchObject({ macAddress, phy: { address: 0 } });
    expect(accesses).toBe((await probeTulip()).accesses);
  });

  test('a driver without reads that let edges settle learns the same for less', async () => {
    class Hasty extends TulipDriver {
      protected override *settle(): GuestCode {}
    }
    const [usual, hasty] = await Promise.all([probeTulip(), probeTulip({ driver: Hasty })]);
    expect(hasty.identity).toEqual(usual.identity);
    expect(hasty.accesses).toBeLessThan(0.65 * usual.accesses);
    expect(hasty.cycles / hasty.accesses).toBeCloseTo(usual.cycles / usual.accesses, -2);
  });
});

describe('a probe that cannot be', () => {
  test('one that goes in circles is ended', async () => {
    class Circling extends TulipDriver {
      protected override *probe() {
        while (yield* super.probe());
        return false;
      }
    }
    await expect(probeTulip({ driver: Circling })).rejects.toThrow(EngineError);
  });

  test('one that writes into the ledger is found out', async () => {
    class Cheating extends TulipDriver {
      protected override *probe() {
        const found = yield* super.probe();
        this.processor.lp.ledger.exits.fill(0);
        return found;
      }
    }
    await expect(probeTulip({ driver: Cheating })).rejects.toThrow(/may not write/);
  });

  test('one that finds nothing says so, and has its bill', async () => {
    class Blind extends TulipDriver {
      protected override *readSerialRomWord() {
        yield* this.settle();
        return 0xffff;
      }
    }
    const report = await probeTulip({ driver: Blind });
    expect(report.identity).toBeUndefined();
    expect(report.problem).toMatch(/checksum/);
    expect(report.accesses).toBeGreaterThan(100);
  });

  test.each([-1, 32, 1.5, Number.NaN])('a PHY at address %d', async (phyAddress) => {
    await expect(probeTulip({ phyAddress })).rejects.toThrow(/phyAddress/);
  });
});
