import { OutsideGuest } from '../lab/outside-guest.ts';
import { findProfile } from '../lab/profiles.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import type { Happening } from './happening.ts';
import { SparseMemory } from './memory.ts';
import type { Price } from './protocol.ts';

const PICOSECONDS = 1e6;
/** Microseconds in which a frame from the wire gets to the guest. */
const DELIVERY = 100;

/**
 * A machine to which the same happens as to another one, at the prices of its own profile. The guest is
 * not there: its accesses and what the device found in its memory come from the list.
 */
export class PricedMachine {
  readonly profile: string;
  readonly guest: OutsideGuest;
  #memory = new SparseMemory();
  #waited = 0;
  #accesses = 0;

  /** @throws UsageError for a profile that does not exist */
  constructor(profile: string, macAddress: MacAddress) {
    this.profile = profile;
    this.guest = new OutsideGuest({ memory: this.#memory, macAddress, profile });
  }

  let(happening: Happening): void {
    const { guest } = this;
    switch (happening.kind) {
      case 'memory':
        this.#memory.writeFrom(happening.address, happening.data, 0, happening.data.length);
        break;
      case 'frame':
        guest.sendFromWire(happening.frame);
        guest.advance(DELIVERY * PICOSECONDS);
        break;
      case 'pause':
        guest.advance(happening.after * PICOSECONDS);
        break;
      case 'access':
        guest.advance(happening.after * PICOSECONDS);
        if (happening.write) guest.write(happening.port, happening.size, happening.value);
        else guest.read(happening.port, happening.size);
        this.#waited += guest.lastAccess.picoseconds / PICOSECONDS;
        this.#accesses++;
        break;
      default:
    }
  }

  /** Where the chip's registers are in I/O space; 0 when nowhere. */
  get base(): number {
    return this.guest.worker.device.configuration.bar(0);
  }

  price(): Price {
    return priceOf(this.guest, this.profile, this.#waited, this.#accesses);
  }
}

/** The bill of a machine so far. @param waited microseconds */
export function priceOf(
  { ledger }: OutsideGuest,
  profile: string,
  waited: number,
  accesses: number,
): Price {
  const cycles = [0, 1, 2, 3, 4].map((who) => ledger.cyclesOf(who));
  const { ghz } = findProfile(profile);
  return { profile, cycles, gigahertz: ghz, waited, accesses, interrupts: ledger.interrupts };
}
