import { describe, expect, test } from 'vitest';
import { pauseAttack } from './pause-attack.ts';
import { UsageError } from './usage.ts';

describe('pause frames of one virtual function', () => {
  const quiet = pauseAttack({ perSecond: 0 });

  test('slow its neighbour by the time that they ask for: 65535 quanta of 512 bit times each', () => {
    expect(quiet).toMatchObject({ honoured: 0, stopped: 0 });
    const { neighbourGbps, honoured } = pauseAttack({ perSecond: 150 });
    expect(honoured).toBe(3);
    const paused = (3 * 65535 * 512) / 10e9 / 20e-3;
    expect(neighbourGbps / quiet.neighbourGbps).toBeGreaterThan(1 - paused - 0.02);
    expect(neighbourGbps / quiet.neighbourGbps).toBeLessThan(1 - paused + 0.02);
  });

  test('stay in the NIC with the filter, and the neighbour keeps all it had', () => {
    const { neighbourGbps, honoured, stopped } = pauseAttack({ perSecond: 300, filter: true });
    expect([honoured, stopped]).toEqual([0, 6]);
    expect(neighbourGbps / quiet.neighbourGbps).toBeGreaterThan(0.999);
  });

  test('refuses a rate that is none', () => {
    expect(() => pauseAttack({ perSecond: -1 })).toThrow(UsageError);
  });
});
