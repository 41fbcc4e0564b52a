import { findProfile, knob, profileKnob } from 'two-checkboxes';

const rate = knob('Rate of one core', 7, { min: 1, max: 10 });
const unit = knob('Unit', 'GB/s', { choices: ['Gb/s', 'GB/s'] });
const profile = profileKnob('Costs of');

const { ghz, p } = findProfile(profile);
const bytesASecond = unit === 'GB/s' ? rate * 1e9 : (rate * 1e9) / 8;
const cyclesPerByte = (ghz * 1e9) / bytesASecond;

export default {
  kind: 'table',
  title: `${rate} ${unit} on a core of ${ghz} GHz`,
  columns: [{ name: 'Cycles' }, { name: 'There are' }, { name: 'Needed by one part alone' }],
  rows: [
    ['for a byte', cyclesPerByte, `copying it once: ${p.memcpy_cold.value}`],
    [
      'for a packet with 1460 bytes in it',
      Math.round(cyclesPerByte * 1460),
      `the NIC's driver: ${p.nic_driver_pkt.value}`,
    ],
  ],
};
