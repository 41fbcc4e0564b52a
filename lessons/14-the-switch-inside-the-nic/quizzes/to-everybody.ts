import { insideSwitch, quiz } from 'two-checkboxes';

const [red, blue, green] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'] as const;

export default quiz({
  cell: 'spoofing',
  variants: [{ as: undefined }, { as: 'nobody' }],
  question: ({ as }) =>
    as === undefined
      ? 'Red’s function sends a frame to everybody. Blue has a function too, green has none. Who gets it?'
      : 'Red’s function sends a frame to everybody, from an address that nobody has. Source addresses are checked. Who gets it?',
  run({ as }) {
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
        checkAddress: [0, 1],
      },
      frames: [{ name: 'to everybody', from: 'red', to: 'everybody', ...(as ? { as } : {}) }],
    });
    return { arrived: frame!.arrived, stopped: frame!.stopped };
  },
  choices: () => [
    {
      text: 'Nobody',
      fits: ({ arrived }) => arrived.length === 0,
      why: 'It has its own address, and everybody is a destination that the NIC knows.',
    },
    {
      text: 'Blue and the wire: green has no function',
      fits: ({ arrived }) => arrived.includes('blue') && !arrived.includes('green'),
      why: 'The root’s pool is in the list for broadcasts too, and green is behind it.',
    },
    {
      text: 'Blue, green, and the wire',
      fits: ({ arrived }) => ['blue', 'green', 'the wire'].every((one) => arrived.includes(one)),
      why: 'It would be so, if the NIC had let it out of red’s queue.',
    },
  ],
  figures: ({ arrived, stopped }) => [
    { name: 'Arrived at', value: arrived.join(', ') || 'nobody' },
    { name: 'Stopped in the NIC', value: stopped ? 'yes' : 'no' },
  ],
  because: (_, { as }) =>
    as === undefined
      ? 'The NIC makes a copy for each pool of the list, and sends one out. The root’s pool hands its own on to green.'
      : 'The check comes before any destination: this function may not send with that address.',
  knobs: ({ as }) => ({ 'Check source addresses': as !== undefined }),
});
