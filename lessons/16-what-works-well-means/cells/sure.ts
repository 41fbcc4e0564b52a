import { knob, profileKnob, repeat, sensitivity, show } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const figure = knob('Figure', 'busyCores', { choices: ['busyCores', 'latencyUs.p50'] });

const workload = {
  paths: ['vmbus' as const, 'sriov' as const],
  direction: 'rx' as const,
  frame: 256,
  load: 20_000,
  frames: 100,
  profile,
};
show(await sensitivity(workload, { figure, by: 2 }));
export default await repeat({ ...workload, arrivals: 'poisson', frames: 400, seeds: 5 });
