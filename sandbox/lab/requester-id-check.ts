import { formatRequesterId } from '../machine/bus/pci/requester-id.ts';
import { Random } from '../machine/engine/random.ts';
import { vfsByHand } from './vf-by-hand.ts';

/** Says where virtual function `n` stands: a requester id, bus 15:8, device 7:3, function 2:0. */
export type RequesterIdRule = (
  pf: number,
  firstOffset: number,
  stride: number,
  n: number,
) => number;

/** What became of a rule on one machine. */
export interface RequesterIdReport {
  /** The physical function’s place. */
  pf: string;
  functions: number;
  firstOffset: number;
  stride: number;
  /** Functions that stand on a later bus than the physical one. */
  carried: number;
  /** Functions that were found where the rule said. */
  found: number;
  /** The first one that was not: its number, where it is, where the rule said. */
  missed: { n: number; place: string; said: string } | undefined;
}

/**
 * Builds a machine from `seed`: a card with two ports on some bus, with some offset, stride and number of
 * functions, all of them enabled. Each is then looked for in configuration space where the rule says.
 * With `carry` some of them stand on later buses.
 * @returns what was found, for each physical function of the card
 */
export function checkRequesterIds(
  rule: RequesterIdRule,
  options: { seed: number; carry: boolean },
): RequesterIdReport[] {
  const random = new Random(options.seed);
  const stride = 2 + random.below(options.carry ? 6 : 3);
  const firstOffset = 2 + random.below(options.carry ? 400 : 100);
  const room = Math.floor((250 - firstOffset) / stride);
  const [fewest, most] = options.carry ? [100, 120] : [1, Math.min(40, room)];
  const count = fewest + random.below(most - fewest + 1);
  const busesBefore = random.below(12);
  const machine = vfsByHand({ ports: 2, totalVfs: count, firstOffset, stride, busesBefore });
  machine.enable(count);
  return machine.nics.map(({ pf, vfs }) => {
    const report: RequesterIdReport = {
      ...{ pf: formatRequesterId(pf.requesterId), functions: count, firstOffset, stride },
      ...{ carried: 0, found: 0, missed: undefined },
    };
    for (const vf of vfs) {
      if (vf.requesterId >>> 8 !== pf.requesterId >>> 8) report.carried++;
      const said = rule(pf.requesterId, firstOffset, stride, vf.index);
      if (machine.complex.functionAt(said) === vf) report.found++;
      else
        report.missed ??= {
          ...{ n: vf.index, place: formatRequesterId(vf.requesterId), said: inWords(said) },
        };
    }
    return report;
  });
}

function inWords(said: unknown): string {
  const isId = typeof said === 'number' && Number.isInteger(said) && said >= 0 && said <= 0xffff;
  return isId ? formatRequesterId(said) : String(said);
}
