import { fourReasons, least, quiz, type Reason } from 'two-checkboxes';

export default quiz({
  cell: 'reasons',
  variants: [
    { load: 'as much as it can', frame: 1514 },
    { load: '250 a second', frame: 1514 },
  ],
  question: ({ load }) =>
    `Frames of 1514 bytes, ${load === '250 a second' ? '250 a second' : 'as many as the guest can send'}. Which of the four can be taken away most cheaply?`,
  run({ load, frame }) {
    const { all, without } = fourReasons({
      frame,
      frames: 60,
      load: load === '250 a second' ? 'paced' : 'max',
    });
    const more = (reason: Reason) => without[reason]!.cyclesPerFrame - all.cyclesPerFrame;
    return {
      hypervisor: more('noHypervisor'),
      memory: more('sharedMemory'),
      registers: more('noEmulation'),
      user: more('kernelMode'),
    };
  },
  choices: ({ load }) => [
    {
      text: 'The hypervisor in the path',
      fits: (seen) => least(seen.hypervisor, Object.values(seen)),
      why: 'Under load each packet is a message of its own, where the ring needed none at all.',
    },
    {
      text: 'No shared memory',
      fits: (seen) => least(seen.memory, Object.values(seen)),
      why: 'A frame of 1514 bytes is copied once more, by the hypervisor. That is a few thousand cycles.',
    },
    {
      text: 'Registers to emulate',
      fits: (seen) => least(seen.registers, Object.values(seen)),
      why: 'That is the dearest, by far.',
    },
    {
      text: 'A service in user mode',
      fits: (seen) => least(seen.user, Object.values(seen)),
      why:
        load === '250 a second'
          ? 'At this rate the process has gone to sleep before each frame, and is woken for it.'
          : undefined,
    },
  ],
  figures: ({ hypervisor, memory, registers, user }) => [
    { name: 'The hypervisor: more by', value: Math.round(hypervisor), unit: 'cycles' },
    { name: 'No shared memory', value: Math.round(memory), unit: 'cycles' },
    { name: 'Registers', value: Math.round(registers), unit: 'cycles' },
    { name: 'User mode', value: Math.round(user), unit: 'cycles' },
  ],
  because: (_, { load }) =>
    load === '250 a second'
      ? 'Every frame needs a signal at this rate, with the ring or without. A message costs hardly more than that.'
      : 'The process is woken once and then finds frame after frame. Under load it hardly ever sleeps.',
  knobs: ({ load, frame }) => ({ Load: load, 'Frame size': frame }),
});
