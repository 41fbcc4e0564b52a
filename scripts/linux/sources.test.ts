import { describe, expect, it } from 'vitest';
import { parseList, parseParagraph, parseSources, privateSources } from './sources.ts';

const MIRROR = 'http://mirror.example/debian';

describe('configured sources', () => {
  it('reads one-line entries with and without options', () => {
    const text = `# a remark
deb ${MIRROR} bookworm main contrib # the mirror
deb-src ${MIRROR} bookworm main
deb [arch=amd64 signed-by=/keys/a.gpg] ${MIRROR} bookworm-updates main
`;
    expect(parseList(text)).toEqual([
      { Types: 'deb', URIs: MIRROR, Suites: 'bookworm', Components: 'main contrib' },
      {
        Types: 'deb',
        URIs: MIRROR,
        Suites: 'bookworm-updates',
        Components: 'main',
        'Signed-By': '/keys/a.gpg',
      },
    ]);
  });

  it('reads paragraphs that give binary packages and are on', () => {
    const text = `Types: deb deb-src
# a remark within
URIs: ${MIRROR}
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example

Types: deb
Enabled: no
URIs: http://off.example
`;
    expect(parseSources(text).map(({ URIs }) => URIs)).toEqual([MIRROR]);
  });

  it('keeps a value of several lines together', () => {
    const fields = parseParagraph('Signed-By:\n BEGIN\n .\n END\nSuites: bookworm\n');
    expect(fields).toEqual({ 'Signed-By': '\n BEGIN\n .\n END', Suites: 'bookworm' });
  });
});

describe('private sources', () => {
  const entry = { URIs: MIRROR, Components: 'main', 'Signed-By': '/keys/a.gpg' };

  it('asks the same mirrors for i386, with their keys', () => {
    const text = privateSources([{ ...entry, Suites: 'bookworm bookworm-updates' }]);
    expect(text).toContain(`URIs: ${MIRROR}\nSuites: bookworm bookworm-updates\n`);
    expect(text).toContain('Architectures: i386\nSigned-By: /keys/a.gpg\n');
  });

  it('turns the mirrors of another Debian release to ours', () => {
    const text = privateSources([{ ...entry, Suites: 'trixie trixie-security trixie-backports' }]);
    expect(text).toContain('Suites: bookworm bookworm-security\n');
  });

  it('leaves other archives alone', () => {
    expect(privateSources([{ ...entry, Suites: 'noble' }])).toBe('');
    expect(privateSources([{ ...entry, Suites: 'bookworm', Components: 'stable' }])).toBe('');
    expect(privateSources([])).toBe('');
  });
});
