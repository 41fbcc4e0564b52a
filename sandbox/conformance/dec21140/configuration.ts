import type { ConfigurationAccess } from '../recording.ts';
import { hex } from './spec.ts';
import type { Tally } from './tally.ts';

/** Bits of configuration space in which the recorded device is known not to be a 21140. */
const DEVIATIONS: readonly { at: number; bits: number; what: string; why: string }[] = [
  {
    at: 0x04,
    bits: 0x00000550,
    what: 'command register: INTx disable, parity response, memory write and invalidate',
    why: 'INTx disable came with PCI 2.3, after the 21140; the recorded device has it, and lacks the others',
  },
  {
    at: 0x04,
    bits: 0x02800000,
    what: 'status register: fast back-to-back, DEVSEL timing',
    why: 'the recorded device shows 0 for what a 21140 always reports (section 1)',
  },
  {
    at: 0x0c,
    bits: 0x0000ff00,
    what: 'latency timer',
    why: 'the recorded device does not keep what is written there',
  },
  {
    at: 0x3c,
    bits: 0xffff0000,
    what: 'MIN_GNT and MAX_LAT',
    why: 'the recorded device shows 0; the 21140A loads defaults (section 1, unverified)',
  },
  {
    at: 0x40,
    bits: 0xffffffff,
    what: 'CFDA',
    why: 'plain bytes in the recorded device',
  },
];

/** Compares reads of configuration space. The identity is the recorded one: the model takes it over. */
export class ConfigurationComparison {
  compared = 0;
  mismatches = 0;
  #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  read(record: ConfigurationAccess, model: number): void {
    this.compared++;
    let difference = (record.value ^ model) >>> 0;
    for (const { at, bits, what, why } of DEVIATIONS) {
      const shift = 8 * (record.offset - at);
      const own = shift < 0 || shift >= 32 ? 0 : (bits >>> shift) & difference;
      if (own === 0) continue;
      this.#tally.setAside(`bits of configuration reads: ${what}`, why);
      difference = (difference & ~own) >>> 0;
    }
    if (difference === 0) return;
    this.mismatches++;
    const name = `configuration space ${hex(record.offset, 2)}, bits ${hex(difference)}`;
    this.#tally.differs(record, name, hex(record.value), hex(model));
  }
}
