import { ShareError } from './schema.ts';

/** Bytes of compressed data that are inflated before the next are looked at: at most about 1 MB comes of them. */
const PIECE = 1024;

export async function deflate(text: string): Promise<Uint8Array> {
  if (typeof CompressionStream === 'undefined')
    throw new ShareError('this browser cannot compress: it has no CompressionStream');
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * The text in compressed bytes. Stops as soon as more than `most` bytes have come, so that a small link
 * cannot fill the memory.
 * @throws ShareError for too much, and for what is not compressed text
 */
export async function inflate(bytes: Uint8Array, most: number): Promise<string> {
  if (typeof DecompressionStream === 'undefined')
    throw new ShareError('this browser cannot decompress: it has no DecompressionStream');
  const reader = pieces(bytes).pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [text, size] = ['', 0];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > most) throw new ShareError('it is too large when it is unpacked');
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error instanceof ShareError ? error : new ShareError('it is damaged');
  }
}

/** Bytes, a few at a time, and only when they are asked for. */
function pieces(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(Uint8Array.from(bytes.subarray(at, at + PIECE)));
        at += PIECE;
      },
    },
    { highWaterMark: 0 },
  );
}
