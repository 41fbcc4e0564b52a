import {
  checkDomainTables,
  type DomainReport,
  type Expectation,
  Random,
  type TableMemory,
} from 'two-checkboxes';

type Work = typeof import('./start.ts');

/** Other requester ids, other pages at other places, each time. */
export async function measure(work: Work, seed: number): Promise<DomainReport[]> {
  const random = new Random(seed);
  return Array.from({ length: 4 }, () =>
    checkDomainTables(
      // What the learner's code gets cannot change what is tried afterwards.
      (memory, plan) => work.build(onlyTables(memory), structuredClone(plan)),
      { seed: random.next() },
    ),
  );
}

function onlyTables(memory: TableMemory): TableMemory {
  return {
    root: memory.root,
    newTable: () => memory.newTable(),
    read: (address) => memory.read(address),
    write: (address, value) => memory.write(address, value),
  };
}

export function judge(reports: DomainReport[]): Expectation[] {
  const sent = reports.reduce((sum, { traffic }) => sum + traffic.sent, 0);
  const arrived = reports.reduce((sum, { traffic }) => sum + traffic.arrived, 0);
  const wrong = reports.find((report) => report.wrong !== '')?.wrong;
  const attacks = reports[0].attacks.map(({ name }, i) => {
    const tried = reports.reduce((sum, report) => sum + report.attacks[i].tried, 0);
    const succeeded = reports.reduce((sum, report) => sum + report.attacks[i].succeeded, 0);
    return {
      name: `attack: ${name}`,
      passed: arrived === sent && succeeded === 0,
      wanted: `none of ${tried} works, with all traffic flowing`,
      seen: `${succeeded} worked`,
    };
  });
  return [
    {
      name: 'all traffic flows',
      passed: sent > 0 && arrived === sent,
      wanted: `${sent} of ${sent} requests`,
      seen: `${arrived}${wrong === undefined ? '' : `; first wrong: ${wrong}`}`,
    },
    ...attacks,
  ];
}
