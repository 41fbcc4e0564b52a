/**
 * SHA-256 (FIPS 180-4), fed piece by piece. Written here because it runs inside cells, where no package
 * can be imported and the browser's own digest is neither synchronous nor incremental.
 */

/** The first 64 primes' cube roots and the first 8 primes' square roots, fractional bits. */
const K = Uint32Array.from(fractions(64, 3));
const START = fractions(8, 2);

function fractions(count: number, root: 2 | 3): number[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n++)
    if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  return primes.map((prime) => Number(integerRoot(prime << BigInt(32 * root), root) & 0xffffffffn));
}

/** The whole part of the `root`th root of `n`, by bisection. */
function integerRoot(n: bigint, root: 2 | 3): bigint {
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** BigInt(root) <= n) low = middle;
    else high = middle;
  }
  return low;
}

/** A running SHA-256. */
export class Sha256 {
  #state = Uint32Array.from(START);
  #block = new Uint8Array(64);
  #words = new Int32Array(64);
  #filled = 0;
  #length = 0;

  /** Feeds `length` bytes of `bytes` from `offset`. */
  update(bytes: Uint8Array, offset = 0, length = bytes.length - offset): void {
    this.#length += length;
    let at = offset;
    const end = offset + length;
    while (at < end) {
      if (this.#filled === 0 && end - at >= 64) {
        this.#compress(bytes, at);
        at += 64;
        continue;
      }
      const count = Math.min(64 - this.#filled, end - at);
      for (let i = 0; i < count; i++) this.#block[this.#filled + i] = bytes[at + i];
      this.#filled += count;
      at += count;
      if (this.#filled === 64) {
        this.#compress(this.#block, 0);
        this.#filled = 0;
      }
    }
  }

  /** The digest so far, as 64 hexadecimal digits. Feeding more afterwards is not possible. */
  digest(): string {
    const bits = this.#length * 8;
    const padding = new Uint8Array((this.#filled < 56 ? 56 : 120) - this.#filled + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 4294967296));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  #compress(bytes: Uint8Array, offset: number): void {
    const w = this.#words;
    for (let i = 0; i < 16; i++) {
      const at = offset + 4 * i;
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15];
      const b = w[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    this.#rounds(w);
  }

  #rounds(w: Int32Array): void {
    const s = this.#state;
    let a = s[0] | 0;
    let b = s[1] | 0;
    let c = s[2] | 0;
    let d = s[3] | 0;
    let e = s[4] | 0;
    let f = s[5] | 0;
    let g = s[6] | 0;
    let h = s[7] | 0;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    s[0] += a;
    s[1] += b;
    s[2] += c;
    s[3] += d;
    s[4] += e;
    s[5] += f;
    s[6] += g;
    s[7] += h;
  }
}
