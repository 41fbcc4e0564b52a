import type { HostMemory } from '../memory/host-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { EXIT_ROOT_HYPERCALL, HYPERCALL, HYPERVISOR } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { PrivateMemory } from './private-memory.ts';

/**
 * A root that shares no data buffers with its guests: for each frame it asks the hypervisor to copy it
 * across, by way of a buffer that is the hypervisor's own. For teaching what shared memory saves.
 */
export class HypervisorCopies {
  #host: HostMemory;
  #maxFrame: number;
  #buffer: number;
  #root: PrivateMemory;

  /** @param maxFrame longest frame, in bytes; longer ones do not cross */
  constructor(host: HostMemory, maxFrame: number) {
    this.#host = host;
    this.#maxFrame = maxFrame;
    this.#buffer = host.allocate(maxFrame);
    this.#root = new PrivateMemory(host, maxFrame);
  }

  /** From the guest's pages in `frame` to memory of the root, which `frame` then lists. */
  fetch(processor: VirtualProcessor, frame: ScatterList): boolean {
    const { length } = frame;
    if (length > this.#maxFrame) return false;
    const at = this.#root.frameFor(frame);
    this.#cross(processor, frame, at);
    frame.clear();
    return frame.add(at, length);
  }

  /** From the root's memory to the guest's, at host address `to`. */
  store(processor: VirtualProcessor, frame: ScatterList, to: number): boolean {
    if (frame.length > this.#maxFrame) return false;
    this.#cross(processor, frame, to);
    return true;
  }

  #cross(processor: VirtualProcessor, frame: ScatterList, to: number): void {
    const { ledger, costs } = processor.lp;
    const { length } = frame;
    ledger.exits[EXIT_ROOT_HYPERCALL]++;
    processor.charge(HYPERVISOR, HYPERCALL, costs.vmexit, 'copy between partitions');
    frame.copyTo(this.#host, this.#buffer);
    this.#host.copy(to, this.#buffer, length);
    processor.copyFrame(HYPERVISOR, length, costs.copyCold, 'into the hypervisor');
    processor.copyFrame(HYPERVISOR, length, costs.copyWarm, 'out of the hypervisor');
  }
}
