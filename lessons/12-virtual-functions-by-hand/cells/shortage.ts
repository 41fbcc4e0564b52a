import { knob, vfsByHand } from 'two-checkboxes';

const lastBus = knob('Highest bus number', 1, { min: 1, max: 4 });
const memoryMiB = knob('Window', 32, { min: 1, max: 64, unit: 'MiB' });
const asked = knob('Virtual functions asked for', 129, { min: 1, max: 200 });

/** A part of another maker: 200 functions one after the other, 64 KiB in each of two BARs. */
const part = { totalVfs: 200, firstOffset: 128, stride: 1, vfKiB: 64 };

const machine = () => vfsByHand({ ...part, lastBus, memoryMiB });
const counts = [...new Set([1, 127, 128, 129, 200, asked])].sort((a, b) => a - b);
const rows = counts.map((count) => {
  const result = machine().enable(count);
  return [
    count,
    result.kind === 'enabled' ? 'enabled' : result.reason,
    result.kind === 'enabled' ? '' : result.detail,
  ];
});

const nic = machine();
nic.enable(asked);

export default [
  {
    kind: 'table',
    title: 'What the host’s software answers',
    columns: [{ name: 'Asked for' }, { name: 'Answer' }, { name: 'Because' }],
    rows,
  },
  nic.busMap(`${asked} functions, bus numbers up to ${lastBus}`, asked),
  nic.addressMap(`${memoryMiB} MiB for 200 functions`),
];
