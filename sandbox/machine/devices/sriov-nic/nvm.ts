import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** Words 00 to 3f of the recorded part's NVM (section 3 of the facts); their sum is BABA. */
const IMAGE =
  '5452 1200 5634 0d34 ffff 2010 ffff ffff 1040 ffff 002b 10c9 8086 10c9 0000 70c3 ' +
  '0004 10c9 5c00 0000 2880 0014 4a40 0060 6cfb c7b0 0abe 0403 0783 10a6 0001 0602 ' +
  '0004 0020 0000 004a 2080 00f5 10ca 0000 0000 0000 4784 4602 0000 0000 1000 ffff ' +
  '0100 4000 131f 4013 0100 4000 ffff ffff ffff ffff ffff ffff ffff 00e0 ffff c5d9';

export const NVM_WORDS = 0x4000;
const CHECKSUM_WORD = 0x3f;
const CHECKSUM = 0xbaba;

/** An NVM whose first three words are `mac`, six bytes, with a checksum that is right. */
export function nvmImage(mac: Uint8Array): Uint16Array {
  const words = new Uint16Array(NVM_WORDS);
  for (const [n, word] of IMAGE.split(' ').entries()) words[n] = parseInt(word, 16);
  for (let n = 0; n < 3; n++) words[n] = mac[2 * n] | (mac[2 * n + 1] << 8);
  let sum = 0;
  for (let n = 0; n < CHECKSUM_WORD; n++) sum += words[n];
  words[CHECKSUM_WORD] = CHECKSUM - sum;
  return words;
}

/** EECD and EERD: the NVM a word at a time, done as soon as it is asked for. It cannot be written. */
export class Nvm implements RegisterBlock {
  readonly ranges = [
    [spec.EECD, 8],
    [spec.EEMNGCTL, 4],
  ] as const;
  readonly words: Uint16Array;
  /** EECD as far as software writes it, EERD. */
  #file = new Uint32Array(2);

  constructor(words: Uint16Array) {
    this.words = words;
  }

  reset(): void {
    this.#file.fill(0);
  }

  read(offset: number): number {
    if (offset === spec.EEMNGCTL) return spec.EEMNGCTL_VALUE;
    if (offset === spec.EERD) return this.#file[1];
    const granted = (this.#file[0] & spec.EECD_REQUEST) !== 0 ? spec.EECD_GRANT : 0;
    return spec.EECD_VALUE | this.#file[0] | granted;
  }

  write(offset: number, value: number, _at = 0): void {
    if (offset === spec.EECD) this.#file[0] = value & spec.EECD_REQUEST;
    if (offset !== spec.EERD || (value & spec.EERD_START) === 0) return;
    const word = (value >>> 2) & 0x3fff;
    this.#file[1] = ((this.words[word] << 16) | (word << 2) | spec.EERD_DONE) >>> 0;
  }

  /** The station's address as RAL and RAH have it: words 0 and 1, word 2. */
  get station(): readonly [low: number, high: number] {
    const [a, b, c] = this.words;
    return [(a | (b << 16)) >>> 0, c];
  }
}
