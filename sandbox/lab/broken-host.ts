import { Random } from '../machine/engine/random.ts';
import type { Layer } from '../machine/host/management/refusals.ts';
import { NDIS_DEFAULT_SWITCH_ID, NDIS_PF_FUNCTION_ID } from '../machine/host/nic-switch/spec.ts';
import { HyperVHost } from './host.ts';
import {
  getNetAdapterSriov,
  getVMHost,
  getVMNetworkAdapter,
  getVMSwitch,
  refusalTable,
} from './management-reports.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { CapabilityName, HostCapabilities } from './platform/capabilities.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { TableReport } from './report.ts';
import { UsageError } from './usage.ts';
import type { VMSwitch } from './vm-switch.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 20_000_000;

/** What a question answers: facts by name, and nothing about why. */
export interface HostAnswer {
  iovSupport: boolean;
  iovSupportReasons: readonly string[];
}
export interface NetAdapterAnswer {
  sriovSupport: string;
  enabled: boolean;
}
export interface SwitchAnswer {
  iovEnabled: boolean;
  iovSupport: boolean;
  virtualFunctions: number;
  virtualFunctionsInUse: number;
  virtualPorts: number;
  virtualPortsInUse: number;
  queuePairs: number;
  queuePairsInUse: number;
}
export interface NetworkAdapterAnswer {
  iovWeight: number;
  queuePairsRequested: number;
  queuePairsAssigned: number;
  vfDataPathActive: boolean;
}

/** The four questions that can be asked about a machine. */
export interface Questions {
  getVMHost(): HostAnswer;
  getNetAdapterSriov(): NetAdapterAnswer;
  getVMSwitch(): SwitchAnswer;
  getVMNetworkAdapter(): NetworkAdapterAnswer;
}
export const QUESTIONS = [
  'Get-VMHost',
  'Get-NetAdapterSriov',
  'Get-VMSwitch',
  'Get-VMNetworkAdapter',
] as const;
export type QuestionName = (typeof QUESTIONS)[number];

/** What is wrong with a machine, as far as it can be found out from outside. */
export interface Finding {
  layer: Layer;
  /** As the layer's own question words it, or as management does where no question says it. */
  reason: string;
}

/** Parts that a host can lack, in the order in which the generator counts them. */
const PARTS: readonly CapabilityName[] = [
  'slat',
  'interruptRemapping',
  'dmaRemapping',
  'remappingEnabled',
  'biosSupport',
  'firmwareTables',
  'pciExpress',
  'expressControl',
  'acs',
  'acsInSlot',
  'barSpace',
  'busNumbers',
  'pfDriver',
  'sriovKeyword',
];
/** What else can be wrong: a box that is not ticked, or a pool that is empty. */
const SETTINGS = ['switch box', 'adapter box'] as const;
const POOLS = ['functions', 'ports', 'queue pairs'] as const;
type Fault = CapabilityName | (typeof SETTINGS)[number] | (typeof POOLS)[number];

/** Pools so small that one machine can find one of them empty. */
const SMALL: Readonly<Record<(typeof POOLS)[number], Partial<HostCapabilities>>> = {
  functions: { virtualFunctions: 1, virtualPorts: 2 },
  ports: { virtualFunctions: 3, virtualPorts: 4, singleVPortPool: true },
  'queue pairs': { virtualFunctions: 3, virtualPorts: 4, queuePairs: 4 },
};

/** A machine on which SR-IOV does not work, or perhaps does. Made from a seed, always the same. */
export class BrokenHost implements Questions {
  /** Questions asked so far. */
  questions = 0;
  readonly #host: HyperVHost;
  readonly #vmSwitch: VMSwitch;
  readonly #adapter: NetworkAdapter;

