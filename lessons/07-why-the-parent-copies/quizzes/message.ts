import { attack, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'message',
  variants: [{ copies: false }, { copies: true }],
  question: ({ copies }) =>
    copies
      ? 'The root copies each ring message before it checks it. The guest changes where the data begin, after the check. What does the root then send?'
      : 'The root checks a ring message in place, without copying it first. The guest changes where the data begin, after the check. What does the root then send?',
  run: ({ copies }) => attack({ kind: 'rewrite-offset', policy: { ringMessages: copies } }),
  choices: () => [
    {
      text: 'The packet, as it was checked',
      fits: ({ succeeded }) => succeeded === 0,
      why: 'The root looks a second time, when it sends. What it finds then was never checked.',
    },
    {
      text: 'Nothing: it sees that something changed',
      fits: () => false,
      why: 'Memory does not tell that it was written. To see a change one needs the old bytes, and that is a copy.',
    },
    {
      text: 'Bytes that were never the guest’s',
      fits: ({ succeeded, bytes }) => succeeded > 0 && bytes.length > 0,
      why: 'The guest can still write to its page. The root does not look there any more: it has its own copy.',
    },
  ],
  figures: ({ attempts, succeeded, outcome }) => [
    { name: 'Attempts', value: attempts },
    { name: 'That got foreign bytes out', value: succeeded },
    { name: 'The outcome', value: outcome },
  ],
  because: () =>
    'What was checked and what is used are the same bytes now: the root’s own copy. The guest writes to its page, and nobody looks there again.',
  knobs: ({ copies }) => ({ 'Copy ring messages first': copies }),
});
