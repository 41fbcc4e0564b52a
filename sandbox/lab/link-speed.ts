import { REG_LINK_SPEED } from '../machine/devices/sriov-nic/spec.ts';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import { PHY_CONTROL } from '../machine/guest/tulip/mii.ts';
import type { GuestCode } from '../machine/partition/virtual-processor.ts';
import { PHYSICAL_FUNCTION_REGISTERS } from './host.ts';
import { completeConfig } from './options.ts';
import type { PathName } from './report.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** Who tries to set the speed of the link, and by which way. */
export const SPEED_SETTERS = {
  chip: 'a child, by its emulated card’s transceiver',
  'virtual-function': 'a child, by its virtual function’s registers',
  'physical-address': 'a child, at the card’s physical address',
  root: 'the root, by its driver',
} as const;
export type SpeedSetter = keyof typeof SPEED_SETTERS;

/** What came of it. Speeds in Mb/s. */
export interface SpeedAttempt {
  by: SpeedSetter;
  path: PathName;
  /** What whoever tried reads afterwards, as it would be shown to it. */
  readBack: string;
  before: number;
  after: number;
  /** What the virtual machine then sends, frames of 1514 bytes as fast as it can. */
  throughput: number;
}

const PATH_OF: Readonly<Record<SpeedSetter, PathName>> = {
  chip: 'emulated',
  'virtual-function': 'sriov',
  'physical-address': 'vmbus',
  root: 'vmbus',
};
const FRAMES = 400;

/** A driver that forces its card to 10 Mb/s half duplex, without negotiation. */
class ForcingDriver extends TulipDriver {
  control = -1;

  protected override *bringUp(): GuestCode {
    yield* super.bringUp();
    const phy = this.identity?.phy.address ?? 0;
    yield* this.writePhy(phy, PHY_CONTROL, 0);
    this.control = yield* this.readPhy(phy, PHY_CONTROL);
  }
}

/**
 * Lets `by` try to set the speed of a 10 Gb/s link to `megabits` on a running machine, and measures what
 * it changed. The transceiver knows 10 Mb/s only: it is set to that, whatever `megabits` says.
 * @throws UsageError for a way or a speed that does not exist
 */
export async function trySetLinkSpeed(by: SpeedSetter, megabits: number): Promise<SpeedAttempt> {
  if (!Object.hasOwn(SPEED_SETTERS, by))
    throw new UsageError(`by: '${by}' is not one of ${Object.keys(SPEED_SETTERS).join(', ')}`);
  const path = PATH_OF[by];
  const config = completeConfig({ paths: [path], line: '10G', frames: FRAMES });
  const bed = new Testbed(path, config, { drivers: { tulip: ForcingDriver } });
  const before = bed.host.options.lineGbps * 1000;
  const readBack = attempt(bed, by, megabits);
  bed.run();
  const { deliveredBytes, firstSent, lastArrived } = bed.measurement;
  const throughput = (deliveredBytes * 8e6) / (lastArrived - firstSent);
  return { by, path, readBack, before, after: bed.host.linkSpeed, throughput };
}

function attempt(bed: Testbed, by: SpeedSetter, megabits: number): string {
  const { host, machines, adapters } = bed;
  const [adapter] = adapters;
  const shown = (value: number) => (value === 0xffffffff ? 'ones: nothing there' : `${value} Mb/s`);
  switch (by) {
    case 'chip': {
      const { device } = adapter;
      const forced = device instanceof ForcingDriver && device.control === 0;
      return forced ? '10 Mb/s' : 'as it was';
    }
    case 'virtual-function': {
      const vf = host.nic.functions[adapter.functionIndex ?? 0];
      vf.write(REG_LINK_SPEED, megabits, host.engine.now);
      return shown(vf.read(REG_LINK_SPEED));
    }
    case 'physical-address': {
      const { memory } = machines[0];
      memory.write32(PHYSICAL_FUNCTION_REGISTERS + REG_LINK_SPEED, megabits);
      return shown(memory.read32(PHYSICAL_FUNCTION_REGISTERS + REG_LINK_SPEED));
    }
    case 'root':
      host.setLinkSpeed(megabits);
      return shown(host.linkSpeed);
  }
}