  /** @param faults 0 to 2, by name of what is missing */
  constructor(seed: number, faults: number) {
    const random = new Random(seed);
    const broken = drawFaults(random, faults);
    const pool = POOLS.find((name) => broken.has(name));
    const parts = PARTS.filter((part) => broken.has(part));
    const queues = pool === 'queue pairs' ? 4 : 1;
    const neighbours = pool === 'functions' ? 1 : random.below(2);
    this.#host = makeHost(queues, neighbours, {
      virtualFunctions: 8,
      virtualPorts: 9,
      queuePairs: 64,
      ...(pool && SMALL[pool]),
      ...Object.fromEntries(parts.map((part) => [part, false])),
    });
    this.#vmSwitch = this.#host.newVMSwitch({ enableIov: !broken.has('switch box') });
    if (pool === 'ports') this.#takePorts();
    for (let i = 0; i < neighbours; i++) this.#add(1, 100);
    this.#adapter = this.#add(queues, broken.has('adapter box') ? 0 : 1 + random.below(100));
    this.#host.engine.run(Infinity, MAX_EVENTS);
  }

  getVMHost(): HostAnswer {
    this.questions++;
    const { iovSupport, iovSupportReasons } = getVMHost(this.#host);
    return { iovSupport, iovSupportReasons };
  }

  getNetAdapterSriov(): NetAdapterAnswer {
    this.questions++;
    const { sriovSupport, enabled } = getNetAdapterSriov(this.#host);
    return { sriovSupport, enabled };
  }

  getVMSwitch(): SwitchAnswer {
    this.questions++;
    const of = getVMSwitch(this.#host, this.#vmSwitch);
    return {
      iovEnabled: of.iovEnabled,
      iovSupport: of.iovSupport,
      virtualFunctions: of.iovVirtualFunctionCount,
      virtualFunctionsInUse: of.iovVirtualFunctionsInUse,
      virtualPorts: of.virtualPortCount,
      virtualPortsInUse: of.virtualPortsInUse,
      queuePairs: of.iovQueuePairCount,
      queuePairsInUse: of.iovQueuePairsInUse,
    };
  }

  getVMNetworkAdapter(): NetworkAdapterAnswer {
    this.questions++;
    const of = getVMNetworkAdapter(this.#host, this.#adapter);
    return {
      iovWeight: of.iovWeight,
      queuePairsRequested: of.iovQueuePairsRequested,
      queuePairsAssigned: of.iovQueuePairsAssigned,
      vfDataPathActive: of.vfDataPathActive,
    };
  }

  /** The answer to one question as a table. */
  ask(question: QuestionName): TableReport {
    const answers: Record<QuestionName, () => object> = {
      'Get-VMHost': () => this.getVMHost(),
      'Get-NetAdapterSriov': () => this.getNetAdapterSriov(),
      'Get-VMSwitch': () => this.getVMSwitch(),
      'Get-VMNetworkAdapter': () => this.getVMNetworkAdapter(),
    };
    if (!Object.hasOwn(answers, question))
      throw new UsageError(`ask: '${question}' is not one of ${QUESTIONS.join(', ')}`);
    const rows = Object.entries(answers[question]()).map(([name, value]) => [name, show(value)]);
    return {
      kind: 'table',
      title: question,
      columns: [{ name: 'Property' }, { name: 'Value' }],
      rows,
    };
  }

  /** What a complete diagnosis finds, lowest layer first; empty on a machine that works. */
  get findings(): Finding[] {
    const { refusals } = getVMNetworkAdapter(this.#host, this.#adapter);
    return refusals.map(({ layer, reason }) => ({ layer, reason }));
  }

  /** The findings, with what each means. */
  reveal(): TableReport {
    const { refusals } = getVMNetworkAdapter(this.#host, this.#adapter);
    return refusalTable('What was wrong', refusals);
  }

  #add(queues: number, iovWeight: number): NetworkAdapter {
    return this.#host.newVM({ memoryBytes: bytesFor(queues) }).addNetworkAdapter({
      switch: this.#vmSwitch,
      iovWeight,
      queues,
      receiveBuffer: queues * MEBIBYTE,
      sendBuffer: MEBIBYTE,
    });
  }

  /** Another driver has made ports of the physical function until none is left. */
  #takePorts(): void {
    const nicSwitch = this.#host.management.nicSwitchFor(this.#vmSwitch);
    const left = (nicSwitch?.split?.vports ?? 1) - 1;
    const request = { switchId: NDIS_DEFAULT_SWITCH_ID, attachedFunctionId: NDIS_PF_FUNCTION_ID };
    for (let i = 0; i < left; i++)
      nicSwitch?.createVPort({ ...request, queuePairs: 1 }, 'another driver');
  }
}

/**
 * A machine whose SR-IOV has one or two faults.
 * @param seed any integer; the same machine for the same seed
 * @param options how many faults, 0 to 2; one or two by the seed when left out
 * @throws UsageError for another number of faults
 */
export function brokenHost(seed: number, options: { faults?: number } = {}): BrokenHost {
  const { faults = 1 + new Random(seed ^ 0x5eed).below(2) } = options;
  if (faults !== 0 && faults !== 1 && faults !== 2)
    throw new UsageError(`faults: ${faults} is not 0, 1 or 2`);
  return new BrokenHost(seed, faults);
}

/** Different things, of which at most one is an empty pool. */
function drawFaults(random: Random, count: number): Set<Fault> {
  const all: Fault[] = [...PARTS, ...SETTINGS, ...POOLS];
  const drawn = new Set<Fault>();
  while (drawn.size < count) {
    const fault = all[random.below(all.length)];
    const pools = POOLS.filter((name) => drawn.has(name) || name === fault).length;
    if (pools <= 1) drawn.add(fault);
  }
  return drawn;
}

function makeHost(
  queues: number,
  neighbours: number,
  capabilities: Partial<HostCapabilities>,
): HyperVHost {
  return new HyperVHost({
    costs: costsOf(findProfile('sandybridge-2012')),
    lineGbps: 10,
    rootCores: 1,
    maxFrame: 1514,
    guestBytes: bytesFor(queues) + neighbours * bytesFor(1) + MEBIBYTE,
    postedInterrupts: false,
    capabilities,
  });
}

function bytesFor(queues: number): number {
  return (2 + 4 * queues) * MEBIBYTE;
}

function show(value: unknown): string | number {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value as number | string;
}
