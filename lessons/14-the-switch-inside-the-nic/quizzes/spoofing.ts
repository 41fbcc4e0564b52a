import { insideSwitch, quiz } from 'two-checkboxes';

const [red, blue, green] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'] as const;

export default quiz({
  cell: 'spoofing',
  variants: [{ check: false }, { check: true }],
  question: ({ check }) =>
    `Red sends a frame to green and gives blue’s address as its own. The NIC’s switch ${check ? 'checks source addresses' : 'only looks at destinations'}. Who gets it?`,
  run({ check }) {
    const [frame] = insideSwitch({
      machines: [
        { name: 'red', mac: red, vf: true },
        { name: 'blue', mac: blue, vf: true },
        { name: 'green', mac: green, vf: false },
      ],
      filters: {
        addresses: [
          { mac: red, pools: [0] },
          { mac: blue, pools: [1] },
          { mac: green, pools: [2] },
        ],
        broadcast: [0, 1, 2],
        checkAddress: check ? [0, 1] : [],
      },
      frames: [{ name: 'red as blue, to green', from: 'red', as: 'blue', to: 'green' }],
    });
    return { arrived: frame!.arrived, stopped: frame!.stopped };
  },
  choices: () => [
    {
      text: 'Nobody: red does not have that address',
      fits: ({ arrived }) => arrived.length === 0,
      why: 'Somebody would have to compare. The virtual switch does that at a port, and this frame never passed red’s port.',
    },
    {
      text: 'Green, who takes it for a frame of blue',
      fits: ({ arrived }) => arrived.join() === 'green',
      why: 'The NIC knows which function sent it, and compares. The frame ends there.',
    },
    {
      text: 'Blue',
      fits: ({ arrived }) => arrived.includes('blue'),
      why: 'Blue’s address is the source. Switches send by the destination.',
    },
  ],
  figures: ({ arrived, stopped }) => [
    { name: 'Arrived at', value: arrived.join(', ') || 'nobody' },
    { name: 'Stopped in the NIC', value: stopped ? 'yes' : 'no' },
  ],
  because: () =>
    'The NIC knows from which function a frame comes, and which addresses it may give as its own. Blue’s is not among them.',
  knobs: ({ check }) => ({ 'Check source addresses': check }),
});
