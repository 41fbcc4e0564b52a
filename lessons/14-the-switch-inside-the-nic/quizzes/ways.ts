import { type ArchitecturePart, architecture, quiz } from 'two-checkboxes';

const WAYS = {
  'a neighbour with a VF': { others: ['sriov'], direction: 'to-neighbour' },
  'a neighbour without one': { others: ['vmbus'], direction: 'to-neighbour' },
  'a station outside': { others: ['sriov'], direction: 'tx' },
} as const;

export default quiz({
  cell: 'ways',
  variants: [
    { to: 'a neighbour with a VF' },
    { to: 'a neighbour without one' },
    { to: 'a station outside' },
  ],
  question: ({ to }) => {
    const words = {
      'a neighbour with a VF': 'to another one on the same NIC',
      'a neighbour without one': 'to a machine on the same host that has no virtual function',
      'a station outside': 'to a station outside',
    }[to];
    return `A frame goes from one virtual function ${words}. How far does it get?`;
  },
  async run({ to }) {
    const { steps, nodes } = await architecture({
      path: 'sriov',
      profile: 'sandybridge-2012',
      ...WAYS[to],
    });
    const has = (part: ArchitecturePart): boolean => {
      const { id } = nodes.find((node) => node.part === part)!;
      return steps.some(({ holder }) => holder === id);
    };
    return { wire: has('peer'), root: has('switch') };
  },
  choices: () => [
    {
      text: 'To the wire, and to whoever is behind it',
      fits: ({ wire }) => wire,
      why: 'The card knows the address, and where it is: on this side. Nothing has to go out.',
    },
    {
      text: 'To the switch in the NIC, and from there to the other end',
      fits: ({ wire, root }) => !wire && !root,
      why: 'The NIC’s switch takes it first. But what it knows of that address is not a virtual function.',
    },
    {
      text: 'Through the NIC to the root’s virtual switch',
      fits: ({ wire, root }) => !wire && root,
      why: 'The root is asked only for those who have no function of their own.',
    },
  ],
  figures: ({ wire, root }) => [
    { name: 'It gets outside', value: wire ? 'yes' : 'no' },
    { name: 'It passes the root’s switch', value: root ? 'yes' : 'no' },
  ],
  because: (_, { to }) =>
    to === 'a station outside'
      ? 'The NIC’s switch knows no function with that address, and what it does not know is outside.'
      : 'The neighbour’s address belongs to the root’s pool. So the NIC gives the frame to the physical function, and the root’s switch takes it on.',
  knobs: ({ to }) => ({ 'The frame goes to': to }),
});
