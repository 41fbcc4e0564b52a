import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { UsageError } from '../usage.ts';
import { runMachine } from './run-machine.ts';
import type { MachineSettings } from './settings.ts';

const SHORT = { frames: 60, seed: 3 };
const run = (settings: MachineSettings) =>
  runMachine({
    workload: SHORT,
    ...settings,
    host: { profile: 'sandybridge-2012', ...settings.host },
  });

describe('the path follows from the settings', () => {
  const boxes = (onSwitch: boolean, onAdapter: boolean): MachineSettings => ({
    vmSwitch: { enableIov: onSwitch },
    adapter: { iovWeight: onAdapter ? 100 : 0 },
  });

  test.each([
    [false, false, 'vmbus', /switch: .*created without SR-IOV.* IovWeight is 0/],
    [true, false, 'vmbus', /^network adapter: .*IovWeight is 0/],
    [false, true, 'vmbus', /^switch: .*created without SR-IOV, and that cannot be changed/],
    [true, true, 'sriov', /Both boxes are ticked/],
  ] as const)('switch %s, adapter %s: %s', async (onSwitch, onAdapter, path, why) => {
    const seen = await run(boxes(onSwitch, onAdapter));
    expect(seen.path).toBe(path);
    expect(seen.way.rows).toHaveLength(1);
    expect(seen.way.rows[0][2]).toMatch(why);
    expect(Object.keys(seen.comparison.paths)).toEqual([path]);
    expect(seen.comparison.config.paths).toEqual([path]);
    expect(seen.adapters[0].vfDataPathActive).toBe(path === 'sriov');
    expect(seen.comparison.paths[path]?.deliveredFrames).toBe(60);
    const asked = onAdapter && path === 'vmbus';
    expect(/asked for a virtual function/.test(seen.comparison.paths[path]?.note ?? '')).toBe(
      asked,
    );
  });

  test('a legacy adapter is emulated, whatever the switch allows', async () => {
    const seen = await run({ vmSwitch: { enableIov: true }, adapter: { legacy: true } });
    expect(seen.path).toBe('emulated');
    expect(seen.comparison.paths.emulated?.perFrame.ioExits).toBeGreaterThan(3);
    expect(seen.facts.rows.find(([layer]) => layer === 'switch')).toContain('0 of 63 VFs');
  });

  test('both boxes on a host that lacks something: VMBus, and the report says what', async () => {
    const seen = await run({ ...boxes(true, true), host: { capabilities: { acs: false } } });
    expect(seen.path).toBe('vmbus');
    expect(seen.way.rows[0][2]).toMatch(/^host: /);
    expect(seen.comparison.paths.vmbus?.note).toMatch(/asked for a virtual function. host: /);
    expect(seen.comparison.paths.vmbus?.perFrame.copies).toBe(1);
  });

  test('more machines than virtual functions: some of each, in rows that say which', async () => {
    const seen = await run({
      ...boxes(true, true),
      vms: { count: 4 },
      host: { capabilities: { virtualFunctions: 2, virtualPorts: 3 } },
    });
    expect(seen.path).toBe('sriov');
    expect(seen.way.rows.map(([who, path]) => `${who}: ${path}`)).toEqual([
      'VM 0 to 1: SR-IOV',
      'VM 2 to 3: VMBus',
    ]);
    expect(seen.way.rows[1][2]).toMatch(/All virtual functions of the adapter are in use/);
    expect(seen.comparison.paths.sriov?.note).toMatch(/2 of 4 adapters have no virtual function/);
  });
});

