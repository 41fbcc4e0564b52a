import { describe, expect, test } from 'vitest';
import { completeConfig } from '../lab/options.ts';
import { toCompareOptions } from './options.ts';

describe('lab compare --bulk', () => {
  test('words become the options of a transfer', () => {
    const { bulk, paths } = completeConfig(
      toCompareOptions({
        bulk: true,
        direction: 'rx',
        bytes: '5000',
        window: '64000',
        coalescing: 'on',
        ipv6: 'on',
      }),
    );
    expect(paths).toEqual(['vmbus', 'sriov']);
    expect(bulk).toEqual({
      bytes: 5000,
      window: 64000,
      checksum: true,
      segmentation: true,
      coalescing: true,
      ipv6: true,
    });
    const stack = toCompareOptions({ bulk: true, coalescing: 'stack', segmentation: 'off' });
    expect(stack.bulk).toEqual({ coalescing: 'stack', segmentation: false });
  });

  test.each([
    [{ coalescing: 'on' }, /add --bulk/],
    [{ bulk: true, coalescing: 'peer' }, /coalescing.*nic, switch or stack/],
    [{ bulk: true, checksum: 'yes' }, /checksum/],
    [{ bulk: true, bytes: 'many' }, /bytes/],
  ])('%o is refused', (values, message) => {
    expect(() => toCompareOptions(values)).toThrow(message);
  });
});
