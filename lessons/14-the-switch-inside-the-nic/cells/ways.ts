import { architecture, knob } from 'two-checkboxes';

const to = knob('The frame goes to', 'a neighbour with a VF', {
  choices: ['a neighbour with a VF', 'a neighbour without one', 'a station outside'],
});

const WAYS = {
  'a neighbour with a VF': { others: ['sriov'], direction: 'to-neighbour' },
  'a neighbour without one': { others: ['vmbus'], direction: 'to-neighbour' },
  'a station outside': { others: ['sriov'], direction: 'tx' },
} as const;

export default await architecture({ path: 'sriov', profile: 'sandybridge-2012', ...WAYS[to] });
