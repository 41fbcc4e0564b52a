/** A line of a recording, as far as these changes read it. */
interface Line {
  op: string;
  space?: string;
  bdf?: string;
  phase?: string;
  addr?: number;
  offset?: number;
  value?: number;
}

/** One station's address for another, each as RAL and RAH have it. */
interface Replacement {
  from: readonly [low: number, high: number];
  to: readonly [low: number, high: number];
}

/** What another machine would have recorded otherwise. Virtual functions by number, in both. */
export interface OtherMachine {
  /** New number of each recorded virtual function. */
  functions: readonly number[];
  /** Virtual functions that are enabled. */
  count: number;
  /** Where the virtual functions' memory begins. */
  base: number;
  /** Addresses that virtual functions have instead of the recorded ones, by number in the recording. */
  addresses: readonly Replacement[];
  /** The card's own address. */
  card?: Replacement;
  /** The administrator has set the addresses: a reset is answered with ACK and the address. */
  administrator?: boolean;
}

const RECORDED_COUNT = 2;
const RECORDED_BASE = 0xfea00000;
const FIRST = 0x180;
const SIZE = 0x4000;

/** The recording as the same drivers would have made it on another machine. For tests. */
export function recordedOn(text: string, machine: OtherMachine): string {
  const change = new Change(machine);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(change.of(JSON.parse(line) as Line)))
    .join('\n');
}

class Change {
  #machine: OtherMachine;
  /** From the end of VF Enable to the reset of the device nobody clears the others' VFLRE. */
  #disabled = false;
  /** The words of the mailboxes as they were written, and whether the last message answers RESET. */
  #words = new Map<number, number>();
  #answering = false;

  constructor(machine: OtherMachine) {
    this.#machine = machine;
  }

  of(line: Line): Line {
    if (line.op === 'cfgr' || line.op === 'cfgw') return this.#configuration(line);
    if (line.op !== 'ior' && line.op !== 'iow') return line;
    if (line.space === 'igbvf-mmio') return this.#virtual(line);
    return line.space === 'igb-mmio' ? this.#physical(line) : line;
  }

  #configuration(line: Line): Line {
    const { offset = 0, value = 0, op } = line;
    const n = [FIRST, FIRST + 2].indexOf(requesterOf(line.bdf ?? ''));
    if (n >= 0) return { ...line, bdf: bdfOf(FIRST + 2 * this.#machine.functions[n]) };
    if (op === 'cfgw' && offset === 0x168) this.#disabled = value === 0x10;
    if (offset === 0x170 && value === RECORDED_COUNT && line.phase === 'sriov-enable')
      return { ...line, value: this.#machine.count };
    if (offset === 0x184 && value - (value % 16) === RECORDED_BASE)
      return { ...line, value: this.#machine.base + (value % 16) };
    return line;
  }

  #virtual(line: Line): Line {
    const { addr = 0, offset = 0, value = 0 } = line;
    const n = Math.floor((addr - RECORDED_BASE) / SIZE);
    const place = (addr - RECORDED_BASE) % SIZE;
    const to = this.#machine.base + SIZE * this.#machine.functions[n] + place;
    const changed = { ...line, addr: to };
    if (offset === 0x0008) changed.value = this.#status(value);
    if (offset >= 0x0800 && offset < 0x0840) changed.value = this.#message(n, line);
    return changed;
  }

  #physical(line: Line): Line {
    const { offset = 0, value = 0 } = line;
    if (offset === 0x0000 && line.op === 'iow' && (value & (1 << 26)) !== 0) this.#disabled = false;
    if (offset === 0x0008) return { ...line, value: this.#status(value) };
    if (offset === 0x0014 && line.op === 'ior') return { ...line, value: this.#nvm(value) };
    if (offset >= 0x0800 && offset < 0x0880) {
      const n = (offset - 0x0800) >> 6;
      const moved = 0x0800 + 0x40 * this.#machine.functions[n] + (offset & 0x3f);
      return { ...line, offset: moved, value: this.#message(n, line) };
    }
    if (offset === 0x0c00 || offset === 0x0c04)
      return { ...line, offset: 0x0c00 + 4 * this.#machine.functions[(offset - 0x0c00) >> 2] };
    if (offset === 0x0c80) return { ...line, value: this.#bits(value) };
    if (offset === 0x0c88) return { ...line, value: this.#reset(line, value) };
    if (offset === 0x0c8c || offset === 0x0c90) {
      const cleared = value === 0 ? 0 : (0xff & ~this.#bits(~value & 0xff)) >>> 0;
      return { ...line, value: cleared };
    }
    return { ...line, value: this.#address(value) };
  }

  /** EERD: words 0 to 2 are the card's address. */
  #nvm(value: number): number {
    const { card } = this.#machine;
    const word = (value >>> 2) & 0x3fff;
    if (card === undefined || word > 2 || (value & 2) === 0) return value;
    const [low, high] = card.to;
    return (([low & 0xffff, low >>> 16, high][word] << 16) | (value & 0xffff)) >>> 0;
  }

  #status(value: number): number {
    if ((value & (1 << 18)) === 0) return value;
    return ((value & ~(15 << 14)) | (this.#machine.count << 14)) >>> 0;
  }

  /** A bit for each virtual function in each half of the word. */
  #bits(value: number): number {
    let moved = 0;
    for (const [from, to] of this.#machine.functions.entries())
      for (const half of [0, 16]) if ((value >>> (from + half)) & 1) moved |= 1 << (to + half);
    return moved >>> 0;
  }

  #reset(line: Line, value: number): number {
    const own = this.#bits(value);
    if (line.op === 'iow' || !this.#disabled) return own;
    const others = 2 ** this.#machine.count - 1;
    return own | (others & ~this.#machine.functions.reduce((bits, n) => bits | (1 << n), 0));
  }

  /**
   * A word of a mailbox. Where the administrator has set the addresses, RESET is answered with them; what is
   * read is what was written last.
   */
  #message(n: number, line: Line): number {
    const { op, offset = 0, value = 0 } = line;
    const word = (offset & 0x3f) >> 2;
    const key = 16 * n + word;
    if (op === 'ior') return this.#words.get(key) ?? this.#address(value);
    const written = this.#answer(n, word, value);
    this.#words.set(key, written);
    return written;
  }

  #answer(n: number, word: number, value: number): number {
    const { administrator = false, addresses } = this.#machine;
    if (word === 0) this.#answering = administrator && value === 0x40000001;
    if (!this.#answering) return this.#address(value);
    return word === 0 ? 0x80000001 : addresses[n].to[word - 1];
  }

  #address(value: number): number {
    const { addresses, card } = this.#machine;
    for (const { from, to } of card === undefined ? addresses : [card, ...addresses]) {
      if (value === from[0]) return to[0];
      if ((value & 0xffff) === from[1] && from[1] !== 0) return (value - from[1] + to[1]) >>> 0;
    }
    return value;
  }
}

function requesterOf(bdf: string): number {
  const [bus, device, fn] = bdf.split(/[:.]/).map((word) => parseInt(word, 16));
  return (bus << 8) | (device << 3) | fn;
}

function bdfOf(requester: number): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `${hex(requester >> 8)}:${hex((requester >> 3) & 31)}.${requester & 7}`;
}
