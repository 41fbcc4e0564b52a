import { knob, ledgerBesideVmbus, threeFacts, tickBoxes } from 'two-checkboxes';

const onSwitch = knob('Enable single-root I/O virtualization (SR-IOV)', false, {
  dialog: {
    title: 'Virtual switch properties',
    page: 'External network',
    note: 'Chosen when the switch is created. It cannot be changed afterwards.',
  },
});
const onAdapter = knob('Enable SR-IOV', false, {
  dialog: {
    title: 'Network adapter',
    page: 'Hardware acceleration',
    note: 'Sets the weight of this adapter: 0, or more than 0.',
  },
});

const machine = tickBoxes({ onSwitch, onAdapter });

export default [threeFacts(machine), await ledgerBesideVmbus(machine.path)];
