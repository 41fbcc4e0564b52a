import type { BusRecord, ConfigurationAccess, RegisterAccess } from '../recording.ts';

/** Registers of the SR-IOV capability, at 160 in the physical function's configuration space. */
const CONTROL = 0x168;
const NUM_VFS = 0x170;
const FIRST_OFFSET = 0x174;
const STRIDE = 0x176;
const PAGE_SIZE = 0x180;
const VF_BAR0 = 0x184;
const VF_BAR3 = 0x190;
const CAPABILITY_END = 0x1a0;
const BAR3 = 0x1c;
const DEVICE_CONTROL = 0xa8;
const FLR = 1 << 15;
const VF_ENABLE = 1;
const VF_SIZE = 0x4000;

/** Something in configuration space that the device's registers hear of. */
export type Happening =
  | { kind: 'enable'; count: number }
  | { kind: 'reset'; virtualFunction: number }
  | undefined;

/** Which function an access is for, from the addresses and counts that software wrote. */
export class Functions {
  #physical: number | undefined;
  /** The physical function's configuration as software wrote it, and as it read what it did not write. */
  #bytes = new Uint8Array(CAPABILITY_END);
  #lowest: number;

  constructor(records: readonly BusRecord[]) {
    const set = (offset: number, size: number, value: number) => this.#store(offset, size, value);
    set(FIRST_OFFSET, 2, 0x80);
    set(STRIDE, 2, 2);
    set(PAGE_SIZE, 4, 1);
    this.#lowest = Infinity;
    for (const record of records) {
      if (record.op === 'cfgw' && record.offset >= CONTROL && record.offset < CAPABILITY_END)
        this.#physical ??= requesterOf(record.bdf);
      if (isRegister(record) && record.space === 'igbvf-mmio')
        this.#lowest = Math.min(this.#lowest, (record.address ?? 0) - (record.offset % VF_SIZE));
    }
    const first = records.find(({ op }) => op === 'cfgr' || op === 'cfgw');
    this.#physical ??= first === undefined ? 0 : requesterOf((first as ConfigurationAccess).bdf);
  }

  /** Software has read or written configuration space. */
  configuration(record: ConfigurationAccess): Happening {
    const { op, offset, size, value } = record;
    const requester = requesterOf(record.bdf);
    const n = this.#virtualOf(requester);
    const reset = op === 'cfgw' && offset === DEVICE_CONTROL && (value & FLR) !== 0;
    if (requester !== this.#physical)
      return reset && n >= 0 ? { kind: 'reset', virtualFunction: n } : undefined;
    const known = offset === FIRST_OFFSET || offset === STRIDE || this.#isBar(offset);
    const was = this.#load(CONTROL, 2) & VF_ENABLE;
    if (op === 'cfgr') {
      if (known) this.#store(offset, size, value);
      return undefined;
    }
    this.#store(offset, size, value);
    if (reset) {
      this.#store(CONTROL, 2, 0);
      this.#store(NUM_VFS, 2, 0);
      return { kind: 'reset', virtualFunction: -1 };
    }
    const is = this.#load(CONTROL, 2) & VF_ENABLE;
    if (is === was) return undefined;
    return { kind: 'enable', count: is === 0 ? 0 : this.#load(NUM_VFS, 2) };
  }

  /** Virtual function and offset of an access to a virtual function's registers. */
  virtual({ address = 0, offset }: RegisterAccess): readonly [n: number, offset: number] {
    const base = this.#bar(VF_BAR0) || this.#lowest;
    const size = Math.max(VF_SIZE, this.#load(PAGE_SIZE, 4) << 12);
    if (!Number.isFinite(base) || address < base) return [0, offset];
    return [Math.floor((address - base) / size), (address - base) % size];
  }

  /** Function (-1 for the physical one) and offset of an access to an MSI-X table. */
  table({ address = 0, offset }: RegisterAccess): readonly [n: number, offset: number] {
    const base = this.#bar(VF_BAR3);
    const size = Math.max(VF_SIZE, this.#load(PAGE_SIZE, 4) << 12);
    const own = this.#bar(BAR3);
    if (own > 0 && address >= own && address < own + VF_SIZE) return [-1, address - own];
    if (base === 0 || address < base) return [-1, offset];
    return [Math.floor((address - base) / size), (address - base) % size];
  }

  #virtualOf(requester: number): number {
    const from = requester - (this.#physical ?? 0) - this.#load(FIRST_OFFSET, 2);
    const stride = this.#load(STRIDE, 2);
    return stride > 0 && from >= 0 && from % stride === 0 ? from / stride : -1;
  }

  #isBar(offset: number): boolean {
    return [VF_BAR0, VF_BAR3, BAR3].some((bar) => offset >= bar && offset < bar + 8);
  }

  #bar(offset: number): number {
    const low = this.#load(offset, 4);
    return low - (low % 16) + this.#load(offset + 4, 4) * 4294967296;
  }

  #load(offset: number, size: number): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) value = value * 256 + this.#bytes[offset + n];
    return value;
  }

  #store(offset: number, size: number, value: number): void {
    for (let n = 0; n < size; n++)
      if (offset + n < CAPABILITY_END) this.#bytes[offset + n] = Math.floor(value / 256 ** n);
  }
}

export function isRegister(record: BusRecord): record is RegisterAccess {
  return record.op === 'ior' || record.op === 'iow';
}

/** Bus, device and function of "01:10.2" or "0000:01:10.2" in 16 bits. */
function requesterOf(bdf: string): number {
  const [bus, device, fn] = bdf
    .split(/[:.]/)
    .slice(-3)
    .map((word) => parseInt(word, 16));
  return (bus << 8) | (device << 3) | fn;
}
