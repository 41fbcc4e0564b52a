/**
 * What tests of the machine are built from: costs that are easy to add up, and a processor of each kind.
 * Every cost is another small number, so that a wrong one shows in a sum.
 */
import { Engine, NANOSECOND } from '../../sandbox/machine/engine/engine.ts';
import type { Trace } from '../../sandbox/machine/engine/trace.ts';
import type { Costs } from '../../sandbox/machine/partition/costs.ts';
import { Ledger } from '../../sandbox/machine/partition/ledger.ts';
import { LogicalProcessor } from '../../sandbox/machine/partition/logical-processor.ts';
import {
  type ProcessorKind,
  VirtualProcessor,
} from '../../sandbox/machine/partition/virtual-processor.ts';

/** 1 GHz: a cycle is a nanosecond. */
export const COSTS: Costs = {
  hertz: 1e9,
  vmexit: 1000,
  exitInHypervisor: 1500,
  exitUserMode: 5000,
  doorbellKick: 2000,
  interruptInject: 300,
  endOfInterrupt: 200,
  externalInterruptExit: 700,
  interruptHandler: 400,
  syscall: 100,
  threadSwitch: 900,
  copyWarm: 0.5,
  copyCold: 1,
  nicDriver: 50,
  stack: 60,
  virtualSwitch: 70,
  serviceProvider: 80,
  serviceClient: 90,
  ringPacket: 30,
  workerFrame: 40,
  doorbellWrite: 10,
  haltWake: 5000 * NANOSECOND,
  rootWake: 3000 * NANOSECOND,
  mmioWrite: 100 * NANOSECOND,
  dmaReadDescriptor: 200 * NANOSECOND,
  dmaReadFrame: 400 * NANOSECOND,
  dmaWrite: 300 * NANOSECOND,
  iotlbMiss: 0,
  pcieBitsPerSecond: 8e10,
  apicVirtualization: false,
};

/** A core with one virtual processor of `kind` on it. */
export function oneProcessor(kind: ProcessorKind, costs: Partial<Costs> = {}, trace?: Trace) {
  const engine = new Engine(trace);
  const ledger = new Ledger();
  const lp = new LogicalProcessor(engine, ledger, { ...COSTS, ...costs });
  return { engine, ledger, lp, processor: new VirtualProcessor(lp, kind) };
}
