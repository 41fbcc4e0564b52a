import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { MmioSpace } from './mmio-space.ts';

/** What the bus driver is built on. */
export interface VpciBusSettings {
  hypervisor: Hypervisor;
  memory: GuestMemory;
  /** Where its addresses for registers come from. */
  space: MmioSpace;
  /** Instance of the channel, 16 bytes. */
  instance: Uint8Array;
  /** Versions that it proposes, newest first; all that this model knows when left out. */
  versions?: readonly number[];
  /** Whether it asks what memory each function needs; it does when left out. */
  asksRequirements?: boolean;
}

/** Where the bus stands. A bus that has failed was refused something by the root. */
export type VpciBusState = 'setting up' | 'running' | 'ejecting' | 'ejected' | 'gone' | 'failed';
