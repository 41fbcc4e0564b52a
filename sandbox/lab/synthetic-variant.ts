import type { NetVscSettings } from '../machine/guest/netvsc/agreement.ts';
import { NetVsc } from '../machine/guest/netvsc/driver.ts';
import {
  DOORBELL_PORT,
  REGISTER_COUNT,
  REGISTER_PORTS,
  RegisterNetVsc,
} from '../machine/guest/register-netvsc.ts';
import type { CopyPolicy } from '../machine/host/copy-policy.ts';
import { HypervisorCopies } from '../machine/host/hypervisor-copies.ts';
import type { ProviderOptions } from '../machine/host/netvsp/provider.ts';
import { RX_ENTRIES } from '../machine/host/pf-driver.ts';
import { RegisterWorker } from '../machine/host/register-worker.ts';
import { UserMode } from '../machine/host/service-mode.ts';
import type { HostMemory } from '../machine/memory/host-memory.ts';
import { Channel } from '../machine/vmbus/channel.ts';
import { MessageChannel } from '../machine/vmbus/message-channel.ts';
import { receiveSectionSize } from '../machine/vmbus/nvsp.ts';
import type { HyperVHost } from './host.ts';
import { SHARED_SECTION, sharesReceive } from './shared-receive.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/**
 * How a VMBus adapter's service differs from Hyper-V's: which copies the root makes, and which of the
 * advantages of software devices it does without. Empty: none.
 */
export interface SyntheticVariant {
  copies?: Readonly<CopyPolicy>;
  /** Each packet is a message that the hypervisor carries; there is no ring. */
  messages?: boolean;
  /** The hypervisor copies frames between the partitions; no memory is shared for them. */
  copyThroughHypervisor?: boolean;
  /** Accesses, for each frame sent, to registers that a worker process emulates. */
  registerAccesses?: number;
  /** The provider runs in a process of the root. */
  userMode?: boolean;
  /**
   * The root offers the adapter's channels with a trigger of the monitor page: the hypervisor sees what the
   * guest signals within so many microseconds, 10 to 6553. Hypercalls signal when left out.
   */
  monitorLatency?: number;
  /** The guest's driver does not want to wait for that, and signals by hypercall all the same. */
  lowLatency?: boolean;
}

/** The channel of a variant: with rings, or with messages. */
export function channelKind(variant: SyntheticVariant | undefined): typeof Channel {
  return variant?.messages === true ? MessageChannel : Channel;
}

/** What the provider of a variant is made with. */
export function providerOptions(
  variant: SyntheticVariant | undefined,
  host: HostMemory,
  maxFrame: number,
): ProviderOptions {
  const options: ProviderOptions = { copies: variant?.copies };
  if (sharesReceive(variant)) {
    options.nicSections = RX_ENTRIES;
    options.receiveSectionSize = SHARED_SECTION;
  }
  if (variant?.userMode === true) options.mode = new UserMode();
  if (variant?.copyThroughHypervisor === true)
    options.mover = new HypervisorCopies(host, receiveSectionSize(maxFrame));
  return options;
}

/** The guest's driver of a variant; with registers, also the worker process behind them. */
export function newNetVsc(
  variant: SyntheticVariant | undefined,
  machine: VirtualMachine,
  host: HyperVHost,
  channels: Channel[],
  settings: NetVscSettings,
): NetVsc {
  const { hypervisor } = host;
  const { registerAccesses = 0 } = variant ?? {};
  if (registerAccesses === 0) return new NetVsc(machine.memory, channels[0], settings);
  const window = { base: REGISTER_PORTS, bytes: 4 * REGISTER_COUNT, doorbell: DOORBELL_PORT };
  const worker = new RegisterWorker(hypervisor, host.memory, channels, window);
  const { synic } = channels[0].rootProcessor;
  host.intercepts.add(machine.partition, worker);
  if (synic !== undefined) hypervisor.installIntercepts(machine.partition, worker, synic);
  const device = new RegisterNetVsc(machine.memory, channels[0], settings);
  device.accesses = registerAccesses;
  return device;
}
