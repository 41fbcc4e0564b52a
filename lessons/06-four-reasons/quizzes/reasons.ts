import { draw, fourReasons, most, quiz, type Reason } from 'two-checkboxes';

export default quiz({
  cell: 'reasons',
  variants: draw(
    {
      frame: [1514, 60],
      profile: ['nehalem-2008r2', 'skylake-2017', 'icelake-zen3-2021'],
      load: ['as much as it can', '250 a second'],
    },
    4,
    2,
  ),
  question: ({ frame, load, profile }) => {
    const year = profile === 'nehalem-2008r2' ? '2009' : profile.slice(-4);
    const rate = load === '250 a second' ? '250 a second' : 'as many as it can';
    return `Frames of ${frame} bytes, ${rate}, with the costs of ${year}. Which of the four, when it is taken away, costs the most cycles for a frame?`;
  },
  run({ frame, profile, load }) {
    const { without } = fourReasons({
      frame,
      profile,
      load: load === '250 a second' ? 'paced' : 'max',
      frames: 60,
    });
    const cycles = (reason: Reason): number => without[reason]?.cyclesPerFrame ?? 0;
    return {
      hypervisor: cycles('noHypervisor'),
      memory: cycles('sharedMemory'),
      registers: cycles('noEmulation'),
      user: cycles('kernelMode'),
    };
  },
  choices: () => [
    {
      text: 'The hypervisor in the path',
      fits: (seen) => most(seen.hypervisor, Object.values(seen)),
      why: 'A message for each frame is an exit or two. Registers are several for each frame, and each goes further.',
    },
    {
      text: 'No shared memory',
      fits: (seen) => most(seen.memory, Object.values(seen)),
      why: 'Copying a frame costs about its bytes. Asking costs the same for every frame, and that is far more.',
    },
    {
      text: 'Registers to emulate',
      fits: (seen) => most(seen.registers, Object.values(seen)),
      why: 'Look again at what wakes the worker here.',
    },
    {
      text: 'A service in user mode',
      fits: (seen) => most(seen.user, Object.values(seen)),
      why: 'The process is woken once, and then takes what there is. Registers wake it for every question.',
    },
  ],
  figures: ({ hypervisor, memory, registers, user }) => [
    { name: 'The hypervisor in the path', value: Math.round(hypervisor), unit: 'cycles' },
    { name: 'No shared memory', value: Math.round(memory), unit: 'cycles' },
    { name: 'Registers to emulate', value: Math.round(registers), unit: 'cycles' },
    { name: 'A service in user mode', value: Math.round(user), unit: 'cycles' },
  ],
  because: () =>
    'Each register access drags the whole way through the worker process behind it, several times for each frame. The others cost something for each frame.',
  knobs: ({ frame, profile, load }) => ({ 'Frame size': frame, Load: load, 'Costs of': profile }),
});
