import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sha256 } from './sha256.ts';

test('FIPS 180-4: the digests of nothing and of "abc"', () => {
  expect(new Sha256().digest()).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  const abc = new Sha256();
  abc.update(new TextEncoder().encode('abc'));
  expect(abc.digest()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('property: equals the digest of node:crypto, in whatever pieces the bytes come', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200, size: 'max' }), { maxLength: 8 });
  const same = fc.property(pieces, (all) => {
    const [own, reference] = [new Sha256(), createHash('sha256')];
    for (const piece of all) {
      own.update(piece);
      reference.update(piece);
    }
    expect(own.digest()).toBe(reference.digest('hex'));
  });
  fc.assert(same, { seed: 12, numRuns: 100 });
});

test('every length around a block, and a part of a larger array', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 31);
  for (let length = 0; length <= 130; length++) {
    const own = new Sha256();
    own.update(bytes, 7, length);
    const wanted = createHash('sha256').update(bytes.subarray(7, 7 + length));
    expect(own.digest()).toBe(wanted.digest('hex'));
  }
});
