import type { Structure } from '../memory/structure.ts';
import { DEVICE_INTERRUPT_STRUCTURES } from './device-interrupt-structures.ts';
import { HYPERCALL_STRUCTURES } from './hypercall-structures.ts';
import { INTERCEPT_STRUCTURES } from './intercept-structures.ts';
import { REGISTER_PAGE_STRUCTURES } from './register-page-structures.ts';
import { REGISTER_STRUCTURES } from './register-structures.ts';
import { SYNIC_STRUCTURES } from './synic-structures.ts';

/** Every structure of the hypervisor's interface that this machine has. */
export const PARTITION_STRUCTURES: readonly Structure[] = [
  ...SYNIC_STRUCTURES,
  ...HYPERCALL_STRUCTURES,
  ...DEVICE_INTERRUPT_STRUCTURES,
  ...REGISTER_STRUCTURES,
  ...REGISTER_PAGE_STRUCTURES,
  ...INTERCEPT_STRUCTURES,
];
