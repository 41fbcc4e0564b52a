/**
 * What a cell imports as 'two-checkboxes': ready experiments, knobs and reports, and the machine's own
 * classes for those who want to build with them.
 */
export { compare } from './compare.ts';
export type { CompareOptions } from './options.ts';
export { PATHS } from './options.ts';
export { PROFILES } from './profiles.ts';
export { knob, show, text } from './session.ts';
export { HyperVHost, VMSwitch } from './host.ts';
export { VirtualMachine } from './virtual-machine.ts';
export { TulipDriver } from '../machine/guest/tulip.ts';
export { UsageError } from './usage.ts';
export type * from './report.ts';
