/** SINTs of a SynIC, and with them slots of its SIM page. */
export const SINTS = 16;
/** SINTs with a fixed use: intercepts, and VMBus. */
export const SINT_INTERCEPT = 0;
export const SINT_VMBUS = 2;

/** Synthetic MSRs (TLFS, chapters on the synthetic interrupt controller and on timers). */
export const MSR_SCONTROL = 0x40000080;
export const MSR_SVERSION = 0x40000081;
export const MSR_SIEFP = 0x40000082;
export const MSR_SIMP = 0x40000083;
export const MSR_EOM = 0x40000084;
export const MSR_SINT0 = 0x40000090;
export const MSR_STIMER0_CONFIG = 0x400000b0;
export const MSR_STIMER0_COUNT = 0x400000b1;

/** SCONTROL, SIEFP and SIMP: what they are for is on. */
export const ENABLE = 1;

/** A SINT's register: vector in bits 7:0, and these. */
export const SINT_MASKED = 1 << 16;
export const SINT_AUTO_EOI = 1 << 17;
export const SINT_POLLING = 1 << 18;
/** Lowest vector that a SINT can have. */
export const LOWEST_SINT_VECTOR = 16;

/**
 * The first vector that is not an exception. Processors of this machine number their vectors from
 * there: vector 0 of a `VirtualProcessor` is 0x20 of the local APIC.
 */
export const FIRST_VECTOR = 0x20;

/** Event flags of a SINT, and the words that they lie in. */
export const EVENT_FLAGS = 2048;
export const EVENT_FLAG_BYTES = EVENT_FLAGS / 8;

/** Timers of a SynIC, and the bits of a timer's configuration. */
export const TIMERS = 4;
export const TIMER_ENABLED = 1 << 0;
export const TIMER_PERIODIC = 1 << 1;
export const TIMER_LAZY = 1 << 2;
export const TIMER_AUTO_ENABLE = 1 << 3;
export const TIMER_DIRECT = 1 << 12;
export const TIMER_VECTOR_SHIFT = 4;
export const TIMER_SINT_SHIFT = 16;
/** The unit of reference time, in picoseconds: 100 ns. */
export const REFERENCE_TICK = 100_000;
