import { PIN_VECTOR, TulipDriver } from '../../machine/guest/tulip/driver.ts';
import type { MacAddress } from '../../machine/net/frame.ts';
import type { Task } from '../../machine/partition/virtual-processor.ts';
import { plugEmulatedAdapter } from '../emulated-adapter.ts';
import type { AdapterSettings, NetworkAdapter } from '../network-adapter.ts';
import type { VirtualMachine } from '../virtual-machine.ts';

/** A legacy adapter: a 21140 in a worker process, and the guest's driver for it. */
export function addEmulatedAdapter(
  machine: VirtualMachine,
  settings: AdapterSettings,
  mac: MacAddress,
): NetworkAdapter {
  const [processor] = machine.processors;
  const worker = plugEmulatedAdapter(machine.host, {
    partition: machine.partition,
    memory: machine.memory,
    switch: settings.switch,
    root: machine.rootProcessor(0),
    interrupt: { processor, vector: PIN_VECTOR },
    macAddress: mac,
    board: settings.board,
    phys: settings.phys,
  });
  const task: Task = worker;
  task.place = `worker ${machine.index}`;
  const Driver = settings.drivers?.tulip ?? TulipDriver;
  const device = new Driver(machine.memory, processor);
  device.open();
  return { device, macAddress: mac, path: 'emulated', port: worker.frames, worker };
}
