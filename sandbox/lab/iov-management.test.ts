import { describe, expect, test } from 'vitest';
import { HyperVHost } from './host.ts';
import {
  getNetAdapterSriov,
  getVMHost,
  getVMNetworkAdapter,
  getVMSwitch,
} from './management-reports.ts';
import type { CapabilityName, HostCapabilities } from './platform/capabilities.ts';
import { costsOf, findProfile } from './profiles.ts';
import { UsageError } from './usage.ts';

const MEBIBYTE = 1 << 20;

function hostWith(capabilities: Partial<HostCapabilities> = {}, mebibytes = 7): HyperVHost {
  return new HyperVHost({
    costs: costsOf(findProfile('sandybridge-2012')),
    lineGbps: 10,
    rootCores: 1,
    maxFrame: 1514,
    guestBytes: mebibytes * MEBIBYTE,
    postedInterrupts: false,
    capabilities,
  });
}

/** A host, its switch, and machines with an adapter each. */
function machine(
  capabilities: Partial<HostCapabilities> = {},
  { enableIov = true, iovWeight = 100, queues = 1, vms = 1 } = {},
) {
  const host = hostWith(capabilities, vms * (6 * queues + 1));
  const vmSwitch = host.newVMSwitch({ enableIov });
  const adapters = Array.from({ length: vms }, () =>
    host
      .newVM({ memoryBytes: 6 * queues * MEBIBYTE })
      .addNetworkAdapter({ switch: vmSwitch, iovWeight, queues }),
  );
  host.engine.run(Infinity, 10_000_000);
  return { host, vmSwitch, adapters, adapter: adapters[0] };
}

describe('supported, enabled and in use are three facts', () => {
  test('a working host, both boxes ticked', () => {
    const { host, vmSwitch, adapter } = machine();
    expect(getVMHost(host)).toMatchObject({ iovSupport: true, iovSupportReasons: [] });
    expect(getNetAdapterSriov(host)).toMatchObject({ sriovSupport: 'Supported', numVFs: 63 });
    expect(getVMSwitch(host, vmSwitch)).toMatchObject({
      iovEnabled: true,
      iovSupport: true,
      iovVirtualFunctionCount: 63,
      iovVirtualFunctionsInUse: 1,
      iovQueuePairsInUse: 2,
      virtualPortsInUse: 2,
    });
    expect(getVMNetworkAdapter(host, adapter)).toMatchObject({
      iovUsage: 100,
      vfId: 0,
      iovQueuePairsAssigned: 1,
      vfDataPathActive: true,
      refusals: [],
    });
    expect(adapter.requesterId).toBe(0x180);
  });

  test('supported, not enabled: as the capture of an X550 has it, no virtual function is counted', () => {
    const { host, vmSwitch, adapter } = machine({}, { enableIov: false });
    expect(getVMSwitch(host, vmSwitch)).toMatchObject({
      iovSupport: true,
      iovEnabled: false,
      iovVirtualFunctionCount: 0,
      iovQueuePairCount: 512,
    });
    expect(adapter.path).toBe('vmbus');
    expect(layers(host, adapter)).toEqual([['switch', 'SwitchNotIov']]);
  });

  test('enabled, not supported', () => {
    const { host, vmSwitch, adapter } = machine({ slat: false });
    expect(getVMSwitch(host, vmSwitch)).toMatchObject({ iovEnabled: true, iovSupport: false });
    expect([adapter.path, getVMNetworkAdapter(host, adapter).vfDataPathActive]).toEqual([
      'vmbus',
      false,
    ]);
  });

  test('the second box: without a weight nothing is asked for', () => {
    const { host, adapter } = machine({}, { iovWeight: 0 });
    expect(layers(host, adapter)).toEqual([['network adapter', 'NotAsked']]);
  });
});

function layers(host: HyperVHost, adapter: (typeof host.machines)[number]['adapters'][number]) {
  return getVMNetworkAdapter(host, adapter).refusals.map(({ layer, reason }) => [layer, reason]);
}

describe('one thing broken at a time', () => {
  const HOST: [CapabilityName, string[], string][] = [
    ['slat', ['NoSlat'], 'NoIoMmuSupport'],
    ['interruptRemapping', ['NoInterruptRemapping'], 'NoIoMmuSupport'],
    ['dmaRemapping', ['NoInterruptRemapping', 'NoDmaRemapping'], 'NoIoMmuSupport'],
    ['remappingEnabled', ['RemappingDisabled'], 'NoIoMmuSupport'],
    ['biosSupport', ['NotEnabledInBios'], 'NoIoMmuSupport'],
    ['firmwareTables', ['WrongFirmwareTables'], 'NoIoMmuSupport'],
    ['pciExpress', ['NoPciExpress'], 'Unknown'],
    ['expressControl', ['NoExpressControl'], 'NoOscSupport'],
    ['acs', ['NoAcs'], 'MissingAcs'],
  ];
  test.each(HOST)('host: %s', (part, reasons, ofAdapter) => {
    const { host, adapter } = machine({ [part]: false });
    expect(getVMHost(host).iovSupportReasons).toEqual(reasons);
    expect(getNetAdapterSriov(host).sriovSupport).toBe(ofAdapter);
    expect(layers(host, adapter)).toEqual(reasons.map((reason) => ['host', reason]));
    expect(adapter.path).toBe('vmbus');
  });

  const ADAPTER: [CapabilityName, string][] = [
    ['acsInSlot', 'MissingAcs'],
    ['busNumbers', 'NoBusResources'],
    ['barSpace', 'NoVfBarSpace'],
    ['pfDriver', 'MissingPfDriver'],
  ];
  test.each(ADAPTER)('adapter: %s', (part, value) => {
    const { host, adapter } = machine({ [part]: false });
    expect(getVMHost(host).iovSupport).toBe(true);
    expect(getNetAdapterSriov(host).sriovSupport).toBe(value);
    expect(layers(host, adapter)).toEqual([['adapter', value]]);
  });

  test('adapter: supported, and switched off in its own settings', () => {
    const { host, vmSwitch, adapter } = machine({ sriovKeyword: false });
    expect(getNetAdapterSriov(host)).toMatchObject({ sriovSupport: 'Supported', enabled: false });
    expect(getVMSwitch(host, vmSwitch).iovSupport).toBe(false);
    expect(layers(host, adapter)).toEqual([['adapter', 'AdapterDisabled']]);
  });

  test('eight VFs fit where sixty-three do not: room is a matter of size', () => {
    const few = { virtualFunctions: 8, virtualPorts: 9 };
    expect(getNetAdapterSriov(hostWith(few)).sriovSupport).toBe('Supported');
    expect(getNetAdapterSriov(hostWith({ ...few, barSpace: false })).sriovSupport).toBe(
      'NoVfBarSpace',
    );
  });
});

