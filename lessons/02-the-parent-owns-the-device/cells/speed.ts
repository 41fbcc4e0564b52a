import { knob, SPEED_SETTERS, trySetLinkSpeed } from 'two-checkboxes';

const megabits = knob('Speed to set', 1000, { choices: [10, 100, 1000] });

const ways = ['chip', 'virtual-function', 'physical-address', 'root'] as const;
const tried = [];
for (const by of ways) tried.push(await trySetLinkSpeed(by, megabits));

export default {
  kind: 'table',
  title: 'Who set what, on a link of 10 Gb/s',
  columns: [
    { name: 'Who tries' },
    { name: 'Read back' },
    { name: 'The link then', unit: 'Mb/s' },
    { name: 'The machine sends', unit: 'Mb/s' },
  ],
  rows: tried.map(({ by, readBack, after, throughput }) => [
    SPEED_SETTERS[by],
    readBack,
    after,
    Math.round(throughput),
  ]),
};
