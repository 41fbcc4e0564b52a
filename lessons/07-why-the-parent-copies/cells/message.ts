import { attack, knob } from 'two-checkboxes';

const ringMessages = knob('Copy ring messages first', false);

const { outcome, bytes } = attack({ kind: 'rewrite-offset', policy: { ringMessages } });

export default [
  outcome,
  ...(bytes.length > 0
    ? [{ kind: 'hexdump', title: 'What left on the wire: memory of another machine', bytes }]
    : []),
];
