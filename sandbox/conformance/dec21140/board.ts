import { UsageError } from '../../lab/usage.ts';
import type { Identity } from '../../machine/devices/dec21140/configuration.ts';
import type { BusRecord, ConfigurationAccess } from '../recording.ts';
import { majority } from './majority.ts';
import { hex } from './spec.ts';

const DEC = 0x1011;
const DC21140 = 0x0009;
const ROM_WORDS = 64;

/** The PCI function that the recording is of: `bdf` as it stands there; undefined without such records. */
export function recordedFunction(records: readonly BusRecord[]): string | undefined {
  const accesses = records.filter(isConfiguration);
  const functions = [...new Set(accesses.map(({ bdf }) => bdf))];
  const ours = functions.find((bdf) => {
    const bytes = identityBytes(accesses.filter((access) => access.bdf === bdf));
    return field(bytes, 0, 2) === DEC && field(bytes, 2, 2) === DC21140;
  });
  return ours ?? functions[0];
}

/**
 * The identity that software read in configuration space.
 * @throws UsageError when the recording is of another device
 */
export function recordedIdentity(
  records: readonly BusRecord[],
  bdf: string | undefined,
): Partial<Identity> {
  const accesses = records.filter(isConfiguration);
  const bytes = identityBytes(accesses.filter((access) => access.bdf === bdf));
  const identity: Partial<Identity> = {
    vendor: field(bytes, 0x00, 2),
    device: field(bytes, 0x02, 2),
    revision: field(bytes, 0x08, 1),
    subsystemVendor: field(bytes, 0x2c, 2),
    subsystem: field(bytes, 0x2e, 2),
  };
  const { vendor = DEC, device = DC21140 } = identity;
  if (vendor !== DEC || device !== DC21140)
    throw new UsageError(
      `replay dec21140: the recording is of a device ${hex(vendor, 4)}:${hex(device, 4)}, not of a 21140 (0x1011:0x0009)`,
    );
  return identity;
}

/** Whether software reaches for configuration space. */
export const isConfiguration = (record: BusRecord): record is ConfigurationAccess =>
  record.op === 'cfgr' || record.op === 'cfgw';

/** The serial ROM: words that nobody read are those of an erased one. */
export function recordedRom(words: ReadonlyMap<number, number>): Uint16Array {
  return Uint16Array.from({ length: ROM_WORDS }, (_, address) => words.get(address) ?? 0xffff);
}

/** Per byte of the read-only identity fields, the value that most reads have. */
function identityBytes(accesses: readonly ConfigurationAccess[]): Map<number, number> {
  const seen = new Map<number, number[]>();
  for (const { op, offset, size, value } of accesses)
    for (let n = 0; op === 'cfgr' && n < size; n++) {
      const at = offset + n;
      seen.set(at, [...(seen.get(at) ?? []), Math.floor(value / 256 ** n) & 0xff]);
    }
  return new Map([...seen].map(([at, values]) => [at, majority(values)]));
}

function field(bytes: ReadonlyMap<number, number>, at: number, size: number): number | undefined {
  let value = 0;
  for (let n = size - 1; n >= 0; n--) {
    const byte = bytes.get(at + n);
    if (byte === undefined) return undefined;
    value = value * 256 + byte;
  }
  return value;
}
