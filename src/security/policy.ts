/**
 * What a page may load and run, as a Content-Security-Policy in a meta element: the same for any host that
 * the folder is copied to (content/decisions/0028).
 */

/** @param scripts hashes of the scripts that stand in the page, and of the one in the sandbox's frame */
export function pagePolicy(scripts: Iterable<string>): string {
  const hashes = [...new Set(scripts)].sort().map((hash) => `'${hash}'`);
  return [
    "default-src 'none'",
    // Wasm: search, esbuild and a live Linux. Blobs: a frame inherits this policy, and its worker loads code from one.
    ["script-src 'self' 'wasm-unsafe-eval' blob:", ...hashes].join(' '),
    // Monaco writes style elements.
    "style-src 'self' 'unsafe-inline'",
    // Starlight's style sheets and Monaco's carry small pictures; a picture of a chart is drawn from a blob.
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    // The sandbox's frame has its document in an attribute, which this does not forbid; going elsewhere it does.
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