describe('several at once', () => {
  test('an old box', () => {
    const host = hostWith({ slat: false, biosSupport: false, expressControl: false, acs: false });
    expect(getVMHost(host).iovSupportReasons).toEqual([
      'NoSlat',
      'NotEnabledInBios',
      'NoExpressControl',
      'NoAcs',
    ]);
  });

  test('faults on four layers are named on four layers, lowest first', () => {
    const { host, adapter } = machine(
      { acs: false, sriovKeyword: false },
      { enableIov: false, iovWeight: 0 },
    );
    expect(layers(host, adapter)).toEqual([
      ['host', 'NoAcs'],
      ['adapter', 'AdapterDisabled'],
      ['switch', 'SwitchNotIov'],
      ['network adapter', 'NotAsked'],
    ]);
  });

  test('what cannot be looked at gives no reason of its own', () => {
    const host = hostWith({ biosSupport: false, interruptRemapping: false, pciExpress: false });
    expect(getVMHost(host).iovSupportReasons).toEqual(['NotEnabledInBios', 'NoPciExpress']);
  });
});

describe('what runs out', () => {
  test('virtual functions: the second machine stays synthetic, and carries on', () => {
    const few = { virtualFunctions: 1, virtualPorts: 2 };
    const { host, vmSwitch, adapters } = machine(few, { vms: 2 });
    expect(adapters.map(({ path }) => path)).toEqual(['sriov', 'vmbus']);
    expect(layers(host, adapters[1])).toEqual([['switch', 'NoVirtualFunction']]);
    expect(getVMSwitch(host, vmSwitch)).toMatchObject({
      iovVirtualFunctionCount: 1,
      iovVirtualFunctionsInUse: 1,
    });
  });

  test('queue pairs: more were asked for than are left', () => {
    const few = { virtualFunctions: 3, virtualPorts: 4, queuePairs: 4 };
    const { host, adapter } = machine(few, { queues: 4 });
    expect(layers(host, adapter)).toEqual([['switch', 'NoQueuePairs']]);
  });

  test('ports: those of the physical function have used up the pool', () => {
    const host = hostWith({ virtualFunctions: 3, virtualPorts: 4, singleVPortPool: true });
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    const nicSwitch = host.management.nicSwitchFor(vmSwitch);
    for (let i = 0; i < 3; i++)
      nicSwitch?.createVPort({ switchId: 0, attachedFunctionId: 0xffff, queuePairs: 1 }, 'other');
    const adapter = host
      .newVM({ memoryBytes: 6 * MEBIBYTE })
      .addNetworkAdapter({ switch: vmSwitch, iovWeight: 1 });
    expect(layers(host, adapter)).toEqual([['switch', 'NoVirtualPort']]);
  });

  test('a request for three queues gets a port with four', () => {
    const { host, adapter } = machine({}, { queues: 3 });
    expect(getVMNetworkAdapter(host, adapter)).toMatchObject({
      iovQueuePairsRequested: 3,
      iovQueuePairsAssigned: 4,
    });
  });
});

test('each virtual function gets the next requester id, and the NIC has it too', () => {
  const { host, adapters } = machine({}, { vms: 3 });
  expect(adapters.map(({ requesterId }) => requesterId)).toEqual([0x180, 0x182, 0x184]);
  const records = host.management.nicSwitchFor(host.newVMSwitch({ enableIov: true }))?.log.records;
  const requests = records?.filter(({ name }) => !name.includes('_CONFIG_'));
  const names = requests?.map(({ name }) => name) ?? [];
  expect(names.slice(-3)).toEqual(Array(3).fill('OID_RECEIVE_FILTER_MOVE_FILTER'));
  expect(names.slice(0, 4)).toEqual([
    'OID_NIC_SWITCH_CREATE_SWITCH',
    'OID_RECEIVE_FILTER_SET_FILTER',
    'OID_NIC_SWITCH_ALLOCATE_VF',
    'OID_NIC_SWITCH_CREATE_VPORT',
  ]);
});

test.each<[object, RegExp]>([
  [{ iommu: false }, /there is no 'iommu'; there are slat/],
  [{ slat: 1 }, /slat '1' is not true or false/],
  [{ virtualFunctions: 0 }, /virtualFunctions 0 is not a whole number from 1 to 63/],
  [{ virtualPorts: 60 }, /virtualPorts 60 must be more than virtualFunctions 63/],
  [{ queuePairs: 40 }, /queuePairs 40 must be at least virtualPorts 64/],
])('capabilities %o are refused', (wrong, words) => {
  expect(() => hostWith(wrong as Partial<HostCapabilities>)).toThrow(UsageError);
  expect(() => hostWith(wrong as Partial<HostCapabilities>)).toThrow(words);
});
