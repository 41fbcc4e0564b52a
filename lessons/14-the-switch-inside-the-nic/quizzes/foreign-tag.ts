import { insideSwitch, quiz } from 'two-checkboxes';

const [red, blue] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'] as const;

export default quiz({
  cell: 'vlans',
  variants: [
    { redVlan: 10, check: false },
    { redVlan: 10, check: true },
    { redVlan: 20, check: true },
  ],
  question: ({ redVlan, check }) =>
    `Blue is in VLAN 20, red in VLAN ${redVlan}. Red’s function sends a frame to blue with a tag for VLAN 20. The NIC ${check ? 'checks' : 'does not check'} the VLANs of what functions send. What becomes of it?`,
  run({ redVlan, check }) {
    const [frame] = insideSwitch({
      machines: [
        { name: 'red', mac: red, vf: true },
        { name: 'blue', mac: blue, vf: true },
      ],
      filters: {
        addresses: [
          { mac: red, pools: [0] },
          { mac: blue, pools: [1] },
        ],
        broadcast: [0, 1],
        vlans:
          redVlan === 20
            ? [{ vlan: 20, pools: [0, 1] }]
            : [
                { vlan: 10, pools: [0] },
                { vlan: 20, pools: [1] },
              ],
        untagged: [],
        checkVlan: check ? [0, 1] : [],
      },
      frames: [{ name: 'red to blue, tag 20', from: 'red', to: 'blue', tag: 20 }],
    });
    return { arrived: frame!.arrived, stopped: frame!.stopped };
  },
  choices: () => [
    {
      text: 'Blue gets it',
      fits: ({ arrived }) => arrived.includes('blue'),
      why: 'It would, for its address and its VLAN. But the NIC knows that red is not in VLAN 20.',
    },
    {
      text: 'The NIC stops it as it leaves red',
      fits: ({ stopped }) => stopped,
      why: 'Only a check of what is sent could do that, and only for a VLAN that is not red’s.',
    },
    {
      text: 'It goes out to the wire',
      fits: ({ arrived }) => arrived.includes('the wire'),
      why: 'The NIC knows blue’s address, and blue is on this side.',
    },
  ],
  figures: ({ arrived, stopped }) => [
    { name: 'Arrived at', value: arrived.join(', ') || 'nobody' },
    { name: 'Stopped as it left', value: stopped ? 'yes' : 'no' },
  ],
  because: (_, { redVlan, check }) =>
    redVlan === 20
      ? 'Red is in that VLAN. There is nothing to object to.'
      : check
        ? 'The check is about the sender: may this function send in this VLAN? It may not.'
        : 'Filters of VLANs are for receivers. Blue is in VLAN 20, so blue gets it, whoever wrote the tag.',
  knobs: ({ redVlan, check }) => ({
    'VLAN of red': redVlan,
    'Check VLANs of what VFs send': check,
  }),
});
