import type { BusMaster } from '../machine/devices/dec21140/device.ts';
import type { Phy } from '../machine/devices/dec21140/phy.ts';
import type { BoardDescription } from '../machine/devices/dec21140/serial-rom-image.ts';
import { ADAPTER_DEVICE, WorkerProcess } from '../machine/host/worker-process.ts';
import type { MacAddress } from '../machine/net/frame.ts';
import type { InterruptTarget } from '../machine/partition/hypervisor.ts';
import type { Partition } from '../machine/partition/partition.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { configureAdapter } from './firmware.ts';
import type { HyperVHost } from './host.ts';
import { UsageError } from './usage.ts';
import type { VMSwitch } from './vm-switch.ts';

/** What an emulated adapter is plugged into. */
export interface EmulatedAdapterOptions {
  partition: Partition;
  /** The guest's memory. */
  memory: BusMaster;
  switch: VMSwitch;
  /** The root's processor that gets the messages and runs the worker process. */
  root: VirtualProcessor;
  interrupt: InterruptTarget;
  macAddress: MacAddress;
  board?: BoardDescription;
  phys?: ReadonlyMap<number, Phy>;
  onPin?: (level: boolean) => void;
}

/**
 * Starts the worker process of a partition with its emulated adapter: a port of the switch, intercepts
 * on the partition's I/O ports, a filter of the NIC, and what the firmware does.
 * @throws UsageError when `root` is not a processor of the host's root partition
 */
export function plugEmulatedAdapter(
  host: HyperVHost,
  options: EmulatedAdapterOptions,
): WorkerProcess {
  const { partition, root, macAddress } = options;
  const { core, external } = options.switch;
  const { synic } = root;
  if (synic === undefined) throw new UsageError('root: this processor is not one of the root');
  const worker = new WorkerProcess({
    hypervisor: host.hypervisor,
    host: host.memory,
    memory: options.memory,
    processor: root,
    switch: core,
    external,
    interrupt: options.interrupt,
    macAddress,
    board: options.board,
    phys: options.phys,
    onPin: options.onPin,
  });
  core.connectAdapter(worker.frames, macAddress);
  host.intercepts.add(partition, worker);
  host.hypervisor.installIntercepts(partition, worker, synic);
  host.nic.setFilter(macAddress, 0, host.root.indexOf(root));
  configureAdapter(worker.ports, ADAPTER_DEVICE);
  return worker;
}
