import { compare, knob } from 'two-checkboxes';

const profile = knob('Costs of', 'icelake-zen3-2021', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

const { paths } = await compare({ paths: ['vmbus', 'sriov', 'native'], line: '100G', profile });

export default {
  kind: 'bars',
  title: 'What a frame still costs',
  unit: 'cycles per frame',
  bars: Object.entries(paths).map(([name, { ledger, deliveredFrames }]) => ({
    name,
    segments: ledger
      .filter(({ cycles }) => cycles > 0)
      .map(({ who, what, cycles }) => ({ who, what, value: cycles / deliveredFrames })),
  })),
};
