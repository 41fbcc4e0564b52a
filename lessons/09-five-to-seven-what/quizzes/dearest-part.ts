import { least, most, quiz, rootCost } from 'two-checkboxes';

export default quiz({
  cell: 'parts',
  variants: [
    { profile: 'skylake-2017', wanted: 'dearest' },
    { profile: 'nehalem-2008r2', wanted: 'cheapest' },
  ],
  question: ({ profile, wanted }) =>
    `A core of ${profile === 'skylake-2017' ? '2017' : '2009'} carries what four machines receive over VMBus. Which of these is the ${wanted} for a byte?`,
  run({ profile }) {
    const { parts } = rootCost('vmbus', {
      direction: 'rx',
      vms: 4,
      rootCores: 1,
      profile,
      frames: 600,
    });
    return {
      copy: parts.copy ?? 0,
      driver: parts.driver ?? 0,
      switching: parts.switch ?? 0,
      hypercall: parts.hypercall ?? 0,
    };
  },
  choices: ({ wanted }) => {
    const extreme = wanted === 'dearest' ? most : least;
    return [
      {
        text: 'The copy',
        fits: (seen) => extreme(seen.copy, Object.values(seen)),
        why: 'A byte takes more than a cycle to copy, and all of them are copied.',
      },
      {
        text: 'The NIC’s driver',
        fits: (seen) => extreme(seen.driver, Object.values(seen)),
        why: 'It works once for each frame. Newer processors do that in fewer cycles; old ones needed as many as the copy.',
      },
      {
        text: 'The virtual switch',
        fits: (seen) => extreme(seen.switching, Object.values(seen)),
        why: 'It decides once for each frame, and costs about as much as the driver.',
      },
      {
        text: 'Hypercalls',
        fits: (seen) => extreme(seen.hypercall, Object.values(seen)),
        why: 'They are few: one for many frames.',
      },
    ];
  },
  figures: ({ copy, driver, switching, hypercall }) => [
    { name: 'The copy', value: copy, unit: 'cycles a byte' },
    { name: 'The NIC’s driver', value: driver, unit: 'cycles a byte' },
    { name: 'The virtual switch', value: switching, unit: 'cycles a byte' },
    { name: 'Hypercalls', value: hypercall, unit: 'cycles a byte' },
  ],
  because: (_, { wanted }) =>
    wanted === 'dearest'
      ? 'Driver and switch got cheaper with the years. Memory did not get faster at the same pace, so the copy is what is left.'
      : 'The root signals once for many frames. That is why exits are not what limits this path.',
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
