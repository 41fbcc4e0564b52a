import { type Expectation, type SwitchTrafficOptions, switchTraffic } from 'two-checkboxes';

type Work = { policy: NonNullable<SwitchTrafficOptions['policy']> };
type Evidence = { asked: number; arrived: number; strayed: number }[];

const MACHINES = ['mail', 'web', 'guest'];
const OUTSIDE = 'outside';
/** Frames of 1514 bytes, 17 µs apart: about 700 Mb/s. 242 µs apart: about 50. */
const BUSY = { frames: 600, length: 1514, every: 17 };
const CALM = { frames: 40, length: 1514, every: 242 };

/** Honest traffic must arrive, all of it; an attack must not, or not all of it. */
const RUNS = [
  { name: 'mail and web talk', honest: true, traffic: [{ from: 'mail', to: 'web', ...CALM }] },
  { name: 'web answers mail', honest: true, traffic: [{ from: 'web', to: 'mail', ...CALM }] },
  {
    name: 'mail reaches the outside',
    honest: true,
    traffic: [{ from: 'mail', to: OUTSIDE, ...CALM }],
  },
  {
    name: 'guest reaches the outside',
    honest: true,
    traffic: [{ from: 'guest', to: OUTSIDE, ...CALM }],
  },
  {
    name: 'web uses the cluster’s address',
    honest: true,
    traffic: [{ from: 'web', to: OUTSIDE, as: 'the cluster', ...CALM }],
  },
  {
    name: 'attack: guest sends in the name of web',
    honest: false,
    traffic: [{ from: 'guest', to: OUTSIDE, as: 'web', ...CALM }],
  },
  {
    name: 'attack: guest sends to mail, behind everybody’s back',
    honest: false,
    traffic: [{ from: 'guest', to: 'mail', ...CALM }],
  },
  {
    name: 'attack: guest sends to web, with a tag of its own',
    honest: false,
    traffic: [{ from: 'guest', to: 'web', tag: 30, ...CALM }],
  },
  {
    name: 'attack: guest floods the line; web still sends 700 Mb/s',
    honest: true,
    traffic: [
      { from: 'web', to: OUTSIDE, ...BUSY },
      { from: 'guest', to: OUTSIDE, frames: 3000, length: 1514, every: 4 },
    ],
  },
];

export async function measure(work: Work): Promise<Evidence> {
  return RUNS.map(({ traffic }) => {
    const named = traffic.map((one, i) => ({ name: `${i}`, ...one }));
    const { results } = switchTraffic({
      machines: MACHINES,
      policy: work.policy,
      traffic: named,
      line: '1G',
    });
    const { arrived, strayed } = results[0];
    return { asked: traffic[0].frames, arrived, strayed };
  });
}

export function judge(evidence: Evidence): Expectation[] {
  return RUNS.map(({ name, honest }, i) => {
    const { asked, arrived, strayed } = evidence[i];
    return {
      name,
      passed: honest ? arrived === asked : arrived + strayed === 0,
      wanted: honest ? `all ${asked} frames arrive` : 'no frame arrives anywhere',
      seen: `${arrived} arrived`,
    };
  });
}
