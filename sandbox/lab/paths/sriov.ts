import { ADAPTER_VECTOR, VfDriver } from '../../machine/guest/vf-driver.ts';
import type { MacAddress } from '../../machine/net/frame.ts';
import { PHYSICAL_FUNCTION } from '../host.ts';
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
  const { macAddress } = request;
  const synthetic = addSyntheticAdapter(machine, settings, macAddress, true);
  const iov = new AdapterIov(machine, settings, synthetic, request);
  const adapter = withFunction(synthetic, iov);
  iov.adapterIs(adapter);
  iov.awaitGuest();
  iov.give();
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
): NetworkAdapter {
  const { host } = machine;
  const requesterId = PHYSICAL_FUNCTION;
  const [nicFunction] = host.nic.functions;
  host.nic.setFilter(macAddress, 0);
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
  const device = new Driver(machine.memory, nicFunction, processors, host.options.maxFrame);
  return { device, macAddress, path: 'native', functionIndex: 0, requesterId };
}
