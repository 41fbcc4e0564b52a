import { describe, expect, it } from 'vitest';
import { type Member, writeCpio } from './cpio.ts';

interface Read {
  path: string;
  mode: number;
  data: string;
  numbers: number[];
}

/** Reads an archive the way the kernel does: header, name, data, the last two padded to 4 bytes. */
function readCpio(archive: Uint8Array): Read[] {
  const text = (from: number, to: number) => new TextDecoder().decode(archive.subarray(from, to));
  const members: Read[] = [];
  for (let at = 0; ; ) {
    expect(text(at, at + 6)).toBe('070701');
    const numbers = Array.from({ length: 13 }, (_, i) =>
      Number.parseInt(text(at + 6 + 8 * i, at + 14 + 8 * i), 16),
    );
    const [, mode = 0, , , , , size = 0, , , , , nameSize = 0] = numbers;
    const path = text(at + 110, at + 110 + nameSize - 1);
    const start = (at + 110 + nameSize + 3) & ~3;
    if (path === 'TRAILER!!!') return members;
    members.push({ path, mode, data: text(start, start + size), numbers });
    at = (start + size + 3) & ~3;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('writeCpio', () => {
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde'])('keeps a file that holds "%s"', (content) => {
    const members = [
      { path: 'odd-name', data: bytes(content) },
      { path: 'x', data: bytes('end') },
    ];
    expect(readCpio(writeCpio(members)).map(({ data }) => data)).toEqual([content, 'end']);
  });

  it('writes files, links, folders and devices with their types and modes', () => {
    const members: Member[] = [
      { path: 'init', mode: 0o755, data: bytes('#!/bin/sh') },
      { path: 'sh', target: 'busybox' },
      { path: 'proc' },
      { path: 'console', device: [5, 1], mode: 0o600 },
    ];
    const read = readCpio(writeCpio(members));
    expect(read.map(({ mode }) => mode.toString(8))).toEqual([
      '100755',
      '120755',
      '40755',
      '20600',
    ]);
    expect(read[1]?.data).toBe('busybox');
    expect(read[3]?.numbers.slice(9, 11)).toEqual([5, 1]);
  });

  it('adds the folders that a path needs, before it and once', () => {
    const members = ['a/b/c', 'a/b/d'].map((path) => ({ path, data: bytes('') }));
    expect(readCpio(writeCpio(members)).map(({ path }) => path)).toEqual([
      'a',
      'a/b',
      'a/b/c',
      'a/b/d',
    ]);
  });

  it('writes the same bytes each time', () => {
    const members = [{ path: 'a/b', data: bytes('x') }];
    expect(writeCpio(members)).toEqual(writeCpio(members));
  });
});
