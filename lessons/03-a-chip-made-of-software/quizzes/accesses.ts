import { about, quiz, runTulip } from 'two-checkboxes';

export default quiz({
  cell: 'polling',
  variants: [
    { direction: 'rx', load: 250 },
    { direction: 'rx', load: 20_000 },
    { direction: 'tx', load: 250 },
  ],
  question: ({ direction, load }) =>
    `The real driver ${direction === 'rx' ? 'receives' : 'sends'} ${load.toLocaleString('en')} frames a second. How many register accesses does a frame take?`,
  async run({ direction, load }) {
    const { perFrame } = await runTulip({ direction, load, frames: 150 });
    return { accesses: perFrame.deviceAccesses, interrupts: perFrame.interrupts };
  },
  choices: () => [
    {
      text: 'About three',
      fits: ({ accesses }) => about(accesses, 3, 0.2),
      why: 'That is so when frames come close together and share an interrupt. These come one by one.',
    },
    {
      text: 'Five',
      fits: ({ accesses }) => about(accesses, 5, 0.15),
      why: 'Five is for a frame that is sent by itself. To receive, the driver masks, asks and unmasks.',
    },
    {
      text: 'Nine',
      fits: ({ accesses }) => about(accesses, 9, 0.15),
      why: 'Nine is for a frame that is received alone: an interrupt, a mask, several looks, and the mask off again.',
    },
  ],
  figures: ({ accesses, interrupts }) => [
    { name: 'Register accesses for a frame', value: accesses },
    { name: 'Interrupts for a frame', value: interrupts },
  ],
  because: ({ interrupts }, { direction, load }) =>
    direction === 'tx'
      ? 'One write tells the chip to look. The other four come with the interrupt that says it was sent.'
      : load > 1000
        ? `An interrupt finds about ${Math.round(1 / interrupts)} frames, and they share what it costs.`
        : 'Each frame has an interrupt to itself, and pays for masking, looking, looking again and unmasking.',
});
