import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { makeMac } from '../../net/frame.ts';
import { contradictions, queuePairsFor, usableVfs } from './capabilities.ts';
import { NicSwitch } from './nic-switch.ts';
import {
  NDIS_INVALID_RID,
  NDIS_INVALID_VF_FUNCTION_ID,
  NDIS_PF_FUNCTION_ID,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';
import { DOCUMENTED, ToldHardware } from './told-hardware.ts';

describe('the arithmetic of capabilities, hyperv-facts 3.2', () => {
  test('the worked example: 63 ports of two pairs, or 31 of four, beside the default one', () => {
    const split = { vfs: 63, vports: 64, defaultQueuePairs: 1 };
    expect(usableVfs(DOCUMENTED, { ...split, queuePairsPerVPort: 2 })).toBe(63);
    expect(usableVfs(DOCUMENTED, { ...split, queuePairsPerVPort: 4 })).toBe(31);
  });

  test.each([
    [{ maxVPorts: 63 }, /VPorts is below MaxNumVFs/],
    [{ maxQueuePairs: 63 }, /QueuePairs is below MaxNumVPorts/],
    [{ maxMacAddresses: 10 }, /MacAddresses is below/],
    [{ maxQueuePairsPerVPort: 3 }, /not a power of two/],
  ])('%o contradicts itself', (wrong, words) => {
    expect(contradictions(DOCUMENTED)).toEqual([]);
    const found = contradictions({ ...DOCUMENTED, ...wrong });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  test('a wish becomes the next power of two', () => {
    expect([1, 2, 3, 4, 5, 8].map(queuePairsFor)).toEqual([1, 2, 4, 4, 8, 8]);
  });
});

/** Many requests, most of them nonsense, on one switch. */
function storm(seed: number): void {
  const random = new Random(seed);
  const one = <T>(...values: T[]): T => values[random.below(values.length)];
  const hardware = new ToldHardware({
    maxVfs: 7,
    maxVPorts: 8 + random.below(4),
    maxQueuePairs: 16,
    maxMacAddresses: 9,
    singleVPortPool: random.below(2) === 0,
    asymmetricQueuePairs: random.below(2) === 0,
  });
  const nicSwitch = new NicSwitch(hardware);
  const who = () => one('vmswitch', 'other');
  const any = () => one(0, 1, 2, 3, 4, 5, 6, 7, 8, -1, 0xffff, 1.5, Number.NaN);
  const requests: (() => number)[] = [
    () =>
      nicSwitch.createSwitch({
        switchId: one(0, 0, 1),
        vfs: any(),
        vports: one(8, any()),
        defaultQueuePairs: one(1, any()),
        queuePairsPerVPort: one(1, 2, any()),
      }),
    () => nicSwitch.deleteSwitch({ switchId: one(0, 1) }),
    () =>
      nicSwitch.allocateVf(
        {
          switchId: one(0, 0, 1),
          vmName: 'vm',
          macAddress: makeMac(1, 0),
          vfId: one(NDIS_INVALID_VF_FUNCTION_ID, 0),
          requesterId: NDIS_INVALID_RID,
        },
        who(),
      ),
    () => nicSwitch.freeVf({ vfId: any() }, who()),
    () => nicSwitch.resetVf({ vfId: any() }),
    () =>
      nicSwitch.createVPort(
        {
          switchId: one(0, 0, 1),
          attachedFunctionId: one(NDIS_PF_FUNCTION_ID, any()),
          queuePairs: one(1, 2, any()),
        },
        who(),
      ),
    () => nicSwitch.deleteVPort({ vportId: any() }, who()),
    () => nicSwitch.setFilter({ vportId: any(), mac: makeMac(1, random.below(12)), vlan: any() }),
    () => nicSwitch.setFilter({ vportId: any(), mac: makeMac(1, random.below(12)) }),
    () => nicSwitch.clearFilter({ filterId: random.below(400) }),
    () =>
      nicSwitch.moveFilter({
        filterId: random.below(400),
        sourceVPortId: any(),
        destVPortId: any(),
      }),
  ];
  let succeeded = 0;
  for (let i = 0; i < 10_000; i++) {
    if (requests[random.below(requests.length)]() === NDIS_STATUS_SUCCESS) succeeded++;
    conserved(nicSwitch, hardware);
  }
  expect(succeeded).toBeGreaterThan(150);
}

/** Nothing is given out twice, nothing that is not there, and every filter points to a port. */
function conserved(nicSwitch: NicSwitch, hardware: ToldHardware): void {
  const { split, ports } = nicSwitch;
  const of = hardware.capabilities;
  if (split === undefined || ports === undefined) {
    if (nicSwitch.vfsInUse !== 0 || nicSwitch.filters.count !== 0) throw new Error('left over');
    return;
  }
  const bound = Math.min(
    split.vfs,
    split.vports - 1,
    of.maxMacAddresses - 1,
    Math.floor((of.maxQueuePairs - split.defaultQueuePairs) / split.queuePairsPerVPort),
  );
  const attached = Array.from({ length: split.vfs }, (_, vf) => ports.ofVf(vf)).filter(Boolean);
  const fine =
    nicSwitch.vfsInUse <= bound &&
    attached.length <= nicSwitch.vfsInUse &&
    ports.count <= split.vports &&
    ports.queuePairsInUse <= of.maxQueuePairs &&
    nicSwitch.filters.addresses <= of.maxMacAddresses;
  if (!fine) throw new Error(`more is in use than there is: ${JSON.stringify(split)}`);
  for (let n = 0; n < 12; n++)
    if (ports.get(nicSwitch.portFor(makeMac(1, n))) === undefined)
      throw new Error(`station ${n} has a filter on a port that is gone`);
}

describe('I10: conservation', () => {
  test.each([1, 2, 3, 4])('whatever is asked in whatever order, seed %i', (seed) => {
    expect(() => storm(seed)).not.toThrow();
  });

  test('in use at once: as many as the smallest pool allows', () => {
    const hardware = new ToldHardware({ maxQueuePairsPerVPort: 4, asymmetricQueuePairs: true });
    const nicSwitch = new NicSwitch(hardware);
    nicSwitch.createSwitch({
      switchId: 0,
      vfs: 63,
      vports: 64,
      defaultQueuePairs: 1,
      queuePairsPerVPort: 2,
    });
    let served = 0;
    for (let vf = 0; vf < 63; vf++) {
      const request = {
        switchId: 0,
        vmName: `vm ${vf}`,
        macAddress: makeMac(1, vf),
        vfId: NDIS_INVALID_VF_FUNCTION_ID,
        requesterId: NDIS_INVALID_RID,
      };
      nicSwitch.allocateVf(request, 'vmswitch');
      const port = { switchId: 0, attachedFunctionId: vf, queuePairs: 4 };
      if (nicSwitch.createVPort(port, 'vmswitch') === NDIS_STATUS_SUCCESS) served++;
    }
    expect([nicSwitch.vfsInUse, served]).toEqual([63, Math.floor((128 - 1) / 4)]);
  });
});
