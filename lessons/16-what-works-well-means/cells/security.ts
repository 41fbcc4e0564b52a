import { attack, forgeInterrupts, pauseAttack, wildDescriptor } from 'two-checkboxes';

const rewrite = (copies: boolean) =>
  attack({ kind: 'rewrite-source', policy: { sentHeaders: copies } }).succeeded;
const stolen = (remapping: boolean) =>
  wildDescriptor({ descriptor: 'the neighbour’s memory', remapping }).stolen.length;
const forged = (remapping: boolean) =>
  forgeInterrupts({ remapping, times: 20 }).messages.reduce(
    (sum, { by, taken }) => sum + (by === 'VM 0' ? 0 : taken),
    0,
  );
const left = (filter: boolean) =>
  pauseAttack({ perSecond: 300, filter, durationMs: 10 }).neighbourGbps;

export default {
  kind: 'table',
  title: 'The fifth promise: what a hostile guest gets, without the guard and with it',
  columns: [
    { name: 'Path' },
    { name: 'It tries to' },
    { name: 'Guard' },
    { name: 'Without' },
    { name: 'With' },
  ],
  rows: [
    [
      'VMBus',
      'rewrite a frame that was checked; times of 40',
      'the root’s copy',
      rewrite(false),
      rewrite(true),
    ],
    ['SR-IOV', 'send a neighbour’s memory; bytes', 'DMA remapping', stolen(false), stolen(true)],
    ['SR-IOV', 'interrupt others; times', 'interrupt remapping', forged(false), forged(true)],
    [
      'SR-IOV',
      'stop the link; Gb/s left to a neighbour',
      'a filter of the NIC',
      left(false),
      left(true),
    ],
  ],
};
