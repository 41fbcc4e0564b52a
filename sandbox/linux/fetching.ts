/** @throws Error when the server does not have it */
export async function fetchGood(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: the server answers ${response.status}`);
  return response;
}

/** All bytes of a file. @param loading told how many have come */
export async function fetchWhole(url: URL, loading: (bytes: number) => void): Promise<Uint8Array> {
  const reader = (await fetchGood(url)).body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) break;
    parts.push(part.value);
    size += part.value.length;
    loading(size);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Unpacks what gzip packed. Some servers do that on the way for a `.gz`; then it is taken as it is. */
export async function unpacked(bytes: Uint8Array): Promise<ArrayBuffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return Uint8Array.from(bytes).buffer;
  const stream = new Blob([Uint8Array.from(bytes)]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
