import { knob, vfsByHand } from 'two-checkboxes';

const totalVfs = knob('TotalVFs', 8, { min: 1, max: 64 });
const count = knob('Enabled of them', 2, { min: 0, max: 64 });
const vfKiB = knob('Memory of one function, KiB', 16, { choices: [16, 64, 256, 1024] });
const memoryMiB = knob('Window', 1, { min: 1, max: 64, unit: 'MiB' });

const nic = vfsByHand({ totalVfs, vfKiB, memoryMiB });
const result = nic.enable(Math.min(count, totalVfs));

export default [
  ...(count > 0 && result.kind === 'refused'
    ? [`Refused: ${result.reason} (${result.detail}).`]
    : []),
  nic.addressMap('Where the memory of the virtual functions lies'),
];
