import type { Resources } from '../../sandbox/machine/bus/pci/enumeration.ts';
import { NicBusFunctions } from '../../sandbox/machine/devices/sriov-nic/configuration-functions.ts';
import {
  INTEL_82576,
  type NicPart,
} from '../../sandbox/machine/devices/sriov-nic/configuration-spec.ts';

/** Addresses and bus numbers in plenty. */
export const PLENTY: Resources = {
  lastBus: 255,
  io: { base: 0x1000, size: 0xf000 },
  memory: { base: 0xe0000000, size: 64 << 20 },
  prefetchable: { base: 0x10_0000_0000, size: 1 << 30 },
};

/** A NIC that differs from the 82576 in `changes`. */
export function newNic(changes: Partial<NicPart> = {}): NicBusFunctions {
  return new NicBusFunctions({ part: { ...INTEL_82576, ...changes } });
}
