import { compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'flows',
  variants: [
    { flows: 1, vrss: true },
    { flows: 4, vrss: false },
    { flows: 4, vrss: true },
  ],
  question: ({ flows, vrss }) =>
    flows === 1
      ? 'A virtual machine has four queues on four root cores. A single connection fills it. How many cores work?'
      : `Four connections fill a virtual machine, on a host with four root cores. vRSS is ${vrss ? 'on' : 'off'}. How many cores work?`,
  async run({ flows, vrss }) {
    const { paths } = await compare({
      paths: ['vmbus'],
      direction: 'rx',
      queues: flows,
      vrss,
      rootCores: 4,
      guestCores: 4,
      line: '100G',
      frames: 800,
    });
    const busy = paths.vmbus!.rootCoresBusy ?? [];
    return { busy, working: busy.filter((share) => share > 0.05).length };
  },
  choices: ({ flows }) => [
    {
      text: 'Four',
      fits: ({ working }) => working === 4,
      why:
        flows === 1
          ? 'The frames of one connection all have the same hash. They would overtake each other on two cores.'
          : 'Without vRSS nothing spreads one machine’s flows. They all land where its queue is.',
    },
    {
      text: 'Two',
      fits: ({ working }) => working === 2,
      why: 'Nothing halves the work: either flows are spread over all queues, or they are not.',
    },
    {
      text: 'One',
      fits: ({ working }) => working === 1,
      why: 'That is so for one flow. Here there are four, with four hashes, and vRSS spreads them.',
    },
  ],
  figures: ({ busy }) =>
    busy.map((share, core) => ({
      name: `Core ${core}`,
      value: Math.round(share * 100),
      unit: '% busy',
    })),
  because: (_, { vrss }) =>
    vrss
      ? 'Four flows have four hashes. vRSS gives each of them to a queue of its own, and each queue has a core.'
      : 'Without vRSS all frames of a machine go through one queue, and one core serves it, however many flows there are.',
  knobs: ({ flows, vrss }) => ({ Flows: flows, 'Spread flows over queues (vRSS)': vrss }),
});
