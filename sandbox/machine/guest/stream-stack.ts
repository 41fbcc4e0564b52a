import { READ } from '../memory/guest-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { acknowledgementAt, portOf, reversed, type TcpStream } from '../net/tcp.ts';
import { NETWORK_STACK } from '../partition/ledger.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { BulkSocket } from './bulk-socket.ts';
import type { NetDevice, StackEntry } from './net-device.ts';
import type { StreamReceiver } from './stream-receiver.ts';

/** Ports tell the streams of a guest apart: what arrives for `port` is for that end of one. */
export class StreamStack implements StackEntry {
  /** Frames for no stream of this guest. */
  strays = 0;
  #device: NetDevice;
  #senders = new Map<number, { socket: BulkSocket; back: TcpStream }>();
  #receivers = new Map<number, StreamReceiver>();
  #pieces = new ScatterList();

  constructor(device: NetDevice) {
    this.#device = device;
    device.stack = this;
  }

  /** A stream that this guest sends. */
  send(stream: TcpStream, socket: BulkSocket): void {
    this.#senders.set(stream.sourcePort, { socket, back: reversed(stream) });
  }

  /** One that it receives. */
  receive(receiver: StreamReceiver): void {
    this.#receivers.set(receiver.plan.stream.destinationPort, receiver);
  }

  received(processor: VirtualProcessor, gpa: number, length: number, verified = false): void {
    const { memory } = this.#device;
    const at = memory.span(gpa, length, READ);
    const port = at < 0 ? -1 : portOf(memory.host, at, length);
    const receiver = this.#receivers.get(port);
    const sender = this.#senders.get(port);
    if (receiver !== undefined) receiver.segment(processor, at, length, verified);
    else if (sender !== undefined) {
      processor.charge(processor.kernel, NETWORK_STACK, processor.lp.costs.stack, 'acknowledged');
      const { acknowledged, window } = acknowledgementAt(memory.host, at, sender.back);
      sender.socket.acknowledge(processor, acknowledged, window);
    } else this.strays++;
  }

  receivedLong(processor: VirtualProcessor, pieces: ScatterList): void {
    const { memory } = this.#device;
    const host = this.#pieces;
    host.clear();
    for (let i = 0; i < pieces.count; i++) {
      const at = memory.span(pieces.addresses[i], pieces.lengths[i], READ);
      if (at < 0 || !host.push(at, pieces.lengths[i])) return;
    }
    const port = portOf(memory.host, host.addresses[0], host.lengths[0]);
    const receiver = this.#receivers.get(port);
    if (receiver === undefined) this.strays++;
    else receiver.long(processor, host);
  }

  polled(processor: VirtualProcessor): void {
    for (const receiver of this.#receivers.values()) receiver.polled(processor);
  }

  room(processor: VirtualProcessor, queue: number): void {
    for (const receiver of this.#receivers.values()) receiver.room(processor);
    for (const { socket } of this.#senders.values())
      if (socket.queue === queue) socket.room(processor);
  }
}
