import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inlineHashes, withPolicy } from './html.ts';

const page = (body: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"/><title>t</title></head><body>${body}</body></html>`;
const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('the policy of a page', () => {
  it('names the hash of each script in it, and of no other text', () => {
    const html = page(
      '<script>one()</script><script type="module">two()\n</script><script src="./three.js"></script><script type="application/json">{}</script><template><script>four()</script></template>',
    );
    expect(inlineHashes(html)).toEqual(['one()', 'two()\n', 'four()'].map(hashOf));
    const policy = /script-src ([^;]*)/.exec(withPolicy(html, [hashOf('frame')]))?.[1] ?? '';
    for (const text of ['one()', 'two()\n', 'four()', 'frame'])
      expect(policy).toContain(`'${hashOf(text)}'`);
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain("'unsafe-eval'");
  });

  it('hashes a script as a browser reads it', () => {
    expect(inlineHashes(page('<script>a\r\nb</script>'))).toEqual([hashOf('a\nb')]);
  });

  it('stands behind the charset and before the rest', () => {
    expect(withPolicy(page(''), [])).toMatch(
      /<meta charset="utf-8"\/><meta http-equiv="Content-Security-Policy" content="[^"]+"><title>/,
    );
    expect(() => withPolicy('<html><head><script>1</script></head></html>', [])).toThrow(
      /does not begin with <meta charset/,
    );
  });

  it.each([
    ['<button onclick="go()">x</button>', 'a handler in its attribute onclick'],
    ['<a href=" javascript:go()">x</a>', 'a script in its attribute href'],
    ['<script src="https://example.org/x.js"></script>', 'a foreign address'],
    ['<img src="//example.org/x.png">', 'a foreign address'],
    ['<iframe src="./x"></iframe>', 'no place in a page'],
    ['<base href="/x">', 'no place in a page'],
    ['<meta http-equiv="content-security-policy" content="">', 'a policy of its own'],
  ])('is refused to a page with %s', (body, says) => {
    expect(() => withPolicy(page(body), [])).toThrow(says);
  });
});
