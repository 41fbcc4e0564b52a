import { MICROSECOND } from '../machine/engine/engine.ts';
import { ADAPTER_VECTOR } from '../machine/guest/vf-driver.ts';
import { PF_VECTOR } from '../machine/host/pf-driver.ts';
import type { InterruptMessage } from '../machine/iommu/interrupt-remapping.ts';
import { MemoryRequests } from '../machine/iommu/memory-requests.ts';
import { FAULT_COMPATIBILITY, FAULT_SOURCE, FAULT_TEXT } from '../machine/iommu/spec.ts';
import { FIRST_VECTOR } from '../machine/partition/synic-spec.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { VMBUS_VECTOR } from '../machine/vmbus/channel.ts';
import { hex } from './dma-walk.ts';
import { completeConfig } from './options.ts';
import type { Report } from './report.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** What `forgeInterrupts` takes. */
export interface ForgeOptions {
  /** Interrupt remapping. */
  remapping: boolean;
  /** How often each message is sent, 1 to 2000; 100 when left out. */
  times?: number;
}

/** One message, sent by the function of VM 0. */
export interface ForgedMessage {
  name: string;
  address: number;
  data: number;
  /** Interrupts that a processor took, and whose it is; '' when nobody's. */
  taken: number;
  by: string;
  /** What the unit says: a reason in words, or '' when it let the message through. */
  refused: string;
  /** Cycles that the processor spent on them. */
  cycles: number;
}

export interface ForgeReport {
  messages: ForgedMessage[];
  report: Report;
}

/** From one message to the next: far enough apart that each is served on its own. */
const PERIOD = 30 * MICROSECOND;

/**
 * The function of VM 0 writes interrupt messages: the one it was given, its neighbour's, and two that it
 * made up. Each is four bytes to 0xFEEx_xxxx.
 * @throws UsageError for a number of times out of range
 */
export function forgeInterrupts({ remapping, times = 100 }: ForgeOptions): ForgeReport {
  if (!(Number.isInteger(times) && times >= 1 && times <= 2000))
    throw new UsageError(`times: ${times} is not 1 to 2000`);
  const messages = ['own', 'neighbour', 'forged neighbour', 'forged root'].map((which) =>
    send(which, remapping, times),
  );
  return { messages, report: tableOf(messages, times) };
}

/** A machine of its own for each message, so that none is counted for another. */
function send(which: string, remapping: boolean, times: number): ForgedMessage {
  const bed = new Testbed('sriov', completeConfig({ paths: ['sriov'], vms: 2, frames: 2 }));
  const { host } = bed;
  const unit = host.remapping;
  unit.enabled = remapping;
  const [own, neighbour] = bed.machines.map(({ processors }) => processors[0]);
  const [from, other] = bed.adapters.map(({ requesterId = 0 }) => requesterId);
  const vector = FIRST_VECTOR + ADAPTER_VECTOR;
  const direct = (processor: VirtualProcessor, wanted: number) =>
    unit.compatibilityMessage(unit.apicIdOf(processor), wanted);
  const entry = (requesterId: number, processor: VirtualProcessor): InterruptMessage => {
    if (!remapping) return direct(processor, vector);
    const source = { type: 'id', requesterId } as const;
    const destination = unit.apicIdOf(processor);
    return unit.messageFor(unit.allocate({ source, destination, vector }));
  };
  const [name, message] = {
    own: ['the message that it was given', entry(from, own)] as const,
    neighbour: ['the message of its neighbour', entry(other, neighbour)] as const,
    'forged neighbour': [
      'made up: to VM 1, another vector',
      direct(neighbour, FIRST_VECTOR + VMBUS_VECTOR),
    ] as const,
    'forged root': [
      'made up: to the root',
      direct(host.root[0], FIRST_VECTOR + PF_VECTOR),
    ] as const,
  }[which] ?? ['', { address: 0, data: 0 }];
  const processors = [own, neighbour, host.root[0]];
  const counts = countInterrupts(processors);
  const spent = processors.map(({ lp }) => lp.busy);
  const requests = new MemoryRequests({ host: host.memory, iommu: host.iommu, remapping: unit });
  for (let i = 0; i < times; i++) {
    requests.write32(from, message.address, message.data, host.engine.now);
    host.engine.run(host.engine.now + PERIOD);
  }
  host.engine.run();
  const taker = counts.findIndex((count) => count > 0);
  const busy = taker < 0 ? 0 : processors[taker].lp.busy - spent[taker];
  return {
    name,
    ...message,
    taken: counts[taker] ?? 0,
    by: ['VM 0', 'VM 1', 'the root'][taker] ?? '',
    refused: unit.lastFault === undefined ? '' : reasonOf(unit.lastFault.code),
    cycles: taker < 0 ? 0 : Math.round((busy / 1e12) * processors[taker].lp.costs.hertz),
  };
}

/** VT-d's reason number and what it comes down to here. */
function reasonOf(code: number): string {
  const words: Record<number, string> = {
    [FAULT_SOURCE]: 'the entry is another’s',
    [FAULT_COMPATIBILITY]: 'it names a processor itself',
  };
  return `reason ${hex(code)}: ${words[code] ?? FAULT_TEXT[code]}`;
}

/** Counts what reaches each processor from now on. */
function countInterrupts(processors: VirtualProcessor[]): number[] {
  const counts = processors.map(() => 0);
  for (const [i, processor] of processors.entries()) {
    const take = processor.interrupt.bind(processor);
    // Defined rather than assigned: in the browser the machine's classes are frozen.
    Object.defineProperty(processor, 'interrupt', {
      value: (...how: Parameters<VirtualProcessor['interrupt']>) => {
        counts[i]++;
        take(...how);
      },
    });
  }
  return counts;
}

function tableOf(messages: ForgedMessage[], times: number): Report {
  return {
    kind: 'table',
    title: `Four messages from the function of VM 0, each sent ${times} times`,
    columns: [
      { name: 'Message' },
      { name: 'Address' },
      { name: 'Data' },
      { name: 'What came of it' },
      { name: 'Interrupts' },
      { name: 'Cycles they cost' },
    ],
    rows: messages.map(({ name, address, data, taken, by, refused, cycles }) => [
      name,
      hex(address),
      hex(data),
      taken > 0 ? `taken by ${by}` : `refused, ${refused}`,
      taken,
      cycles,
    ]),
  };
}
