import { parseRequesterId } from '../../machine/bus/pci/requester-id.ts';
import { INTEL_82576, type NicPart } from '../../machine/devices/sriov-nic/configuration-spec.ts';
import type { BusRecord, ConfigurationAccess } from '../recording.ts';

const ETHERNET = 0x0200;

/** A physical function of the recording: where it stood, and what it said it was. */
export interface RecordedFunction {
  requesterId: number;
  part: NicPart;
}

/** Functions of a recording: NICs to be modelled, and devices that are none. */
export interface RecordedFunctions {
  nics: RecordedFunction[];
  others: Set<number>;
}

/** What the records say of each function: the first value that was read at each byte. */
class FirstReads {
  #bytes = new Map<number, Map<number, number>>();

  constructor(records: readonly BusRecord[]) {
    for (const record of records) if (record.op === 'cfgr') this.#add(record);
  }

  get functions(): number[] {
    return [...this.#bytes.keys()];
  }

  /** @returns the field, or undefined where part of it was never read */
  field(rid: number, offset: number, size: number): number | undefined {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) {
      const byte = this.#bytes.get(rid)?.get(offset + i);
      if (byte === undefined) return undefined;
      value = value * 256 + byte;
    }
    return value;
  }

  #add({ bdf, offset, size, value }: ConfigurationAccess): void {
    const rid = parseRequesterId(bdf);
    const bytes = this.#bytes.get(rid) ?? new Map<number, number>();
    this.#bytes.set(rid, bytes);
    for (let i = 0; i < size; i++)
      if (!bytes.has(offset + i)) bytes.set(offset + i, Math.floor(value / 2 ** (8 * i)) & 0xff);
  }
}

/**
 * The physical functions of a recording: those that read another vendor id than ffff, and no other class
 * than Ethernet. Ids, revision and number of virtual functions are the recording's.
 */
export function findFunctions(records: readonly BusRecord[]): RecordedFunctions {
  const reads = new FirstReads(records);
  const found: RecordedFunctions = { nics: [], others: new Set() };
  for (const requesterId of reads.functions) {
    const field = (offset: number, size: number) => reads.field(requesterId, offset, size);
    const vendor = field(0, 2);
    if (vendor === undefined || vendor === 0xffff) continue;
    if ((field(0x0a, 2) ?? ETHERNET) !== ETHERNET) found.others.add(requesterId);
    else found.nics.push({ requesterId, part: recordedPart(field) });
  }
  return found;
}

function recordedPart(field: (offset: number, size: number) => number | undefined): NicPart {
  return {
    ...INTEL_82576,
    vendor: field(0x00, 2) ?? INTEL_82576.vendor,
    device: field(0x02, 2) ?? INTEL_82576.device,
    revision: field(0x08, 1) ?? INTEL_82576.revision,
    subsystemVendor: field(0x2c, 2) ?? INTEL_82576.subsystemVendor,
    subsystem: field(0x2e, 2) ?? INTEL_82576.subsystem,
    totalVfs: field(0x16e, 2) ?? INTEL_82576.totalVfs,
    vfDevice: field(0x17a, 2) ?? INTEL_82576.vfDevice,
  };
}
