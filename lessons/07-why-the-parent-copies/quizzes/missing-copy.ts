import { type AttackKind, attack, type CopyPolicy, quiz } from 'two-checkboxes';

const MISSING = {
  'Copy headers of sent frames': { sentHeaders: false },
  'Copy received frames': { receivedFrames: false },
  'Copy ring messages': { ringMessages: false },
} satisfies Record<string, Partial<CopyPolicy>>;

export default quiz({
  cell: 'frames',
  variants: [
    { missing: 'Copy headers of sent frames' },
    { missing: 'Copy received frames' },
    { missing: 'Copy ring messages' },
  ],
  question: ({ missing }) => {
    const words = {
      'Copy headers of sent frames': 'the headers of sent frames',
      'Copy received frames': 'received frames',
      'Copy ring messages': 'ring messages',
    }[missing];
    return `The root makes all its copies but one: it does not copy ${words}. Which attack works now?`;
  },
  run({ missing }) {
    const works = (kind: AttackKind): number =>
      attack({ kind, policy: MISSING[missing], attempts: 20 }).succeeded;
    return {
      offset: works('rewrite-offset'),
      source: works('rewrite-source'),
      early: works('read-early'),
    };
  },
  choices: () => [
    {
      text: 'A message is rewritten after the root has checked it',
      fits: ({ offset }) => offset > 0,
      why: 'Ring messages are still copied before anybody looks at them.',
    },
    {
      text: 'A source address is rewritten after the switch has let the frame pass',
      fits: ({ source }) => source > 0,
      why: 'What the switch decides by is still the root’s own copy.',
    },
    {
      text: 'A frame is read before the switch has looked at it',
      fits: ({ early }) => early > 0,
      why: 'A frame that comes in still lies in the root’s memory until the switch has decided.',
    },
  ],
  figures: ({ offset, source, early }) => [
    { name: 'Messages rewritten, of 20 tries', value: offset },
    { name: 'Addresses rewritten', value: source },
    { name: 'Frames read early', value: early },
  ],
  because: (_, { missing }) =>
    missing === 'Copy received frames'
      ? 'The card has put the frame into memory that the guest can read. The switch has still to say whether it may.'
      : 'What was checked stays in the guest’s memory, and the guest has a second processor.',
  knobs: ({ missing }) => ({
    'Copy ring messages': missing !== 'Copy ring messages',
    'Copy headers of sent frames': missing !== 'Copy headers of sent frames',
    'Copy received frames': missing !== 'Copy received frames',
  }),
});
