import { describe, expect, it } from 'vitest';
import { dependsOn } from './initramfs.ts';

describe('dependsOn', () => {
  it.each([
    ['license=GPL\0depends=\0retpoline=Y\0', []],
    ['license=GPL\0depends=mii\0name=x\0', ['mii']],
    ['\0depends=mii,crc-ccitt\0', ['mii', 'crc_ccitt']],
    ['no such field', []],
  ])('reads %j', (text, names) => {
    expect(dependsOn(Buffer.from(text, 'latin1'))).toEqual(names);
  });
});
