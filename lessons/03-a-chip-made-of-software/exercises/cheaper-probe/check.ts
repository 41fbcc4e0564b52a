import { type Expectation, probeTulip, TulipDriver } from 'two-checkboxes';

/** Another maker's media description: it differs in what the board advertises, which few drivers look at. */
const OTHER_LEAF = Uint8Array.from([
  0x00, 0x08, 0x1f, 0x01, 0x8e, 0x01, 0x00, 0x01, 0x08, 0x01, 0x00, 0x00, 0x78, 0xe0, 0x01, 0x00,
  0x50, 0x00, 0x18,
]);

/** Adapters with another address or another board in the ROM, and another place for the transceiver. */
const ADAPTERS = [
  { name: 'the adapter of the lesson', options: {} },
  { name: 'another address', options: { macAddress: { high: 0x00ff, low: 0xa55a00ff } } },
  { name: 'a transceiver elsewhere', options: { phyAddress: 17 } },
  {
    name: 'another board',
    options: { board: { subsystemVendor: 0x1186, subsystem: 0x1112, leaf: OTHER_LEAF } },
  },
];

type Work = typeof import('./start.ts');
type Evidence = { same: boolean; problem: string; accesses: number; before: number }[];

export async function measure(work: Work): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { options } of ADAPTERS) {
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

export function judge(evidence: Evidence): Expectation[] {
  return ADAPTERS.flatMap(({ name }, i) => {
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
