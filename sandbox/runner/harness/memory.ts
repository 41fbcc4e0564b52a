/**
 * Constructors of buffers and arrays for a reader's code that refuse what would use up the memory of the
 * process it runs in. They are a courtesy and no boundary: the message comes at the line that asks, where
 * the browser's own would come late or never.
 */

/** Bytes in one buffer or array. */
export const MOST_BUFFER_BYTES = 256 * 1024 * 1024;
/** Bytes in all buffers and long arrays of a run together, freed or not. */
export const MOST_TOTAL_BYTES = 4 * MOST_BUFFER_BYTES;
/** Elements from which an array counts; short ones come and go in ordinary code. */
export const LONG_ARRAY = 65_536;
/** Bytes of an element of an array, as engines with 8-byte references or numbers keep it. */
const ARRAY_ELEMENT_BYTES = 8;

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
  'Array',
] as const;

type BufferClass = (new (...args: unknown[]) => object) & { BYTES_PER_ELEMENT?: number };

/** The guarded constructors by name: the same classes, seen through a proxy that reads the length asked for. */
export function guardedMemory(): Map<string, object> {
  let total = 0;
  const charge = (name: string, bytes: number): void => {
    if (bytes > MOST_BUFFER_BYTES) {
      throw new RangeError(
        `new ${name} asks for ${megabytes(bytes)} of memory; one buffer or array may have up to ${megabytes(MOST_BUFFER_BYTES)}`,
      );
    }
    total += bytes;
    if (total > MOST_TOTAL_BYTES) {
      throw new RangeError(
        `new ${name}: the run has asked for more than ${megabytes(MOST_TOTAL_BYTES)} of memory in buffers and arrays`,
      );
    }
  };
  const guarded = new Map<string, object>();
  for (const name of NAMES) {
    const original = (globalThis as unknown as Record<string, BufferClass | undefined>)[name];
    if (!original) continue;
    const width = name === 'Array' ? ARRAY_ELEMENT_BYTES : (original.BYTES_PER_ELEMENT ?? 1);
    const chargeFor = (args: unknown[]): void => {
      const [length] = args;
      // A number alone is a length; one among others is an element.
      if (
        typeof length !== 'number' ||
        (name === 'Array' && (args.length > 1 || length < LONG_ARRAY))
      )
        return;
      charge(name, length * width);
    };
    const proxy: BufferClass = new Proxy(original, {
      construct(target, args, newTarget): object {
        chargeFor(args);
        return Reflect.construct(target, args, newTarget === proxy ? target : newTarget);
      },
      // Array(n) is new Array(n); the buffers refuse to be called by themselves.
      apply(target, self, args): unknown {
        chargeFor(args);
        return Reflect.apply(target as unknown as (...args: unknown[]) => unknown, self, args);
      },
    });
    guarded.set(name, proxy);
  }
  return guarded;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024)).toLocaleString('en')} MB`;
}
