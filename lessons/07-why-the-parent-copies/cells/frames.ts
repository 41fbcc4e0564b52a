import { attack, knob } from 'two-checkboxes';

const policy = {
  ringMessages: knob('Copy ring messages', true),
  sentHeaders: knob('Copy headers of sent frames', true),
  sentFrames: knob('Copy sent frames whole', false),
  receivedFrames: knob('Copy received frames', true),
};

const attacks = [
  { kind: 'rewrite-offset', what: 'a ring message, rewritten after the check' },
  { kind: 'rewrite-source', what: 'the source address of a sent frame, rewritten' },
  { kind: 'rewrite-vlan', what: 'a VLAN tag, put into a sent frame' },
  { kind: 'read-early', what: 'a received frame, read before the switch has looked' },
  { kind: 'change-early', what: 'a received frame, changed before the switch has looked' },
] as const;
const tried = attacks.map(({ kind, what }) => ({ what, ...attack({ kind, policy }) }));

export default {
  kind: 'table',
  title: 'Five attacks on this policy',
  columns: [
    { name: 'Attack' },
    { name: 'Tried' },
    { name: 'Worked' },
    { name: 'Cycles for a try' },
  ],
  rows: tried.map(({ what, attempts, succeeded, cyclesPerAttempt }) => [
    what,
    attempts,
    succeeded,
    Math.round(cyclesPerAttempt),
  ]),
};
