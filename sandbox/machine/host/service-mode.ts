import { CONTEXT_SWITCH, SYSTEM_CALL } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';

/** Where in the root a service provider runs, and what it costs to get there and to call the switch. */
export interface ServiceMode {
  /** Whom its own work is charged to on `processor`. */
  actor(processor: VirtualProcessor): number;
  /** It is woken for work, and is through with it. Calls may repeat. */
  enter(processor: VirtualProcessor): void;
  leave(processor: VirtualProcessor): void;
  /** It hands a frame to the switch, takes one from it, or makes a hypercall. */
  call(processor: VirtualProcessor): void;
}

/** In the kernel, as VMBus's providers for networking and storage are: nothing to get to. */
export class KernelMode implements ServiceMode {
  actor(processor: VirtualProcessor): number {
    return processor.kernel;
  }
  enter(): void {}
  leave(): void {}
  call(): void {}
}

/** In a process of the root: a thread is switched to for each batch, and each call is a system call. */
export class UserMode implements ServiceMode {
  #running = new Set<VirtualProcessor>();

  actor(processor: VirtualProcessor): number {
    return processor.user;
  }

  enter(processor: VirtualProcessor): void {
    if (this.#running.has(processor)) return;
    this.#running.add(processor);
    this.#switch(processor, "wake the provider's thread");
  }

  leave(processor: VirtualProcessor): void {
    if (!this.#running.delete(processor)) return;
    this.#switch(processor, "the provider's thread waits");
  }

  call(processor: VirtualProcessor): void {
    processor.charge(processor.kernel, SYSTEM_CALL, processor.lp.costs.syscall);
  }

  #switch(processor: VirtualProcessor, why: string): void {
    const { ledger, costs } = processor.lp;
    ledger.contextSwitches++;
    const detail = processor.tracing ? why : undefined;
    processor.charge(processor.kernel, CONTEXT_SWITCH, costs.threadSwitch, detail);
  }
}
