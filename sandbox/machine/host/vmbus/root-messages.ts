import { type HostMemory, PAGE_SIZE } from '../../memory/host-memory.ts';
import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { Partition } from '../../partition/partition.ts';
import { PORT_MESSAGE } from '../../partition/ports.ts';
import { SINT_VMBUS } from '../../partition/synic-spec.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import {
  CONNECTION_MESSAGE,
  CONNECTION_MESSAGE_OLD,
  VMBUS_MESSAGE_TYPE,
} from '../../vmbus/channel-messages.ts';
import { takeMessage } from '../../vmbus/message-slot.ts';
import { Outbox, type Outgoing } from '../../vmbus/outbox.ts';
import { type HypercallInputPage, postMessage } from '../../vmbus/post-message.ts';
import type { GuestPort } from './server.ts';

/** Ports for messages stand above those of channels: one of the root for each child, one of each child. */
const PORTS = 0x800000;
/** Messages of the root that may wait for one guest: an offer for every number, and answers. */
const OUTBOX = 4096;

/** Who gets a guest's messages. */
interface Receiver {
  received(payload: Uint8Array): void;
}

/** The root's slot for VMBus messages: every guest posts through a port of its own. */
export class RootMessages {
  /** Messages through ports that belong to no guest. */
  strays = 0;
  #host: HostMemory;
  #hypervisor: Hypervisor;
  #receivers = new Map<number, Receiver>();
  #inputPages = new Map<VirtualProcessor, HypercallInputPage>();

  constructor(host: HostMemory, hypervisor: Hypervisor) {
    this.#host = host;
    this.#hypervisor = hypervisor;
  }

  /** Gives a child its connections to the root, and the root its way back, both through `root`. */
  connect(child: Partition, root: VirtualProcessor): GuestMessages {
    const hypervisor = this.#hypervisor;
    const port = PORTS + child.id;
    const info = { type: PORT_MESSAGE, sint: SINT_VMBUS, vp: root.index };
    hypervisor.createPort(root, root.partitionId, port, child.id, info);
    for (const connection of [CONNECTION_MESSAGE_OLD, CONNECTION_MESSAGE])
      hypervisor.connectPort(root, child.id, connection, root.partitionId, port);
    return new GuestMessages(hypervisor, child, root, this.#inputPageOf(root));
  }

  /** From now on `receiver` gets what `child` posts. */
  receive(child: Partition, receiver: Receiver): void {
    this.#receivers.set(PORTS + child.id, receiver);
  }

  /** Takes what lies in the slot of a processor of the root. */
  take(processor: VirtualProcessor): void {
    const message = takeMessage(this.#host, processor);
    if (message === undefined) return;
    const receiver = this.#receivers.get(message.port);
    if (receiver === undefined) this.strays++;
    else receiver.received(message.payload);
  }

  /** Where a processor of the root puts the input of its hypercalls. */
  #inputPageOf(root: VirtualProcessor): HypercallInputPage {
    const known = this.#inputPages.get(root);
    if (known !== undefined) return known;
    const host = this.#host;
    const address = host.allocate(PAGE_SIZE);
    const page = { address, write: (bytes: Uint8Array) => host.bytes.set(bytes, address) };
    this.#inputPages.set(root, page);
    return page;
  }
}

/** The root's way to one guest: a port of the guest's, on the processor that the guest asked for. */
export class GuestMessages implements GuestPort {
  readonly outbox: Outbox;
  #hypervisor: Hypervisor;
  #child: Partition;
  #root: VirtualProcessor;
  #targetVp = -1;

  constructor(
    hypervisor: Hypervisor,
    child: Partition,
    root: VirtualProcessor,
    page: HypercallInputPage,
  ) {
    this.#hypervisor = hypervisor;
    this.#child = child;
    this.#root = root;
    const post = (message: Outgoing) => postMessage(hypervisor, root, page, message);
    this.outbox = new Outbox(root, post, OUTBOX);
  }

  send(payload: Uint8Array, targetVp: number): void {
    if (targetVp !== this.#targetVp) this.#moveTo(targetVp);
    const connectionId = PORTS + this.#child.id;
    this.outbox.send({ connectionId, messageType: VMBUS_MESSAGE_TYPE, payload });
  }

  #moveTo(targetVp: number): void {
    const [hypervisor, root, child] = [this.#hypervisor, this.#root, this.#child];
    const id = PORTS + child.id;
    if (this.#targetVp >= 0) {
      hypervisor.disconnectPort(root, root.partitionId, id);
      hypervisor.deletePort(root, child.id, id);
    }
    this.#targetVp = targetVp;
    const info = { type: PORT_MESSAGE, sint: SINT_VMBUS, vp: targetVp };
    hypervisor.createPort(root, child.id, id, root.partitionId, info);
    hypervisor.connectPort(root, root.partitionId, id, child.id, id);
  }
}
