import {
  type BrokenHost,
  brokenHost,
  type Expectation,
  type Finding,
  type Questions,
  Random,
} from 'two-checkboxes';

type Work = typeof import('./start.ts');

/** What was said of each machine of each group, in words, and how often a question was asked. */
interface Evidence {
  said: string[][];
  asked: number;
}

const GROUPS = [
  { name: 'machines with one fault', faults: 1, count: 20 },
  { name: 'machines with two faults', faults: 2, count: 14 },
  { name: 'machines that work', faults: 0, count: 4 },
];
/** What a card says when its host may be at fault. */
const PERHAPS_THE_HOST = ['Unknown', 'MissingAcs', 'NoIoMmuSupport', 'NoOscSupport'];

/** The machines of each group, others for each check. */
function groupsOf(seed: number) {
  const random = new Random(seed);
  return GROUPS.map(({ name, faults, count }) => {
    const machines = Array.from({ length: count }, () => brokenHost(random.next(), { faults }));
    return { name, machines };
  });
}

export async function measure(work: Work, seed: number): Promise<Evidence> {
  const groups = groupsOf(seed);
  const said = groups.map(({ machines }) =>
    machines.map((machine) => words(work.diagnose(questionsOf(machine)))),
  );
  const asked = groups.flatMap(({ machines }) => machines).reduce((n, m) => n + m.questions, 0);
  return { said, asked };
}

export function judge({ said, asked }: Evidence, seed: number): Expectation[] {
  let needed = 0;
  const found = groupsOf(seed).map(({ name, machines }, g) => {
    let right = 0;
    let wrong = '';
    for (const [i, machine] of machines.entries()) {
      const wanted = words(machine.findings);
      const seen = said[g][i];
      needed += fewest(machine);
      if (seen === wanted) right++;
      else wrong ||= `one has ${wanted}; the answer was ${seen}`;
    }
    return {
      name,
      passed: right === machines.length,
      wanted: `layer and reason of all ${machines.length}`,
      seen: wrong === '' ? `all ${right}` : `${right} of ${machines.length}: ${wrong}`,
    };
  });
  return [
    ...found,
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
