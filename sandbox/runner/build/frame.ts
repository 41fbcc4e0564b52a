import { createHash } from 'node:crypto';

/**
 * The document of every sandboxed frame. It has the page's policy as well, which names the hash of the same
 * script; this one leaves it no network, and workers and bundles from blobs alone.
 */
export function frameDocument(script: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error("the frame's script would end its element");
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}' blob:; worker-src blob:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${script}</script>`;
}
