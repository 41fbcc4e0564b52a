import { knob, ringTraffic } from 'two-checkboxes';

const service = knob('The reader needs for a packet', 2, {
  min: 0.5,
  max: 20,
  step: 0.5,
  unit: 'µs',
});

const gaps = [40, 20, 10, 6, 4, 3, 2, 1];
const runs = gaps.map((gap) => ringTraffic({ gap, service, packets: 2000 }));

export default {
  kind: 'chart',
  title: 'Signals for a packet, from an idle ring to a busy one',
  x: { label: 'Packets a second', log: true },
  y: { label: 'Signals for a packet' },
  series: [
    {
      name: 'one ring, the rule of VMBus',
      path: 'vmbus',
      points: runs.map(({ signalsPerPacket }, i) => ({ x: 1e6 / gaps[i], y: signalsPerPacket })),
    },
  ],
};
