import { checkDomainTables, type DomainReport, type Expectation } from 'two-checkboxes';

type Work = typeof import('./start.ts');

/** Other requester ids, other pages at other places, each time. */
const SEEDS = [11, 22, 33, 44];

export async function measure(work: Work): Promise<DomainReport[]> {
  return SEEDS.map((seed) =>
    checkDomainTables((memory, plan) => work.build(memory, plan), { seed }),
  );
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
