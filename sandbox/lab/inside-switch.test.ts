import { describe, expect, test } from 'vitest';
import { type InsideFrame, type InsideMachine, insideSwitch } from './inside-switch.ts';
import { filterRegisters, type NicFilters } from './nic-filters.ts';
import { UsageError } from './usage.ts';

const MACHINES: InsideMachine[] = [
  { name: 'red', mac: '02:00:00:00:00:0a', vf: true },
  { name: 'blue', mac: '02:00:00:00:00:0b', vf: true },
  { name: 'green', mac: '02:00:00:00:00:0c', vf: false },
];
const FILTERS: NicFilters = {
  addresses: MACHINES.map(({ mac }, pool) => ({ mac, pools: [pool] })),
  broadcast: [0, 1, 2],
};
const WIRE = 'the wire';

function run(frames: Omit<InsideFrame, 'name'>[], filters: Partial<NicFilters> = {}, seed = 0) {
  const named = frames.map((frame, i) => ({ ...frame, name: `${i}` }));
  return insideSwitch({
    machines: MACHINES,
    filters: { ...FILTERS, ...filters },
    frames: named,
    seed,
  });
}
const arrivals = (...args: Parameters<typeof run>) => run(...args).map(({ arrived }) => arrived);

describe('the switch inside the NIC carries what it should (I9)', () => {
  test('VF to VF: never on the wire, and without a cycle of the root', () => {
    const [result] = run([{ from: 'red', to: 'blue' }]);
    expect(result).toMatchObject({ arrived: ['blue'], pools: [1], stopped: false, rootCycles: 0 });
  });

  test('to and from a machine without a VF: over the default port, the virtual switch and VMBus', () => {
    const results = run([
      { from: 'red', to: 'green' },
      { from: 'green', to: 'red' },
    ]);
    expect(results.map(({ arrived }) => arrived)).toEqual([['green'], ['red']]);
    expect(results.map(({ pools }) => pools)).toEqual([[2], [0]]);
    for (const { rootCycles } of results) expect(rootCycles).toBeGreaterThan(1000);
  });

  test('a broadcast reaches everybody else, the synthetic adapter too, and the wire, from wherever', () => {
    const to = 'everybody';
    expect(
      arrivals([
        { from: 'red', to },
        { from: 'green', to },
        { from: 'outside', to },
      ]),
    ).toEqual([
      ['blue', 'green', WIRE],
      ['blue', 'red', WIRE],
      ['blue', 'green', 'red'],
    ]);
  });

  test('the order of the frames does not matter', () => {
    const frames = [
      { from: 'red', to: 'blue' },
      { from: 'outside', to: 'green' },
      { from: 'blue', to: 'outside' },
    ];
    expect(arrivals(frames, {}, 2)).toEqual(arrivals(frames, {}, 0));
  });
});

describe('and stops what it should, when it is told to', () => {
  const forged = [
    { from: 'red', as: 'blue', to: 'green' },
    { from: 'red', as: 'nobody', to: 'everybody' },
    { from: 'red', to: 'green' },
  ];

  test('addresses of others', () => {
    expect(arrivals(forged)[0]).toEqual(['green']);
    const checked = run(forged, { checkAddress: [0, 1] });
    expect(checked.map(({ stopped }) => stopped)).toEqual([true, true, false]);
    expect(checked.map(({ arrived }) => arrived)).toEqual([[], [], ['green']]);
  });

  test('VLANs of others', () => {
    const vlans = [
      { vlan: 10, pools: [0] },
      { vlan: 20, pools: [1] },
    ];
    const frames = [
      { from: 'red', to: 'blue', tag: 20 },
      { from: 'red', to: 'blue', tag: 10 },
      { from: 'outside', to: 'red' },
    ];
    expect(arrivals(frames, { vlans, untagged: [] })).toEqual([['blue'], [], []]);
    expect(arrivals(frames, { vlans, untagged: [0], checkVlan: [0] })).toEqual([[], [], ['red']]);
  });
});

describe('filters as registers', () => {
  const writes = (filters: Partial<NicFilters>, vfs = 2) =>
    filterRegisters({ ...FILTERS, ...filters }, vfs);

  test('the words that the recorded driver wrote, for what it set', () => {
    const found = writes(
      {
        addresses: [{ mac: '52:54:00:12:34:56', pools: [2] }],
        vlans: [{ vlan: 0, pools: [0, 1, 2] }],
        checkAddress: [0, 1, 3, 4, 5, 6, 7],
        checkVlan: [0, 1, 3, 4, 5, 6, 7],
      },
      7,
    );
    const words = new Map(found.map(({ offset, value }) => [offset, value]));
    expect(words.get(0x5404)).toBe(0x80105634);
    expect(words.get(0x5d00)).toBe(0x80007000);
    expect(words.get(0x5ad0)).toBe(0x890105f2);
    expect(words.get(0x3500)).toBe(0x8000fbfb);
  });

  test.each([
    ['an address that is none', { addresses: [{ mac: '02:00', pools: [0] }] }],
    ['a pool that is not there', { broadcast: [3] }],
    ['a VLAN that cannot be', { vlans: [{ vlan: 4095, pools: [0] }] }],
    ['no list', { checkAddress: 0 as unknown as number[] }],
    ['25 addresses', { addresses: new Array(25).fill(FILTERS.addresses[0]) }],
  ])('refuses %s', (_name, filters) => {
    expect(() => writes(filters)).toThrow(UsageError);
  });

  test('refuses machines and frames that cannot be', () => {
    expect(() => run([{ from: 'nobody', to: 'red' }])).toThrow(UsageError);
    expect(() => run([{ from: 'red', to: 'nobody' }])).toThrow(UsageError);
    expect(() => run([{ from: 'red', to: 'blue', tag: 0 }])).toThrow(UsageError);
    const machines = [{ name: 'red', mac: 'none', vf: true }];
    expect(() => insideSwitch({ machines, filters: FILTERS, frames: [] })).toThrow(UsageError);
  });
});
