import { knob, vfsByHand } from 'two-checkboxes';

const count = knob('NumVFs', 2, { min: 0, max: 9 });
const later = knob('NumVFs, written again while enabled', 5, { min: 0, max: 9 });

const nic = vfsByHand();
const hex = (value: number) =>
  value === 0xffffffff ? 'all ones' : value.toString(16).padStart(8, '0');
const rows: (string | number)[][] = [];
const look = (what: string) =>
  rows.push([
    what,
    nic.numVfs,
    nic.answering.length - 1,
    hex(nic.read('01:10.0', 0x00)),
    hex(nic.read('01:10.0', 0x08)),
  ]);

look('after firmware');
nic.numVfs = count;
look(`NumVFs = ${count}`);
nic.vfEnable = true;
look('set VF Enable');
nic.numVfs = later;
look(`NumVFs = ${later}`);
const registers = nic.registers('The SR-IOV capability, while VF Enable is set');
nic.vfEnable = false;
look('clear VF Enable');
nic.numVfs = later;
look(`NumVFs = ${later}`);

export default [
  {
    kind: 'table',
    title: 'Five writes, and what answers after each',
    columns: [
      { name: 'Write' },
      { name: 'NumVFs reads' },
      { name: 'VFs there' },
      { name: 'Ids of 01:10.0' },
      { name: 'Its class' },
    ],
    rows,
  },
  registers,
];
