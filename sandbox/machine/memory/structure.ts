/**
 * Where a field is: offset and size in bytes. A field of bits has a size of 0 and says which bits of the
 * byte at its offset it has.
 */
export type FieldPlace =
  | readonly [offset: number, size: number]
  | readonly [offset: number, size: 0, firstBit: number, bits: number];

/**
 * A structure of a public interface, as code that reads and writes it sees it: its name there, its size
 * in bytes, and the places of its fields. A trailing array of any length has a size of 0.
 */
export interface Structure<F extends Record<string, FieldPlace> = Record<string, FieldPlace>> {
  readonly name: string;
  readonly size: number;
  readonly fields: F;
  /** Offset of each field, in bytes. */
  readonly at: { readonly [K in keyof F]: number };
}

/** Names a structure of `size` bytes and its fields; `name` and field names are those of the interface. */
export function structure<const F extends Record<string, FieldPlace>>(
  name: string,
  size: number,
  fields: F,
): Structure<F> {
  const at = Object.fromEntries(Object.entries(fields).map(([field, [offset]]) => [field, offset]));
  return { name, size, fields, at: at as { [K in keyof F]: number } };
}

/** The fields of a structure that lies in another at `offset`, under the name `prefix` there. */
export function within<P extends string, F extends Record<string, FieldPlace>>(
  prefix: P,
  offset: number,
  inner: F,
): { readonly [K in keyof F & string as `${P}.${K}`]: FieldPlace } {
  const places = Object.entries(inner).map(([name, [at, ...rest]]) => [
    `${prefix}.${name}`,
    [offset + at, ...rest],
  ]);
  return Object.fromEntries(places);
}
