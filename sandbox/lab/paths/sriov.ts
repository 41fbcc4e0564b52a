import { ADAPTER_VECTOR, VfDriver, type VfDriverSettings } from '../../machine/guest/vf-driver.ts';
import type { MacAddress } from '../../machine/net/frame.ts';
import type { IovRequest } from '../management.ts';
import type { AdapterSettings, GuestDrivers, NetworkAdapter } from '../network-adapter.ts';
import type { VirtualMachine } from '../virtual-machine.ts';
import { AdapterIov, attachDomain } from './virtual-function.ts';
import { addSyntheticAdapter } from './vmbus.ts';

/**
 * A synthetic adapter, and a virtual function for it if the NIC's switch has one to give. The function
 * carries the adapter's frames once the guest has set it up and asked for that, 100 ms after it appeared.
 */
export function addVirtualFunction(
  machine: VirtualMachine,
  settings: AdapterSettings,
  request: IovRequest,
): NetworkAdapter {
  const adapter = addIovAdapter(machine, settings, request);
  adapter.iov?.give();
  return adapter;
}

/** The synthetic adapter of such a pair, before there is a function for it. */
export function addIovAdapter(
  machine: VirtualMachine,
  settings: AdapterSettings,
  request: IovRequest,
): NetworkAdapter {
  const { macAddress } = request;
  const synthetic = addSyntheticAdapter(machine, settings, macAddress, true);
  const iov = new AdapterIov(machine, settings, synthetic, request);
  const adapter = withFunction(synthetic, iov);
  iov.adapterIs(adapter);
  iov.awaitGuest();
  return adapter;
}

/** The two as one adapter, whose path is the one that its frames take now. */
function withFunction(synthetic: NetworkAdapter, iov: AdapterIov): NetworkAdapter {
  return {
    ...synthetic,
    device: iov.failover,
    iov,
    get path() {
      return iov.failover.state === 'vf' ? ('sriov' as const) : ('vmbus' as const);
    },
    get port() {
      return iov.failover.state === 'vf' ? undefined : synthetic.port;
    },
    get buffers() {
      return synthetic.buffers;
    },
    get functionIndex() {
      return iov.vf === undefined ? undefined : iov.vf.attached.vfId + 1;
    },
    get requesterId() {
      return iov.vf?.attached.requesterId;
    },
  };
}

/** The physical function, driven by the only system of a machine without a hypervisor. */
export function addPhysicalFunction(
  machine: VirtualMachine,
  queues: number,
  macAddress: MacAddress,
  drivers: GuestDrivers,
  settings?: VfDriverSettings,
): NetworkAdapter {
  return { ...driveAlone(machine, 0, queues, macAddress, drivers, settings), path: 'native' };
}

/**
 * A virtual function that the guest drives alone, without a synthetic adapter beside it: all that it sends goes
 * to the NIC. Not Hyper-V's way; other hypervisors assign a function like this.
 */
export function addLoneFunction(machine: VirtualMachine, macAddress: MacAddress): NetworkAdapter {
  return driveAlone(machine, machine.host.nic.enableVf(1), 1, macAddress, {});
}

/** Gives the machine's driver a function of the NIC: filter, domain and interrupts. */
function driveAlone(
  machine: VirtualMachine,
  functionIndex: number,
  queues: number,
  macAddress: MacAddress,
  drivers: GuestDrivers,
  settings?: VfDriverSettings,
): NetworkAdapter {
  const { host } = machine;
  const nicFunction = host.nic.functions[functionIndex];
  const { requesterId } = nicFunction;
  host.nic.setFilter(macAddress, functionIndex);
  attachDomain(machine, requesterId);
  const processors = Array.from(
    { length: queues },
    (_, queue) => machine.processors[queue % machine.processors.length],
  );
  for (const [queue, processor] of processors.entries())
    for (const vector of [2 * queue, 2 * queue + 1])
      nicFunction.messages[vector] = host.remapping.add({
        sourceId: requesterId,
        processor,
        vector: ADAPTER_VECTOR + queue,
        posted: host.options.postedInterrupts,
      });
  const Driver = drivers.vf ?? VfDriver;
  const { maxFrame } = host.options;
  const device = new Driver(machine.memory, nicFunction, processors, maxFrame, settings);
  return { device, macAddress, path: 'sriov', functionIndex, requesterId };
}
