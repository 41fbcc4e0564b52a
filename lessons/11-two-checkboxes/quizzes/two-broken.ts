import { type HostCapabilities, quiz, tickBoxes } from 'two-checkboxes';

const PARTS = {
  'no SLAT': { slat: false },
  'no interrupt remapping': { interruptRemapping: false },
  'driver without SR-IOV': { pfDriver: false },
  nothing: {},
} satisfies Record<string, Partial<HostCapabilities>>;

export default quiz({
  cell: 'broken',
  variants: [
    { first: 'no SLAT', second: 'no interrupt remapping' },
    { first: 'no SLAT', second: 'driver without SR-IOV' },
    { first: 'driver without SR-IOV', second: 'nothing' },
  ],
  question: ({ first, second }) =>
    `Both boxes are ticked. What is wrong with this host: ${first}${second === 'nothing' ? ', and nothing else' : `, and ${second}`}. How many reasons does it give for not handing out a function?`,
  run({ first, second }) {
    const capabilities = { ...PARTS[first], ...PARTS[second] };
    const machine = tickBoxes({ onSwitch: true, onAdapter: true, capabilities });
    const { refusals } = machine.getVMNetworkAdapter();
    return { reasons: refusals.map(({ layer, reason }) => `${layer}: ${reason}`) };
  },
  choices: ({ second }) => [
    {
      text: 'None: it only does not do it',
      fits: ({ reasons }) => reasons.length === 0,
      why: 'The guest is told nothing. The host’s own tools tell what is missing.',
    },
    {
      text: 'One',
      fits: ({ reasons }) => reasons.length === 1,
      why: 'Both are missing in the host itself, and it looks at all of its own parts.',
    },
    {
      text: 'Two',
      fits: ({ reasons }) => reasons.length === 2,
      why:
        second === 'nothing'
          ? 'One thing is wrong, and one is named.'
          : 'A layer that does not work is not looked above. The driver comes after the host.',
    },
  ],
  figures: ({ reasons }) => [
    { name: 'Reasons', value: reasons.length },
    { name: 'They are', value: reasons.join(', ') || 'none' },
  ],
  because: ({ reasons }, { second }) =>
    reasons.length === 1 && second !== 'nothing'
      ? 'Layers are asked from the lowest up. You see what to mend first, and after that the next.'
      : 'Each layer names all that it misses, by a word that can be looked up.',
  knobs: ({ first, second }) => ({ Broken: first, And: second }),
});
