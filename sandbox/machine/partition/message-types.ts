import type { Structure } from '../memory/structure.ts';
import * as intercepts from './intercept-structures.ts';
import { TIMER_MESSAGE_PAYLOAD } from './synic-structures.ts';

/** Types of the messages that the hypervisor itself sends, with the structure of their payload. */
export const MESSAGE_PAYLOADS: ReadonlyMap<number, Structure> = new Map<number, Structure>([
  [0x80000000, intercepts.MEMORY_INTERCEPT_MESSAGE],
  [0x80000001, intercepts.MEMORY_INTERCEPT_MESSAGE],
  [0x80000010, TIMER_MESSAGE_PAYLOAD],
  [0x80000020, intercepts.INVALID_VP_REGISTER_MESSAGE],
  [0x80000021, intercepts.UNRECOVERABLE_EXCEPTION_MESSAGE],
  [0x80000022, intercepts.UNSUPPORTED_FEATURE_MESSAGE],
  [0x8000003f, intercepts.OPAQUE_INTERCEPT_MESSAGE],
  [0x80000050, intercepts.HYPERCALL_INTERCEPT_MESSAGE],
  [0x80010000, intercepts.IO_PORT_INTERCEPT_MESSAGE],
  [0x80010001, intercepts.MSR_INTERCEPT_MESSAGE],
  [0x80010002, intercepts.CPUID_INTERCEPT_MESSAGE],
  [0x80010003, intercepts.EXCEPTION_INTERCEPT_MESSAGE],
  [0x80010004, intercepts.APIC_EOI_MESSAGE],
  [0x80010006, intercepts.REGISTER_INTERCEPT_MESSAGE],
  [0x80010007, intercepts.HALT_MESSAGE],
  [0x80010008, intercepts.INTERRUPTION_DELIVERABLE_MESSAGE],
  [0x80010009, intercepts.SIPI_INTERCEPT_MESSAGE],
]);
