import { knob, show, text } from 'two-checkboxes';

const ghz = knob('Clock of the core', 2.93, { min: 1, max: 5, step: 0.01, unit: 'GHz' });
const driverCall = 645; // cycles for one call of a 10 Gb/s NIC's driver (Rizzo 2012)
const segment = 1460; // bytes of payload in a full TCP segment

const rates = [5, 7].flatMap((n) => [
  { name: `${n} Gb/s`, bytesPerSecond: (n * 1e9) / 8 },
  { name: `${n} GB/s`, bytesPerSecond: n * 1e9 },
]);

show({
  kind: 'table',
  title: 'What one core may spend',
  columns: [
    { name: 'Rate' },
    { name: 'Cycles per byte' },
    { name: `Cycles per ${segment} bytes` },
    { name: 'Calls of a NIC driver that fit' },
  ],
  rows: rates.map(({ name, bytesPerSecond }) => {
    const perByte = (ghz * 1e9) / bytesPerSecond;
    return [name, perByte, Math.round(perByte * segment), (perByte * segment) / driverCall];
  }),
});

export default text('A frame needs the driver at least once, and the rest of the way besides.');
