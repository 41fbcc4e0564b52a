import { expect, test } from 'vitest';
import { VLAN_OFFSET, VLAN_TAG_BYTES } from '../net/frame.ts';
import { COPY_REASONS, HEADER_COPY, SAFE_COPIES } from './copy-policy.ts';

test('every copy of the policy has one reason, and says whether the safe policy makes it', () => {
  expect(COPY_REASONS.map(({ copy }) => copy).sort()).toEqual(Object.keys(SAFE_COPIES).sort());
  for (const { copy, safe } of COPY_REASONS)
    expect([copy, SAFE_COPIES[copy]]).toEqual([copy, safe]);
});

test('the head that is copied reaches over addresses, tag and type, and no further', () => {
  expect(HEADER_COPY).toBe(VLAN_OFFSET + VLAN_TAG_BYTES + 2);
});
