import { ejectVf, knob, momentTable } from 'two-checkboxes';

const guestAnswers = knob('The guest’s driver lets go', true);

// A minute of 10,000 frames a second would take you a minute too.
const rate = guestAnswers ? 10_000 : 50;
const { moments, lost, sent } = ejectVf({ guestAnswers, rate });

export default momentTable(
  `${lost.in + lost.out} of ${sent.in + sent.out} frames lost while the root waited`,
  moments,
);
