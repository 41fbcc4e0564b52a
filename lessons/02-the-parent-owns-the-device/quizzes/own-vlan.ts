import { quiz, switchTraffic } from 'two-checkboxes';

export default quiz({
  cell: 'ports',
  variants: [
    { vlan: 20, tag: 0 },
    { vlan: 0, tag: 20 },
    { vlan: 0, tag: 0 },
  ],
  question: ({ vlan, tag }) =>
    `The port of a guest has ${vlan ? `VLAN ${vlan}` : 'no VLAN'}, its neighbour’s has none. The guest sends 200 frames to the neighbour${tag ? `, with a tag for VLAN ${tag} that it wrote itself` : ''}. How many arrive?`,
  run({ vlan, tag }) {
    const { results, dropped } = switchTraffic({
      machines: ['guest', 'neighbour'],
      policy: { guest: { vlan } },
      traffic: [
        { name: 'to it', from: 'guest', to: 'neighbour', frames: 200, ...(tag ? { tag } : {}) },
      ],
      line: '1G',
    });
    const foreign = dropped.guest!.foreignVlan + dropped.neighbour!.foreignVlan;
    return { sent: results[0]!.sent, arrived: results[0]!.arrived, foreign };
  },
  choices: ({ vlan, tag }) => [
    {
      text: 'None',
      fits: ({ arrived }) => arrived === 0,
      why: 'Nothing keeps the two apart here: no VLAN, no tag.',
    },
    {
      text: 'All',
      fits: ({ arrived, sent }) => arrived === sent,
      why: vlan
        ? 'What this port sends is in VLAN 20, and the neighbour’s port is not.'
        : tag
          ? 'A port without a VLAN may not send with a tag. The switch drops such frames.'
          : undefined,
    },
    {
      text: 'All, but without what makes them of a VLAN',
      fits: () => false,
      why: 'The switch lets a frame pass or drops it. It does not mend what a guest wrote.',
    },
  ],
  figures: ({ sent, arrived, foreign }) => [
    { name: 'Sent', value: sent },
    { name: 'Arrived', value: arrived },
    { name: 'Dropped for their VLAN', value: foreign },
  ],
  because: (_, { vlan, tag }) =>
    vlan
      ? 'The VLAN is the port’s, not the guest’s. Who is in it may be reached, and nobody else.'
      : tag
        ? 'A guest may write what it likes into its frames. Which VLAN it is in is for the port to say.'
        : 'Two ports without a VLAN are in the same network.',
  knobs: ({ vlan }) => ({ 'VLAN of the port': vlan }),
});
