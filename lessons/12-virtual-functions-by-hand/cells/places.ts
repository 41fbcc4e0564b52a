import { knob, vfsByHand } from 'two-checkboxes';

const count = knob('Virtual functions of each port', 8, { min: 1, max: 160 });
const firstOffset = knob('First VF offset', 128, { min: 1, max: 400 });
const stride = knob('VF stride', 2, { min: 1, max: 9 });
const ports = knob('Ports of the card', 1, { choices: [1, 2] });
const ari = knob('The port above forwards ARI', true);

const nic = vfsByHand({
  totalVfs: count,
  firstOffset,
  stride,
  ports: ports === 2 ? 2 : 1,
  ari,
});
const result = nic.enable(count);

export default [
  ...(result.kind === 'refused' ? [`Refused: ${result.reason} (${result.detail}).`] : []),
  nic.busMap(`${nic.place}, offset ${firstOffset}, stride ${stride}`, count),
];
