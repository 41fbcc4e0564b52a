import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { emulationCycles } from '../partition/costs.ts';
import { SetVpRegistersInput } from '../partition/hypercalls.ts';
import type { Hypervisor } from '../partition/hypervisor.ts';
import { InterceptReader } from '../partition/intercept-message.ts';
import type { PortService } from '../partition/intercepts.ts';
import { CONTEXT_SWITCH, EMULATION, SYSTEM_CALL } from '../partition/ledger.ts';
import { REGISTER_INTERCEPT_SUSPEND, REGISTER_RAX, REGISTER_RIP } from '../partition/registers.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel } from '../vmbus/channel.ts';
import type { MessageThreads } from './intercept-service.ts';

/** Ports of the registers, in bytes, and which of them is the doorbell. */
export interface RegisterWindow {
  base: number;
  bytes: number;
  doorbell: number;
}

/**
 * A worker process that emulates the registers of a VMBus adapter that has some: it learns of each access
 * from an intercept message and completes it as the 21140's does. For teaching what having none saves.
 */
export class RegisterWorker implements PortService, MessageThreads, Task {
  /** Accesses completed. */
  emulated = 0;
  #hypervisor: Hypervisor;
  #channels: Channel[];
  #window: RegisterWindow;
  #message: InterceptReader;
  #input: SetVpRegistersInput;
  #slots: number[] = [];
  #file: Uint32Array;

  constructor(
    hypervisor: Hypervisor,
    host: HostMemory,
    channels: Channel[],
    window: RegisterWindow,
  ) {
    this.#hypervisor = hypervisor;
    this.#channels = channels;
    this.#window = window;
    this.#message = new InterceptReader(host);
    this.#input = new SetVpRegistersInput(host, host.allocate(PAGE_SIZE));
    this.#file = new Uint32Array(window.bytes >>> 2);
  }

  claims(port: number): boolean {
    return port >= this.#window.base && port < this.#window.base + this.#window.bytes;
  }

  wake(processor: VirtualProcessor, vpIndex: number, slot: number): void {
    this.#slots[vpIndex] = slot;
    processor.post(this, vpIndex, processor.local);
  }

  run(processor: VirtualProcessor, vpIndex: number): void {
    this.#switchThread(processor, "wake the worker's thread");
    this.#message.at = this.#slots[vpIndex];
    processor.charge(processor.user, EMULATION, emulationCycles(processor.lp.costs));
    this.#emulate(processor);
    this.#switchThread(processor, "the worker's thread waits");
  }

  #emulate(processor: VirtualProcessor): void {
    const message = this.#message;
    const index = (message.port - this.#window.base) >>> 2;
    const value = this.#file[index];
    this.emulated++;
    if (message.write) this.#file[index] = message.accumulator;
    processor.charge(processor.kernel, SYSTEM_CALL, processor.lp.costs.syscall);
    this.#input.begin(message.sender, message.vpIndex);
    if (!message.write) this.#input.add(REGISTER_RAX, message.merge(value), 0);
    const low = message.ripLow + message.instructionLength;
    this.#input.add(REGISTER_RIP, low, message.ripHigh + (low > 0xffffffff ? 1 : 0));
    this.#input.add(REGISTER_INTERCEPT_SUSPEND, 0, 0);
    this.#hypervisor.setVpRegisters(processor, this.#input);
    if (message.write && message.port === this.#window.doorbell) this.#ring(processor);
  }

  /** The provider's poll starts where it would start after a signal; the value names the channel. */
  #ring(processor: VirtualProcessor): void {
    const channel = this.#channels[this.#message.accumulator];
    channel?.rootEnd?.signalled(processor);
  }

  #switchThread(processor: VirtualProcessor, why: string): void {
    const { ledger, costs } = processor.lp;
    ledger.contextSwitches++;
    const detail = processor.tracing ? why : undefined;
    processor.charge(processor.kernel, CONTEXT_SWITCH, costs.threadSwitch, detail);
  }
}
