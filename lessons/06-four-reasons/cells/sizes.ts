import { FOUR_REASONS, fourReasons, knob, type Reason } from 'two-checkboxes';

const load = knob('Load', 'as much as it can', { choices: ['as much as it can', '250 a second'] });

const reasons: Reason[] = ['noHypervisor', 'sharedMemory', 'noEmulation', 'kernelMode'];
const sizes = [64, 256, 512, 1024, 1514];
const runs = sizes.map((frame) => ({
  frame,
  report: fourReasons({ frame, frames: 150, load: load === '250 a second' ? 'paced' : 'max' }),
}));

export default {
  kind: 'chart',
  title: 'What a frame costs more, with',
  x: { label: 'Frame size', unit: 'B' },
  y: { label: 'Cycles more for a frame', log: true },
  series: reasons.map((reason) => ({
    name: FOUR_REASONS[reason].missing,
    points: runs.map(({ frame, report: { all, without } }) => ({
      x: frame,
      y: Math.max(1, (without[reason]?.cyclesPerFrame ?? 0) - all.cyclesPerFrame),
    })),
  })),
};
