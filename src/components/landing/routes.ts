import type { Actor } from '../../../sandbox/lab/report.ts';

/**
 * One cross-section of a host, and the way a frame takes through it. Partitions stand on the hypervisor, user
 * mode above kernel mode; the NIC is beside them. All lengths in the drawing's own units.
 */
export interface Section {
  width: number;
  height: number;
  guest: [left: number, right: number];
  root: [left: number, right: number];
  nic: [left: number, right: number];
  /** Where the guest's part of the way turns down, and where the root's turns up and down again. */
  down: number;
  up: number;
  back: number;
  text: number;
}

export const WIDE: Section = {
  width: 760,
  height: 168,
  guest: [12, 190],
  root: [300, 580],
  nic: [630, 700],
  down: 140,
  up: 350,
  back: 480,
  text: 11,
};

export const NARROW: Section = {
  width: 340,
  height: 168,
  guest: [2, 84],
  root: [124, 240],
  nic: [262, 304],
  down: 64,
  up: 146,
  back: 206,
  text: 10.5,
};

/** Heights of the levels: user mode, kernel mode, hypervisor, hardware. */
export const Y = {
  user: 30,
  kernel: 74,
  hypervisor: 118,
  hardware: 152,
  floor: 96,
  slab: [104, 132],
} as const;

export type Lane = 'emulated' | 'vmbus' | 'sriov';

/** Pieces of a lane in order, each with the actor on whose time the frame moves there. */
export function route(lane: Lane, s: Section): [Actor, string][] {
  const start = s.guest[0] + (s.down - s.guest[0]) * 0.35;
  const nicMiddle = (s.nic[0] + s.nic[1]) / 2;
  const out = (from: number): [Actor, string][] => [
    ['device', `M${s.nic[0]} ${from}H${nicMiddle}V110H${s.nic[1]}`],
    ['wire', `M${s.nic[1]} 110H${s.width - 2}`],
  ];
  const send: [Actor, string] = ['guest-user', `M${start} ${Y.user}V52`];
  if (lane === 'emulated')
    return [
      send,
      ['guest-kernel', `M${start} 52V${Y.kernel}H${s.down}V${Y.slab[0]}`],
      ['hypervisor', `M${s.down} ${Y.slab[0]}V${Y.hypervisor}H${s.up}V${Y.slab[0]}`],
      ['root-kernel', `M${s.up} ${Y.slab[0]}V52`],
      ['root-user', `M${s.up} 52V${Y.user}H${s.back}V52`],
      ['root-kernel', `M${s.back} 52V${Y.kernel}H${s.nic[0]}`],
      ...out(Y.kernel),
    ];
  if (lane === 'vmbus')
    return [
      send,
      ['guest-kernel', `M${start} 52V${Y.kernel}H${(s.guest[1] + s.root[0]) / 2}`],
      ['root-kernel', `M${(s.guest[1] + s.root[0]) / 2} ${Y.kernel}H${s.nic[0]}`],
      ...out(Y.kernel),
    ];
  return [
    send,
    ['guest-kernel', `M${start} 52V${Y.kernel}H${s.down}V${Y.floor}`],
    ['device', `M${s.down} ${Y.floor}V${Y.hardware}H${s.nic[0]}`],
    ...out(Y.hardware),
  ];
}

/** The whole way as one path, for the frame to follow. */
export function way(lane: Lane, section: Section): string {
  return route(lane, section)
    .map(([, path], index) => (index === 0 ? path : path.replace(/^M[\d.]+ [\d.]+/, '')))
    .join('');
}
