import { brokenHost, knob, QUESTIONS } from 'two-checkboxes';

const number = knob('Machine', 1, { min: 1, max: 40 });
const question = knob('Ask', 'Get-VMNetworkAdapter', { choices: QUESTIONS });
const reveal = knob('Show what is wrong', false);

const machine = brokenHost(number);

export default [machine.ask(question), ...(reveal ? [machine.reveal()] : [])];
