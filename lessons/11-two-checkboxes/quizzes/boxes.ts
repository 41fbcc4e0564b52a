import { quiz, tickBoxes } from 'two-checkboxes';

export default quiz({
  cell: 'boxes',
  variants: [
    { onSwitch: false, onAdapter: true },
    { onSwitch: true, onAdapter: false },
    { onSwitch: true, onAdapter: true },
  ],
  question: ({ onSwitch, onAdapter }) =>
    onSwitch && onAdapter
      ? 'You tick both boxes, on a host where nothing is in the way. What happens?'
      : `You tick the box on the ${onAdapter ? 'network adapter' : 'switch'}, and leave the one on the ${onAdapter ? 'switch' : 'network adapter'} alone. What happens?`,
  run(boxes) {
    const machine = tickBoxes(boxes);
    const { refusals } = machine.getVMNetworkAdapter();
    return { path: machine.path, why: refusals.map(({ words }) => words).join(' ') };
  },
  choices: ({ onSwitch, onAdapter }) => [
    {
      text: 'The machine gets a virtual function',
      fits: ({ path }) => path === 'sriov',
      why: onSwitch
        ? 'The switch has functions to give. This adapter has not asked for one.'
        : 'The adapter asks. The switch that it hangs on has none to give.',
    },
    {
      text: 'The machine does not start, and says why',
      fits: ({ path }) => path !== 'sriov' && path !== 'vmbus',
      why: 'A wish that cannot be granted is not an error here. There is another adapter that always works.',
    },
    {
      text: 'The machine runs as before, on its synthetic adapter',
      fits: ({ path }) => path === 'vmbus',
      why: onSwitch && onAdapter ? 'Both have said yes, and nothing is in the way.' : undefined,
    },
  ],
  figures: ({ path, why }) => [
    { name: 'Frames go by', value: path === 'sriov' ? 'the virtual function' : 'VMBus' },
    { name: 'In the way', value: why || 'nothing' },
  ],
  because: (_, { onSwitch, onAdapter }) =>
    onSwitch && onAdapter
      ? 'The switch has functions to give, the adapter has asked for one, and the host can keep it in its place.'
      : 'The switch could give a function. But an adapter whose weight is 0 has not asked, and keeps what it has.',
  knobs: ({ onSwitch, onAdapter }) => ({
    'Enable single-root I/O virtualization (SR-IOV)': onSwitch,
    'Enable SR-IOV': onAdapter,
  }),
});
