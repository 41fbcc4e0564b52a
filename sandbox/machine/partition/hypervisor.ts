import {
  EXIT_PORT_IO,
  EXIT_ROOT_HYPERCALL,
  EXIT_SIGNAL,
  HYPERCALL,
  HYPERVISOR,
  INTERCEPT,
} from './ledger.ts';
import type { InterceptHandler, PortAccess, VirtualProcessor } from './virtual-processor.ts';

/** Who in the root completes a partition's port accesses: its worker process. */
export interface PortService {
  /** Whether the partition has an intercept on this port. */
  claims(port: number): boolean;
  /** The intercept message of `processor` is on its way; it leaves the hypervisor at `at`. */
  intercepted(processor: VirtualProcessor, at: number): void;
}

/** Who takes signals on a vector: the event flags of a partition's SynIC. */
export interface SignalTarget {
  processor: VirtualProcessor;
  vector: number;
}

/**
 * The hypervisor's part in I/O: it turns a guest's port access into a message for the root, and one
 * partition's signal into another's interrupt. It emulates no device and touches no frame.
 */
export class Hypervisor implements InterceptHandler {
  /** Port accesses that no intercept claims; they read ones. */
  unclaimed = 0;
  #services = new Map<VirtualProcessor, PortService>();
  #ioExits = 0;

  /**
   * Exits that device accesses and doorbells of guests have caused, by the hypervisor's own count. Guest
   * code can reach the ledger of the processor it runs on, but not this.
   */
  static ioExitsOf(hypervisor: Hypervisor): number {
    return hypervisor.#ioExits;
  }

  /** Installs the intercepts of the partition that `processor` belongs to. */
  installIntercepts(processor: VirtualProcessor, service: PortService): void {
    this.#services.set(processor, service);
    processor.interceptHandler = this;
  }

  /** Exit, intercept message, and on to the root. The processor stays suspended until `resume`. */
  intercept(processor: VirtualProcessor): void {
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_PORT_IO]++;
    this.#ioExits++;
    ledger.deviceAccesses++;
    const detail = processor.tracing ? describe(processor.access) : undefined;
    processor.charge(HYPERVISOR, INTERCEPT, costs.vmexit, detail);
    const service = this.#services.get(processor);
    if (service?.claims(processor.access.port) === true) {
      service.intercepted(processor, processor.local);
      return;
    }
    this.unclaimed++;
    processor.resume(0xffffffff, processor.local);
  }

  /** HvSignalEvent by a guest: one exit, and an interrupt for the target if none is pending there. */
  signalFromGuest(processor: VirtualProcessor, target: SignalTarget): void {
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_SIGNAL]++;
    this.#ioExits++;
    ledger.hypercalls++;
    processor.charge(HYPERVISOR, HYPERCALL, costs.doorbellKick);
    target.processor.interrupt(target.vector, processor.local);
  }

  /** The same by the root, or the assertion of a virtual interrupt. */
  signalFromRoot(processor: VirtualProcessor, target: SignalTarget): void {
    const { ledger, costs } = processor.lp;
    ledger.exits[EXIT_ROOT_HYPERCALL]++;
    processor.charge(HYPERVISOR, HYPERCALL, costs.vmexit);
    target.processor.interrupt(target.vector, processor.local);
  }
}

function describe(access: PortAccess): string {
  const port = `port ${access.port.toString(16)}`;
  return access.write ? `OUT ${port}, ${(access.value >>> 0).toString(16)}` : `IN ${port}`;
}
