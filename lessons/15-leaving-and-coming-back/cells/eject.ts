import { ejectVf, knob, momentTable } from 'two-checkboxes';

const guestAnswers = knob('The guest’s driver lets go', true);

const { moments, lost, sent } = ejectVf({ guestAnswers, rate: 50 });

export default momentTable(
  `${lost.in + lost.out} of ${sent.in + sent.out} frames lost while the root waited`,
  moments,
);
