import {
  checkboxes,
  ledgerBesideVmbus,
  threeFacts,
  tickBoxes,
  whatIsInTheWay,
} from 'two-checkboxes';

const machine = tickBoxes(checkboxes());

export default [
  threeFacts(machine),
  whatIsInTheWay(machine),
  await ledgerBesideVmbus(machine.path),
];
