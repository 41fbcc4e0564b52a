import { expect, test } from 'vitest';
import { crc32 } from './crc32.ts';

test('the check value of CRC-32, and that it can be continued', () => {
  const bytes = new TextEncoder().encode('123456789');
  expect(~crc32(bytes, 0, 9) >>> 0).toBe(0xcbf43926);
  expect(crc32(bytes, 4, 5, crc32(bytes, 0, 4))).toBe(crc32(bytes, 0, 9));
});
