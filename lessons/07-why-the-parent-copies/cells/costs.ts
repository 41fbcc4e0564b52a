import { copyCosts, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');

const costs = copyCosts({ profile });
const line = (name: string, of: 'guestSend' | 'sentHeaders' | 'receivedFrames') => ({
  name,
  points: costs.map((cost) => ({ x: cost.frame, y: cost[of] })),
});

export default {
  kind: 'chart',
  title: 'What the copies of a frame cost',
  x: { label: 'Frame size', unit: 'B' },
  y: { label: 'Cycles for a frame' },
  series: [
    line('received: the whole frame, by the root', 'receivedFrames'),
    line('sent: into the send buffer, by the guest', 'guestSend'),
    line('sent: what the switch decides by, by the root', 'sentHeaders'),
  ],
};
