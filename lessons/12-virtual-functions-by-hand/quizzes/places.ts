import { quiz, vfsByHand } from 'two-checkboxes';

export default quiz({
  cell: 'places',
  variants: [
    { stride: 1, vf: 128, last: '127, at 01:1f.7' },
    { stride: 2, vf: 64, last: '63, at 01:1f.6' },
  ],
  question: ({ stride, vf, last }) =>
    `A physical function at 01:00.0 has offset 128 and stride ${stride}. Its last function on bus 01 is VF ${last}. Where is VF ${vf}?`,
  run({ stride, vf }) {
    const nic = vfsByHand({ totalVfs: vf + 1, firstOffset: 128, stride });
    const result = nic.enable(vf + 1);
    const place = nic.answering[vf + 1] ?? 'nowhere';
    return { place, result: result.kind, functions: nic.answering.length };
  },
  choices: () => [
    {
      text: 'There is none: a bus is full with 256',
      fits: ({ place }) => place === 'nowhere',
      why: 'A bus is. But a card may have more than one bus number.',
    },
    {
      text: 'At 01:00.0 again',
      fits: ({ place }) => place === '01:00.0',
      why: 'The physical function is there. The sum does not wrap inside the bus: the carry goes on.',
    },
    { text: 'At 02:00.0', fits: ({ place }) => place === '02:00.0' },
  ],
  figures: ({ place, functions }, { vf }) => [
    { name: 'Functions that answer', value: functions },
    { name: `VF ${vf} is at`, value: place },
  ],
  because: () =>
    'Offset and 64 strides of 2 make 256 places. Added to 0100 in hexadecimal that is 0200: the carry goes into the bus.',
  knobs: ({ stride, vf }) => ({ 'Virtual functions of each port': vf + 1, 'VF stride': stride }),
});
