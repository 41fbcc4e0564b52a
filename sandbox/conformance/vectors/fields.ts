import { UsageError } from '../../lab/usage.ts';

/**
 * An object of a JSON file whose members are checked as they are taken. Numbers are numbers or strings
 * of the form 0x...; bytes are strings of hexadecimal digits.
 */
export class Fields {
  /** Where this object stands in its file, for messages. */
  readonly where: string;
  readonly #members: Record<string, unknown>;

  private constructor(members: Record<string, unknown>, where: string) {
    this.#members = members;
    this.where = where;
  }

  /** @throws UsageError when `value` is no object */
  static of(value: unknown, where: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UsageError(`${where}: not a JSON object`);
    return new Fields(value as Record<string, unknown>, where);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  get names(): string[] {
    return Object.keys(this.#members);
  }

  /** The member as it stands. */
  raw(name: string): unknown {
    return this.has(name) ? this.#members[name] : undefined;
  }

  text(name: string): string {
    const value = this.raw(name);
    return typeof value === 'string' ? value : this.#wrong(name, 'a string');
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    return typeof value === 'boolean' ? value : this.#wrong(name, 'true or false');
  }

  /** An integer of up to 53 bits. */
  number(name: string): number {
    const value = this.raw(name);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    const parsed = isHexNumber(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(parsed) ? parsed : this.#wrong(name, 'an integer');
  }

  /** An unsigned integer of up to 64 bits. */
  big(name: string): bigint {
    const value = this.raw(name);
    const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    if (isNumber || isHexNumber(value)) return BigInt(value) & 0xffffffffffffffffn;
    return this.#wrong(name, 'an unsigned integer');
  }

  bytes(name: string): Uint8Array {
    const value = this.raw(name);
    if (typeof value !== 'string' || !/^([0-9a-fA-F]{2})*$/.test(value))
      return this.#wrong(name, 'bytes in hexadecimal');
    return Uint8Array.from({ length: value.length / 2 }, (_, i) =>
      Number.parseInt(value.slice(2 * i, 2 * i + 2), 16),
    );
  }

  object(name: string): Fields {
    const value = this.raw(name);
    if (value === undefined) return this.#wrong(name, 'an object');
    return Fields.of(value, `${this.where}: ${name}`);
  }

  /** Objects of an array. */
  list(name: string): Fields[] {
    return this.values(name).map((item, i) => Fields.of(item, `${this.where}: ${name}[${i}]`));
  }

  /** Members of an array, unchecked. */
  values(name: string): unknown[] {
    const value = this.raw(name);
    return Array.isArray(value) ? value : this.#wrong(name, 'an array');
  }

  /** Members of an array of integers of up to 53 bits. */
  numbers(name: string): number[] {
    return this.values(name).map((item) => {
      const value = typeof item === 'number' || isHexNumber(item) ? Number(item) : Number.NaN;
      return Number.isSafeInteger(value) ? value : this.#wrong(name, 'an array of integers');
    });
  }

  #wrong(name: string, wanted: string): never {
    const found = this.has(name) ? 'is not' : 'is missing; it is';
    throw new UsageError(`${this.where}: ${name} ${found} ${wanted}`);
  }
}

function isHexNumber(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(value);
}
