import { draw, fourReasons, most, quiz, type Reason } from 'two-checkboxes';

export default quiz({
  cell: 'sizes',
  variants: draw({ load: ['as much as it can', '250 a second'] }, 2),
  question: ({ load }) =>
    `Frames grow from 64 bytes to 1514, ${load === '250 a second' ? '250 of them a second' : 'as many as the guest can send'}. What each missing reason costs is measured. Whose cost grows most?`,
  run({ load }) {
    const cost = (frame: number): Record<Reason, number> => {
      const { all, without } = fourReasons({
        frame,
        frames: 60,
        load: load === '250 a second' ? 'paced' : 'max',
      });
      const more = (reason: Reason) => without[reason]!.cyclesPerFrame - all.cyclesPerFrame;
      return {
        noHypervisor: more('noHypervisor'),
        sharedMemory: more('sharedMemory'),
        noEmulation: more('noEmulation'),
        kernelMode: more('kernelMode'),
      };
    };
    const [short, long] = [cost(64), cost(1514)];
    const grown = (reason: Reason): number => long[reason] - short[reason];
    return {
      hypervisor: grown('noHypervisor'),
      memory: grown('sharedMemory'),
      registers: grown('noEmulation'),
      user: grown('kernelMode'),
    };
  },
  choices: () => [
    {
      text: 'The hypervisor in the path',
      fits: (seen) => most(seen.hypervisor, Object.values(seen)),
      why: 'It passes a message for each packet. The message does not hold the frame.',
    },
    {
      text: 'No shared memory',
      fits: (seen) => most(seen.memory, Object.values(seen)),
    },
    {
      text: 'Registers to emulate',
      fits: (seen) => most(seen.registers, Object.values(seen)),
      why: 'It costs most, but always the same: a register does not know how long a frame is.',
    },
    {
      text: 'A service in user mode',
      fits: (seen) => most(seen.user, Object.values(seen)),
      why: 'Waking a process costs the same for a long frame and a short one.',
    },
  ],
  figures: ({ hypervisor, memory, registers, user }) => [
    { name: 'The hypervisor: more by', value: Math.round(hypervisor), unit: 'cycles' },
    { name: 'No shared memory', value: Math.round(memory), unit: 'cycles' },
    { name: 'Registers', value: Math.round(registers), unit: 'cycles' },
    { name: 'User mode', value: Math.round(user), unit: 'cycles' },
  ],
  because: () =>
    'Without shared memory the hypervisor copies each frame. A copy is the only one of the four that depends on the bytes.',
  knobs: ({ load }) => ({ Load: load }),
});
