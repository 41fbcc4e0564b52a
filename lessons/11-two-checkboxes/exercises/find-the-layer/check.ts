import {
  type BrokenHost,
  brokenHost,
  type Expectation,
  type Finding,
  type Questions,
} from 'two-checkboxes';

type Work = typeof import('./start.ts');
interface Group {
  name: string;
  right: number;
  machines: number;
  /** The first machine with a wrong answer, in words. */
  wrong: string;
}
interface Evidence {
  groups: Group[];
  asked: number;
  needed: number;
}

const GROUPS = [
  { name: 'machines with one fault', faults: 1, first: 1000, count: 20 },
  { name: 'machines with two faults', faults: 2, first: 2000, count: 14 },
  { name: 'machines that work', faults: 0, first: 3000, count: 4 },
];
/** What a card says when its host may be at fault. */
const PERHAPS_THE_HOST = ['Unknown', 'MissingAcs', 'NoIoMmuSupport', 'NoOscSupport'];

export async function measure(work: Work): Promise<Evidence> {
  const evidence: Evidence = { groups: [], asked: 0, needed: 0 };
  for (const { name, faults, first, count } of GROUPS) {
    const group: Group = { name, right: 0, machines: count, wrong: '' };
    for (let seed = first; seed < first + count; seed++) {
      const machine = brokenHost(seed, { faults });
      const wanted = words(machine.findings);
      const seen = words(work.diagnose(questionsOf(machine)));
      evidence.asked += machine.questions;
      evidence.needed += fewest(machine);
      if (seen === wanted) group.right++;
      else group.wrong ||= `one has ${wanted}; the answer was ${seen}`;
    }
    evidence.groups.push(group);
  }
  return evidence;
}

export function judge({ groups, asked, needed }: Evidence): Expectation[] {
  return [
    ...groups.map(({ name, right, machines, wrong }) => ({
      name,
      passed: right === machines,
      wanted: `layer and reason of all ${machines}`,
      seen: right === machines ? `all ${machines}` : `${right} of ${machines}: ${wrong}`,
    })),
    {
      name: 'questions asked',
      passed: asked > 0 && asked <= needed,
      wanted: `at most ${needed}`,
      seen: String(asked),
    },
  ];
}

/** The four questions, and nothing else of the machine. */
function questionsOf(machine: BrokenHost): Questions {
  return {
    getVMHost: () => machine.getVMHost(),
    getNetAdapterSriov: () => machine.getNetAdapterSriov(),
    getVMSwitch: () => machine.getVMSwitch(),
    getVMNetworkAdapter: () => machine.getVMNetworkAdapter(),
  };
}

function words(findings: Finding[]): string {
  if (findings.length === 0) return 'nothing';
  return findings.map(({ layer, reason }) => `${layer}: ${reason}`).join(', ');
}

/** A question is needed only where those before it leave something open. */
function fewest(machine: BrokenHost): number {
  if (machine.getVMNetworkAdapter().vfDataPathActive) return 1;
  if (machine.getVMSwitch().iovSupport) return 2;
  return PERHAPS_THE_HOST.includes(machine.getNetAdapterSriov().sriovSupport) ? 4 : 3;
}
