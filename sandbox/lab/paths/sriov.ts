import { ADAPTER_VECTOR, VfDriver } from '../../machine/guest/vf-driver.ts';
import { DMA_READ, DMA_WRITE } from '../../machine/iommu/iommu.ts';
import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import type { MacAddress } from '../../machine/net/frame.ts';
import { PHYSICAL_FUNCTION } from '../host.ts';
import type { AdapterSettings, GuestDrivers, NetworkAdapter } from '../network-adapter.ts';
import type { VirtualMachine } from '../virtual-machine.ts';

/** A function of the NIC for a guest. */
interface FunctionGrant {
  functionIndex: number;
  requesterId: number;
  queues: number;
  macAddress: MacAddress;
  drivers: GuestDrivers;
}

/** A virtual function of the NIC, assigned to the machine. */
export function addVirtualFunction(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
): NetworkAdapter {
  const { nic } = machine.host;
  const { queues = 1, drivers = {} } = settings;
  const functionIndex = nic.enableVf(queues);
  const { requesterId } = nic.functions[functionIndex];
  return assign(machine, { functionIndex, requesterId, queues, macAddress: mac, drivers });
}

/** The physical function, driven by the only system of a machine without a hypervisor. */
export function addPhysicalFunction(
  machine: VirtualMachine,
  queues: number,
  mac: MacAddress,
  drivers: GuestDrivers,
): NetworkAdapter {
  const grant = { functionIndex: 0, requesterId: PHYSICAL_FUNCTION, queues, drivers };
  return { ...assign(machine, { ...grant, macAddress: mac }), path: 'native' };
}

/** Gives the guest a function of the NIC: filter, domain, interrupts, and the driver for it. */
function assign(machine: VirtualMachine, grant: FunctionGrant): NetworkAdapter {
  const { host } = machine;
  const { functionIndex, requesterId, queues, macAddress, drivers } = grant;
  const nicFunction = host.nic.functions[functionIndex];
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
  const device = new Driver(machine.memory, nicFunction, processors, host.options.maxFrame);
  return { device, macAddress, path: 'sriov', functionIndex, requesterId };
}

/** A domain in which the device's addresses are this guest's physical ones. */
function attachDomain({ host, memory }: VirtualMachine, requesterId: number): void {
  const { iommu } = host;
  const domain = iommu.createDomain();
  for (let gpa = 0; gpa < memory.size; gpa += LARGE_PAGE_SIZE) {
    const target = memory.frameOf(gpa / PAGE_SIZE) * PAGE_SIZE;
    iommu.map(domain, gpa, target, DMA_READ | DMA_WRITE, true);
  }
  iommu.attach(requesterId, domain);
}
