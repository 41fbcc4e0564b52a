/**
 * Buffer constructors for a reader's code that refuse what would bring the browser down. They are a
 * courtesy and no boundary: the message comes at the line that asks, where the browser's own would come
 * late or never.
 */

/** Bytes in one buffer. */
export const MOST_BUFFER_BYTES = 256 * 1024 * 1024;
/** Bytes in all buffers of a run together, freed or not. */
export const MOST_TOTAL_BYTES = 4 * MOST_BUFFER_BYTES;

const NAMES = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

type BufferClass = (new (...args: unknown[]) => object) & { BYTES_PER_ELEMENT?: number };

/** The guarded constructors by name: the same classes, seen through a proxy that reads the length asked for. */
export function guardedBuffers(): Map<string, object> {
  let total = 0;
  const charge = (name: string, bytes: number): void => {
    if (bytes > MOST_BUFFER_BYTES) {
      throw new RangeError(
        `new ${name} asks for ${megabytes(bytes)} of memory; one buffer may have up to ${megabytes(MOST_BUFFER_BYTES)}`,
      );
    }
    total += bytes;
    if (total > MOST_TOTAL_BYTES) {
      throw new RangeError(
        `new ${name}: the run has asked for more than ${megabytes(MOST_TOTAL_BYTES)} of memory in buffers`,
      );
    }
  };
  const guarded = new Map<string, object>();
  for (const name of NAMES) {
    const original = (globalThis as unknown as Record<string, BufferClass | undefined>)[name];
    if (!original) continue;
    const width = original.BYTES_PER_ELEMENT ?? 1;
    const proxy: BufferClass = new Proxy(original, {
      construct(target, args, newTarget): object {
        if (typeof args[0] === 'number') charge(name, args[0] * width);
        return Reflect.construct(target, args, newTarget === proxy ? target : newTarget);
      },
    });
    guarded.set(name, proxy);
  }
  return guarded;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024)).toLocaleString('en')} MB`;
}