describe('the run is the one that a comparison makes', () => {
  test.each([
    ['emulated', { adapter: { legacy: true } }],
    ['vmbus', {}],
    ['sriov', { vmSwitch: { enableIov: true }, adapter: { iovWeight: 100 } }],
  ] as const)('%s', async (path, settings) => {
    const { comparison } = await run({ ...settings, beside: ['vmbus', 'sriov'] });
    const workload = { ...SHORT, profile: 'sandybridge-2012' };
    const { paths } = await compare({ ...workload, paths: ['emulated', 'vmbus', 'sriov'] });
    for (const name of [path, 'vmbus', 'sriov'] as const)
      expect(comparison.paths[name]).toEqual({
        ...paths[name],
        ...(name === path && { note: 'This is the machine as it is set.' }),
      });
  });

  test('settings of pages arrive: cores, queues, spreading, line', async () => {
    const { comparison } = await run({
      host: { rootCores: 4, line: '25G' },
      vms: { count: 2, processors: 2 },
      adapter: { queues: 2, vmqWeight: 0, vrssEnabled: false },
    });
    expect(comparison.config).toMatchObject({
      rootCores: 4,
      line: '25G',
      vms: 2,
      guestCores: 2,
      queues: 2,
      vmq: false,
      vrss: false,
      seed: 3,
    });
  });

  test('a bulk transfer, and a path that does not carry one', async () => {
    const bulk = { frame: 1514, bulk: { bytes: 200_000 } };
    const { comparison } = await run({ workload: bulk });
    expect(comparison.paths.vmbus?.bulk).toBeDefined();
    await expect(run({ workload: bulk, adapter: { legacy: true } })).rejects.toThrow(
      /paths: a bulk transfer takes native, vmbus, sriov, not emulated/,
    );
  });

  test('a frame that the emulated adapter does not take is refused there', async () => {
    const seen = await run({ adapter: { legacy: true }, workload: { ...SHORT, frame: 9014 } });
    expect(seen.comparison.paths.emulated).toMatchObject({ limitedBy: 'frame size' });
    expect(seen.comparison.paths.emulated?.note).toMatch(/as it is set. refused: .* 1514 bytes/);
  });
});

describe('the limit of a port', () => {
  const limited = { maximumBandwidth: 100e6 };
  const workload = { frames: 2000, seed: 3 };

  test('drops what is above it on the paths through the virtual switch', async () => {
    const { comparison } = await run({ adapter: limited, workload });
    const [, dropped] = /dropped (\d+) frames/.exec(comparison.paths.vmbus?.note ?? '') ?? [];
    expect(Number(dropped)).toBeGreaterThan(1000);
    expect((comparison.paths.vmbus?.deliveredFrames ?? 0) + Number(dropped)).toBe(2000);
  });

  test('is passed by through a virtual function, which the report says', async () => {
    const adapter = { ...limited, iovWeight: 100 };
    const seen = await run({ vmSwitch: { enableIov: true }, adapter, workload });
    expect(seen.comparison.paths.sriov?.deliveredFrames).toBe(2000);
    expect(seen.way.rows[0][2]).toMatch(/pass the virtual switch by, and the limit with it/);
  });
});

describe('settings that cannot be are refused with page and setting', () => {
  test.each<[object, RegExp]>([
    [{ cpu: {} }, /no page 'cpu'; it has host, vmSwitch, vms, adapter, workload and beside/],
    [{ host: [] }, /host: give an object/],
    [{ host: { ram: 4 } }, /host has no setting 'ram'; it has profile, /],
    [{ host: { rootCores: 17 } }, /rootCores: 17 .* 1 to 16/],
    [{ host: { capabilities: { magic: true } } }, /capabilities: there is no 'magic'/],
    [{ host: { profile: 'pentium' } }, /profile: there is no 'pentium'/],
    [{ vmSwitch: { enableIov: 'yes' } }, /vmSwitch.enableIov: 'yes' is not true or false/],
    [{ vmSwitch: { name: '' } }, /vmSwitch.name: give a name of 1 to 40/],
    [{ vmSwitch: { name: 7 } }, /vmSwitch.name: give a name/],
    [{ vms: { count: 61 } }, /vms: 61 .* 1 to 60/],
    [{ vms: { processors: 0 } }, /guestCores: 0 .* 1 to 16/],
    [{ adapter: { iovWeight: 101 } }, /adapter.iovWeight: 101 is not a number from 0 to 100/],
    [{ adapter: { vmqWeight: -1 } }, /adapter.vmqWeight: -1/],
    [{ adapter: { legacy: 1 } }, /adapter.legacy: '1'/],
    [{ adapter: { legacy: true, iovWeight: 100 } }, /a legacy network adapter has no SR-IOV/],
    [{ adapter: { legacy: true, queues: 2 } }, /a legacy network adapter has one queue/],
    [{ adapter: { maximumBandwidth: 5 } }, /maximumBandwidth: 5 is not 0/],
    [{ adapter: { queues: 9 } }, /queues: 9 .* 1 to 8/],
    [{ beside: 'vmbus' }, /beside: give a list/],
    [{ beside: ['magic'] }, /beside: 'magic' is not one of native, emulated, vmbus, sriov/],
    [{ workload: { paths: [] } }, /workload has no setting 'paths'/],
    [{ workload: { frame: 10 } }, /frame: 10 .* 60 to 9014/],
  ])('%j', async (settings, words) => {
    await expect(runMachine(settings as MachineSettings)).rejects.toThrow(UsageError);
    await expect(runMachine(settings as MachineSettings)).rejects.toThrow(words);
  });
});
