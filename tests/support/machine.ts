/**
 * What tests of the machine are built from: costs that are easy to add up, and a processor of each kind.
 * Every cost is another small number, so that a wrong one shows in a sum.
 */
import { Engine, NANOSECOND } from '../../sandbox/machine/engine/engine.ts';
import type { Trace } from '../../sandbox/machine/engine/trace.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../../sandbox/machine/memory/host-memory.ts';
import type { Costs } from '../../sandbox/machine/partition/costs.ts';
import { SetVpRegistersInput } from '../../sandbox/machine/partition/hypercalls.ts';
import { Hypervisor } from '../../sandbox/machine/partition/hypervisor.ts';
import { InterceptReader } from '../../sandbox/machine/partition/intercept-message.ts';
import { Ledger } from '../../sandbox/machine/partition/ledger.ts';
import { LogicalProcessor } from '../../sandbox/machine/partition/logical-processor.ts';
import {
  REGISTER_INTERCEPT_SUSPEND,
  REGISTER_RAX,
} from '../../sandbox/machine/partition/registers.ts';
import { Synic } from '../../sandbox/machine/partition/synic.ts';
import {
  MSR_SCONTROL,
  MSR_SIMP,
  MSR_SINT0,
  SINT_INTERCEPT,
} from '../../sandbox/machine/partition/synic-spec.ts';
import {
  type GuestCode,
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
  memoryBytesPerSecond: 1e12,
  apicVirtualization: false,
};

/** A core with one virtual processor of `kind` on it. */
export function oneProcessor(kind: ProcessorKind, costs: Partial<Costs> = {}, trace?: Trace) {
  const engine = new Engine(trace);
  const ledger = new Ledger();
  const lp = new LogicalProcessor(engine, ledger, { ...COSTS, ...costs });
  return { engine, ledger, lp, processor: new VirtualProcessor(lp, kind) };
}

/** A SynIC for `processor` with SINT 0 on its vector 0. */
export function openSynic(host: HostMemory, processor: VirtualProcessor): Synic {
  const synic = new Synic(host, processor);
  synic.writeMsr(MSR_SIMP, synic.messagePage + 1, 0);
  synic.writeMsr(MSR_SINT0 + SINT_INTERCEPT, 0x20, 0);
  synic.writeMsr(MSR_SCONTROL, 1, 0);
  return synic;
}

/**
 * A child partition of `count` processors with intercepts on ports 100 to 103, and a root processor
 * whose handler notes each message and takes it out of its slot; `answer` completes an access.
 */
export function childMachine(count = 1) {
  const { engine, ledger, lp, processor: root } = oneProcessor('root');
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const partition = hypervisor.createPartition();
  const processors = Array.from(
    { length: count },
    () => new VirtualProcessor(new LogicalProcessor(engine, ledger, lp.costs), 'guest'),
  );
  for (const each of processors) partition.add(each);
  const synic = openSynic(host, root);
  const messages = takeMessages(host, root, synic);
  const claims = (port: number) => port >= 100 && port < 104;
  hypervisor.installIntercepts(partition, { claims }, synic);
  const values: number[] = [];
  function* read(port: number, size = 4, by = processors[0]): GuestCode {
    Object.assign(by.access, { port, size, write: false });
    values.push(yield);
  }
  const input = new SetVpRegistersInput(host, host.allocate(4096));
  const answer = (partitionId: number, vpIndex: number, value: number): number => {
    input.begin(partitionId, vpIndex);
    input.add(REGISTER_RAX, value, 0);
    input.add(REGISTER_INTERCEPT_SUSPEND, 0, 0);
    return hypervisor.setVpRegisters(root, input);
  };
  const parts = { engine, ledger, host, root, hypervisor, processors };
  return { ...parts, messages, values, read, input, answer };
}

/** Notes each message in slot 0, with when its interrupt became pending, and takes it out. */
function takeMessages(host: HostMemory, root: VirtualProcessor, synic: Synic) {
  const messages: { sender: number; vpIndex: number; at: number }[] = [];
  const reader = new InterceptReader(host, synic.slot(SINT_INTERCEPT));
  const interrupt = root.interrupt.bind(root);
  let at = 0;
  root.interrupt = (vector, time, ...how) => {
    at = time;
    interrupt(vector, time, ...how);
  };
  root.install(0, {
    interrupt() {
      if (reader.type === 0) return undefined;
      messages.push({ sender: reader.sender, vpIndex: reader.vpIndex, at });
      host.u32[reader.at >>> 2] = 0;
      if (reader.pending) synic.scan(root.local);
      return undefined;
    },
  });
  return messages;
}
