import { Phy } from '../machine/devices/dec21140/phy.ts';
import type { BoardDescription } from '../machine/devices/dec21140/serial-rom-image.ts';
import { CSR9_SERIAL_ROM, SELECT_SERIAL_ROM, WINDOW } from '../machine/devices/dec21140/spec.ts';
import { TulipDriver } from '../machine/guest/tulip/driver.ts';
import type { TulipIdentity } from '../machine/guest/tulip/probe.ts';
import { MAX_FRAME, type MacAddress } from '../machine/net/frame.ts';
import { Hypervisor } from '../machine/partition/hypervisor.ts';
import { EXITS } from '../machine/partition/ledger.ts';
import type {
  GuestCode,
  InterceptHandler,
  PortAccess,
  VirtualProcessor,
} from '../machine/partition/virtual-processor.ts';
import { TULIP_PORT_BASE } from './firmware.ts';
import { HyperVHost } from './host.ts';
import { completeConfig, LINES } from './options.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { LedgerRow } from './report.ts';
import { UsageError } from './usage.ts';

const MEBIBYTE = 1 << 20;
/** Events beyond which a probe is taken to go in circles: more than ten times those of the usual one. */
const MAX_EVENTS = 500_000;

/** What `probeTulip` takes. */
export interface ProbeOptions {
  /** The driver to put into the guest: TulipDriver or a class that extends it. */
  driver?: typeof TulipDriver;
  profile?: string;
  /** Station address in the adapter's serial ROM. */
  macAddress?: MacAddress;
  /** Where its transceiver answers on MII management, 0 to 31. */
  phyAddress?: number;
  /** What else its serial ROM holds; the usual board when left out. */
  board?: BoardDescription;
}

/** Reads and writes, as the hypervisor saw them. */
export interface AccessCount {
  reads: number;
  writes: number;
}

/** What the accesses of a probe were for. */
export interface ProbePurposes {
  configuration: AccessCount;
  serialRom: AccessCount;
  mii: AccessCount;
  /** All other registers. */
  other: AccessCount;
}

/** What a probe learned, and what it cost. Plain data. */
export interface ProbeReport {
  /** Undefined when the driver gave up; `problem` says why. */
  identity: TulipIdentity | undefined;
  problem: string;
  /** Port accesses: exits for I/O, by the hypervisor's own count. */
  accesses: number;
  /** By what they were for, and by register: `CSR9`, or `port cf8` where it is none. */
  purposes: ProbePurposes;
  registers: Record<string, AccessCount>;
  /** Exits of every cause, the root's own included. */
  exitsBy: Record<string, number>;
  /** Cycles of everybody, and from the first access to rest. */
  cycles: number;
  microseconds: number;
  ledger: LedgerRow[];
}

/** Counts a processor's accesses on their way to the hypervisor. */
class AccessMeter implements InterceptHandler {
  readonly purposes: ProbePurposes = {
    configuration: none(),
    serialRom: none(),
    mii: none(),
    other: none(),
  };
  readonly registers: Record<string, AccessCount> = {};
  #next: InterceptHandler | undefined;
  /** Whether CSR9 has the serial ROM selected: reads belong to what was written last. */
  #romSelected = false;

  constructor(processor: VirtualProcessor) {
    this.#next = processor.interceptHandler;
    processor.interceptHandler = this;
  }

  intercept(processor: VirtualProcessor): void {
    const { access } = processor;
    const kind = access.write ? 'writes' : 'reads';
    this.purposes[this.#purpose(access)][kind]++;
    const name = nameOf(access.port);
    this.registers[name] ??= none();
    this.registers[name][kind]++;
    this.#next?.intercept(processor);
  }

  #purpose({ port, write, value }: PortAccess): keyof ProbePurposes {
    const offset = port - TULIP_PORT_BASE;
    if (offset < 0 || offset >= WINDOW) return 'configuration';
    if (offset !== CSR9_SERIAL_ROM) return 'other';
    if (write) this.#romSelected = (value & SELECT_SERIAL_ROM) !== 0;
    return this.#romSelected ? 'serialRom' : 'mii';
  }
}

/**
 * A guest's driver probes its emulated adapter and does nothing else: what it learns, every access by
 * what it was for, and the bill.
 * @throws UsageError for an option that cannot be, or a driver that writes into the ledger; EngineError
 * for a probe that does not end
 */
export async function probeTulip(options: ProbeOptions = {}): Promise<ProbeReport> {
  const { host, device, meter } = plugIn(options);
  const { engine, ledger, hypervisor } = host;
  engine.run(Infinity, MAX_EVENTS);
  const accesses = Hypervisor.ioExitsOf(hypervisor);
  if (ledger.ioExits !== accesses) throw new UsageError('driver: it may not write into the ledger');
  const rows = ledger.rows();
  const exits = EXITS.map((cause, i) => [cause, ledger.exits[i]] as const);
  return {
    identity: device.identity,
    problem: device.problem,
    accesses,
    purposes: meter.purposes,
    registers: meter.registers,
    exitsBy: Object.fromEntries(exits.filter(([, count]) => count > 0)),
    cycles: rows.reduce((sum, row) => sum + row.cycles, 0),
    microseconds: engine.now / 1e6,
    ledger: rows,
  };
}

/** A host with one machine and its adapter, whose driver will stop behind its probe. */
function plugIn(options: ProbeOptions) {
  const { profile, line } = completeConfig({ paths: ['emulated'], profile: options.profile });
  const { phyAddress = 1 } = options;
  if (!(Number.isInteger(phyAddress) && phyAddress >= 0 && phyAddress < 32))
    throw new UsageError(`phyAddress: ${phyAddress} is not a whole number from 0 to 31`);
  // What comes behind the probe is left out.
  class Probing extends (options.driver ?? TulipDriver) {
    protected override *bringUp(): GuestCode {}
  }
  const host = new HyperVHost({
    costs: costsOf(findProfile(profile)),
    lineGbps: LINES[line],
    rootCores: 1,
    maxFrame: MAX_FRAME,
    guestBytes: 3 * MEBIBYTE,
    postedInterrupts: false,
  });
  const machine = host.newVM({ memoryBytes: 2 * MEBIBYTE });
  const { device } = machine.addNetworkAdapter({
    switch: host.newVMSwitch({ enableIov: false }),
    legacy: true,
    macAddress: options.macAddress,
    phys: new Map([[phyAddress, new Phy()]]),
    board: options.board,
    drivers: { tulip: Probing },
  });
  if (!(device instanceof TulipDriver)) throw new UsageError('driver: it is none of a 21140');
  return { host, device, meter: new AccessMeter(machine.processors[0]) };
}

function none(): AccessCount {
  return { reads: 0, writes: 0 };
}

function nameOf(port: number): string {
  const offset = port - TULIP_PORT_BASE;
  if (offset >= 0 && offset < WINDOW) return `CSR${offset >> 3}`;
  return `port ${port.toString(16)}`;
}
