import { dmaWalk, knob, WALKERS } from 'two-checkboxes';

const who = knob('Asked by', WALKERS[0], { choices: WALKERS });
const kibibytes = knob('Device address', 1028, { min: 0, max: 6144, step: 4, unit: 'KiB' });
const smallPage = knob('Page of 4 KiB', false);

export default dmaWalk({ who, address: kibibytes * 1024, smallPage });
