import type { InterruptService, VirtualProcessor } from '../partition/virtual-processor.ts';

/** Vector of a processor's clock. */
const TIMER_VECTOR = 31;

/** The clock's interrupt does nothing but wake: what was due is a task of its own. */
const CLOCK: InterruptService = { interrupt: () => undefined };

/** The guest's clock is due on `processor` at `at`: its interrupt comes before the task that waited for it. */
export function tick(processor: VirtualProcessor, at: number): void {
  processor.install(TIMER_VECTOR, CLOCK, true);
  processor.interrupt(TIMER_VECTOR, at);
}
