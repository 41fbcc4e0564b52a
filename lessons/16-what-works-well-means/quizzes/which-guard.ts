import {
  attack,
  between,
  forgeInterrupts,
  pauseAttack,
  quiz,
  wildDescriptor,
} from 'two-checkboxes';

export default quiz({
  cell: 'security',
  variants: [
    { guard: 'DMA remapping' },
    { guard: 'interrupt remapping' },
    { guard: 'the NIC’s filter' },
    { guard: 'the root’s copy' },
  ],
  question: ({ guard }) =>
    `A host lacks ${guard}, and has all else. What does a hostile guest get?`,
  run({ guard }) {
    const remapping = guard !== 'DMA remapping';
    const { stolen } = wildDescriptor({ descriptor: 'the neighbour’s memory', remapping });
    const { messages } = forgeInterrupts({
      remapping: guard !== 'interrupt remapping',
      times: 5,
    });
    const filter = guard !== 'the NIC’s filter';
    const left = pauseAttack({ perSecond: 300, filter }).neighbourGbps;
    const sentHeaders = guard !== 'the root’s copy';
    return {
      stolen: stolen.length,
      foreign: messages.filter(({ by, taken }) => taken > 0 && by !== 'VM 0').length,
      left,
      rewritten: attack({ kind: 'rewrite-source', policy: { sentHeaders } }).succeeded,
    };
  },
  choices: () => [
    {
      text: 'Its neighbour’s memory, on the wire',
      fits: ({ stolen }) => stolen > 0,
      why: 'The tables of the IOMMU still keep its function to its own memory.',
    },
    {
      text: 'Interrupts on others’ processors',
      fits: ({ foreign }) => foreign > 0,
      why: 'Interrupt messages are still looked up in a table that says whose they are.',
    },
    {
      text: 'The line: others receive next to nothing',
      fits: ({ left }) => between(left, Number.NEGATIVE_INFINITY, 2),
      why: 'Pause frames of a function still end in the NIC.',
    },
    {
      text: 'Another’s address, past the switch',
      fits: ({ rewritten }) => rewritten > 0,
      why: 'The switch still decides by bytes that only the root can write.',
    },
  ],
  figures: ({ stolen, foreign, left, rewritten }) => [
    { name: 'Bytes of the neighbour sent', value: stolen },
    { name: 'Kinds of foreign interrupt', value: foreign },
    { name: 'Left to the neighbour', value: left, unit: 'Gb/s' },
    { name: 'Addresses rewritten', value: rewritten },
  ],
  because: () =>
    'Each guard stands against one thing, and none stands in for another. A path is as safe as the guards that are all there.',
});
