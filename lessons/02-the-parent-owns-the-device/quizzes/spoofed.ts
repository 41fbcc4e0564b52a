import { quiz, switchTraffic } from 'two-checkboxes';

export default quiz({
  cell: 'ports',
  variants: [{ macAddressSpoofing: false }, { macAddressSpoofing: true }],
  question: ({ macAddressSpoofing }) =>
    `A guest sends 200 frames to the outside, with its neighbour’s address as their source. MAC address spoofing is ${macAddressSpoofing ? 'on' : 'off'} at its port. How many get out?`,
  run({ macAddressSpoofing }) {
    const { results, dropped } = switchTraffic({
      machines: ['guest', 'neighbour'],
      policy: { guest: { macAddressSpoofing } },
      traffic: [{ name: 'spoofed', from: 'guest', to: 'outside', as: 'neighbour', frames: 200 }],
      line: '1G',
    });
    return {
      sent: results[0]!.sent,
      arrived: results[0]!.arrived,
      dropped: dropped.guest!.spoofed,
    };
  },
  choices: () => [
    {
      text: 'None',
      fits: ({ arrived }) => arrived === 0,
      why: 'The setting allows exactly this. Some software shares an address and needs it.',
    },
    {
      text: 'The first, until the switch has learned better',
      fits: ({ arrived, sent }) => arrived > 0 && arrived < sent,
      why: 'The virtual switch does not learn addresses. It was told which adapter has which.',
    },
    {
      text: 'All',
      fits: ({ arrived, sent }) => arrived === sent,
      why: 'The port knows its adapter’s address, and compares every frame with it.',
    },
  ],
  figures: ({ sent, arrived, dropped }) => [
    { name: 'Sent', value: sent },
    { name: 'Got out', value: arrived },
    { name: 'Dropped at the port', value: dropped },
  ],
  because: (_, { macAddressSpoofing }) =>
    macAddressSpoofing
      ? 'With the setting on the port does not look at the source. Nothing else on the way does.'
      : 'The check is at the port, before anything else. The guest has no way to reach the port’s policy.',
  knobs: ({ macAddressSpoofing }) => ({ 'MAC address spoofing': macAddressSpoofing }),
});
