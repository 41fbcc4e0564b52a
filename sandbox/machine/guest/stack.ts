import { READ } from '../memory/guest-memory.ts';
import type { FlowCheck } from '../net/flow-check.ts';
import { APPLICATION, NETWORK_STACK, SYSTEM_CALL } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from './net-device.ts';
import type { SendingSocket } from './sending-socket.ts';

/**
 * The guest's network stack over one device: its sockets that send, and the one that receives. What
 * arrives is checked over every byte before the application gets it.
 */
export class GuestStack implements StackEntry {
  readonly device: NetDevice;
  /** A reply that came sends the flow's next request. */
  replySendsNext = false;
  /** Frames whose checksum the device had found right. */
  verified = 0;
  #check: FlowCheck;
  #sockets: SendingSocket[] = [];

  constructor(device: NetDevice, check: FlowCheck) {
    this.device = device;
    this.#check = check;
    device.stack = this;
  }

  /** Adds a socket that sends through this stack. */
  add(socket: SendingSocket): void {
    this.#sockets.push(socket);
  }

  received(processor: VirtualProcessor, gpa: number, length: number, verified = false): void {
    if (verified) this.verified++;
    const { costs } = processor.lp;
    processor.charge(processor.kernel, NETWORK_STACK, costs.stack);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.user, APPLICATION, 0);
    processor.lp.move(processor.kernel, NETWORK_STACK, length);
    const at = this.device.memory.span(gpa, length, READ);
    const flow = at < 0 ? -1 : this.#check.check(at, length, processor.local);
    if (flow >= 0 && this.replySendsNext)
      this.#sockets.find((socket) => socket.flow === flow)?.sendNext(processor);
  }

  room(processor: VirtualProcessor, queue: number): void {
    for (const socket of this.#sockets) if (socket.queue === queue) socket.room(processor);
  }
}
