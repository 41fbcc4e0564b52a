import { type Expectation, probeTulip, Random, TulipDriver } from 'two-checkboxes';

/** Another maker's media description: it differs in what the board advertises, which few drivers look at. */
const OTHER_LEAF = Uint8Array.from([
  0x00, 0x08, 0x1f, 0x01, 0x8e, 0x01, 0x00, 0x01, 0x08, 0x01, 0x00, 0x00, 0x78, 0xe0, 0x01, 0x00,
  0x50, 0x00, 0x18,
]);

/**
 * Adapters with another address or another board in the ROM, and another place for the transceiver, drawn
 * anew for each check.
 */
function adaptersOf(seed: number) {
  const random = new Random(seed);
  const macAddress = { high: random.below(0x7f) * 2, low: random.next() };
  const board = { subsystemVendor: 1 + random.below(0xfff0), subsystem: random.below(0x10000) };
  return [
    { name: 'the adapter of the lesson', options: {} },
    { name: 'another address', options: { macAddress } },
    { name: 'a transceiver elsewhere', options: { phyAddress: 2 + random.below(30) } },
    { name: 'another board', options: { board: { ...board, leaf: OTHER_LEAF } } },
  ];
}

type Work = typeof import('./start.ts');
type Evidence = { same: boolean; problem: string; accesses: number; before: number }[];

export async function measure(work: Work, seed: number): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { options } of adaptersOf(seed)) {
    const given = await probeTulip({ driver: TulipDriver, ...options });
    const mine = await probeTulip({ driver: work.MyDriver, ...options });
    const learned = (of: object | undefined) => JSON.stringify(of, plain);
    const same = mine.identity !== undefined && learned(mine.identity) === learned(given.identity);
    const { problem, accesses } = mine;
    evidence.push({ same, problem, accesses, before: given.accesses });
  }
  return evidence;
}

/** Typed arrays as lists, so that they compare by what is in them. */
function plain(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Uint16Array) : value;
}

export function judge(evidence: Evidence, seed: number): Expectation[] {
  return adaptersOf(seed).flatMap(({ name }, i) => {
    const { same, problem, accesses, before } = evidence[i];
    const half = Math.floor(before / 2);
    return [
      {
        name: `${name}: the driver learns the same`,
        passed: same,
        wanted: 'ROM, address, ports and transceiver as before',
        seen: same ? 'the same' : problem || 'something else',
      },
      {
        name: `${name}: exits while it is loaded`,
        passed: accesses > 0 && accesses <= half,
        wanted: `at most ${half}`,
        seen: String(accesses),
      },
    ];
  });
}
