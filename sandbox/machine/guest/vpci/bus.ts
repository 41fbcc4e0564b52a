import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { HV_RETARGET_DEVICE_INTERRUPT, hypercall } from '../../partition/hypercall-abi.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import { getField, getNumber, messageType } from '../../vmbus/message-codec.ts';
import { type Packet, type PacketHandler, PacketPort } from '../../vmbus/packet-port.ts';
import {
  CONFIG_SELECT,
  CONFIG_SPACE,
  NT_SUCCESS,
  PCI_BUS_RELATIONS_TYPE,
  PCI_BUS_RELATIONS2_TYPE,
  PCI_EJECT,
  PCI_INVALIDATE_BLOCK,
  VPCI_VERSIONS,
  vpciDeviceId,
} from '../../vmbus/vpci.ts';
import {
  decodeInterruptReply,
  encodeCreateInterrupt,
  encodeDeleteInterrupt,
  type InterruptMessage,
  incomingField,
  replyStatus,
} from '../../vmbus/vpci-messages.ts';
import { PCI_CHILD_MESSAGE, PCI_DEV_INVAL_BLOCK } from '../../vmbus/vpci-structures.ts';
import { type BlockRead, type DeviceBus, PciDevice, type WantedInterrupt } from './device.ts';
import {
  ejectionComplete,
  exitD0,
  readBlock,
  resourcesReleased,
  retargetInput,
  writeBlock,
} from './requests.ts';
import type { VpciBusSettings, VpciBusState } from './settings.ts';
import { type BusAgreement, type SetupRequest, setUpBus, VpciRefused } from './setup.ts';

/**
 * The guest's driver of one virtual PCI bus: sets it up over its channel, makes devices out of the root's
 * list, and lets them go when the root asks. Source of the sequence: the VMBus facts in content/sources,
 * section 7.
 */
export class VpciBus implements PacketHandler, DeviceBus, Task {
  readonly devices: PciDevice[] = [];
  state: VpciBusState = 'setting up';
  /** Why the setup ended without devices. */
  failedBecause: string | undefined;
  /** Called with each device once it can be used. */
  onDevice: (device: PciDevice, processor: VirtualProcessor) => void = () => {};
  readonly agreed: BusAgreement = { version: 0, window: -1, functions: [] };
  /** Answers that nobody asked for, or not any more. */
  strays = 0;
  /** The transaction number of the next message that is completed. */
  nextTransaction = 1;
  #channel: Channel;
  #port: PacketPort;
  #settings: VpciBusSettings;
  #setup: ReturnType<typeof setUpBus> | undefined;
  #awaited: SetupRequest | undefined;
  /** What to do with an answer, by transaction. */
  #answers = new Map<number, (payload: Uint8Array) => void>();
  /** The input of a hypercall. */
  #page: number;

  constructor(channel: Channel, settings: VpciBusSettings) {
    const { memory, versions = VPCI_VERSIONS, space, asksRequirements } = settings;
    this.#channel = channel;
    this.#settings = settings;
    this.#page = memory.allocate(PAGE_SIZE);
    this.#setup = setUpBus(this.agreed, versions, space, asksRequirements);
    this.#port = new PacketPort(
      channel.openRootToGuest(),
      channel.openGuestToRoot(),
      (processor) => channel.guestControl?.signal(processor),
      this,
    );
    channel.guestEnd = this.#port;
    const { guestControl } = channel;
    if (guestControl !== undefined) guestControl.onRescind = () => this.#rescinded();
  }

  /** Loads the driver: it begins as soon as its processor gets to it. */
  open(): void {
    this.#processor.post(this, 0, 0);
  }

  run(): void {
    this.#advance(new Uint8Array());
  }

  packet(processor: VirtualProcessor, { kind, transaction, payload }: Packet): void {
    if (kind === 'completion') {
      const then = this.#answers.get(transaction);
      if (!this.#answers.delete(transaction)) this.strays++;
      then?.(payload);
      return;
    }
    if (kind !== 'message') return;
    const type = messageType(payload);
    if (type === PCI_BUS_RELATIONS_TYPE || type === PCI_BUS_RELATIONS2_TYPE) {
      if (this.#awaited?.answeredBy === 'relations') this.#advance(payload);
    } else if (type === PCI_EJECT) this.#eject(getField(payload, PCI_CHILD_MESSAGE.fields.wslot));
    else if (type === PCI_INVALIDATE_BLOCK) this.#invalidated(processor, payload);
  }

  corrupt(): void {
    this.#fail('a ring that holds no packet');
  }

  /** Gives the resources of every function back. */
  releaseResources(): void {
    for (const { description } of this.agreed.functions)
      this.#send(resourcesReleased(description.slot));
  }

  /** Leaves D0. `then` when the root has answered. */
  leaveD0(then: () => void = () => {}): void {
    this.#ask(exitD0(), then);
  }

  window(slot: number, offset: number, size: number, write: boolean, value: number): number {
    const { hypervisor } = this.#settings;
    const { window } = this.agreed;
    const processor = this.#processor;
    // Each access selects its function, since there is one selection for all processors.
    hypervisor.assigned.access(processor, window + CONFIG_SELECT, 4, true, slot);
    return hypervisor.assigned.access(
      processor,
      window + CONFIG_SPACE + offset,
      size,
      write,
      value,
    );
  }

  createInterrupt(
    slot: number,
    { vector, processor }: WantedInterrupt,
    then: (message: InterruptMessage | undefined) => void,
    count = 1,
  ): void {
    const request = { slot, vector, count, processors: [processor] };
    this.#ask(encodeCreateInterrupt(this.agreed.version, request), (answer) =>
      then(replyStatus(answer) === NT_SUCCESS ? decodeInterruptReply(answer) : undefined),
    );
  }

  deleteInterrupt(slot: number, message: InterruptMessage): void {
    this.#send(encodeDeleteInterrupt(slot, message));
  }

  /** @returns a status of the hypervisor */
  retarget(slot: number, message: InterruptMessage, wanted: WantedInterrupt): number {
    const { hypervisor, memory, instance } = this.#settings;
    const deviceId = vpciDeviceId(instance, slot);
    const input = retargetInput(deviceId, message, wanted.vector, wanted.processor);
    memory.writeFrom(this.#page, input, 0, input.length);
    const value = { low: HV_RETARGET_DEVICE_INTERRUPT, high: 0 };
    return hypercall(hypervisor, this.#processor, value, BigInt(this.#page));
  }

  readBlock(slot: number, block: number, bytes: number, then: BlockRead): void {
    this.#ask(readBlock(slot, block, bytes), (answer) => {
      const good = replyStatus(answer) === NT_SUCCESS;
      then(good ? answer.slice(4, 4 + bytes) : undefined);
    });
  }

  writeBlock(
    slot: number,
    block: number,
    bytes: Uint8Array,
    then: (good: boolean) => void = () => {},
  ): void {
    this.#ask(writeBlock(slot, block, bytes), (answer) => then(replyStatus(answer) === NT_SUCCESS));
  }

  get #processor(): VirtualProcessor {
    return this.#channel.guestProcessor;
  }

  #advance(answer: Uint8Array): void {
    this.#awaited = undefined;
    try {
      const step = this.#setup?.next(answer);
      if (step === undefined) return;
      if (step.done) this.#begin();
      else this.#perform(step.value);
    } catch (error) {
      if (!(error instanceof VpciRefused)) throw error;
      this.#fail(error.message);
    }
  }

  #perform(request: SetupRequest): void {
    this.#awaited = request;
    if (request.answeredBy === 'relations') this.#send(request.message);
    else
      this.#ask(request.message, (answer) => {
        if (this.#awaited === request) this.#advance(answer);
      });
  }

  /** Everything is agreed on: the devices appear. */
  #begin(): void {
    this.#setup = undefined;
    this.state = 'running';
    for (const { description, bars } of this.agreed.functions) {
      const device = new PciDevice(this, description, bars);
      this.devices.push(device);
      device.place();
    }
    for (const device of this.devices) this.onDevice(device, this.#processor);
  }

  /**
   * The root wants a function back. Its driver lets it go first; while the setup goes on there is no driver
   * yet, and the setup ends here. A slot that nobody has heard of is not answered.
   */
  #eject(slot: number): void {
    const device = this.devices.find(({ description }) => description.slot === slot);
    const known = this.agreed.functions.some(({ description }) => description.slot === slot);
    if (!known || (this.state !== 'running' && this.state !== 'setting up')) return;
    this.#setup = this.#awaited = undefined;
    this.state = 'ejecting';
    if (device === undefined) this.#ejected(slot);
    else device.onRemove(() => this.#ejected(slot), false);
  }

  #ejected(slot: number): void {
    if (this.state !== 'ejecting') return;
    for (const device of this.devices) {
      device.disableMsix();
      device.removed = true;
    }
    this.state = 'ejected';
    this.#send(ejectionComplete(slot));
  }

  #invalidated(processor: VirtualProcessor, payload: Uint8Array): void {
    const { fields, at } = PCI_DEV_INVAL_BLOCK;
    const slot = incomingField(payload, fields.wslot);
    const from = at.block_mask - PCI_DEV_INVAL_BLOCK.at['incoming.message_type'];
    const [low, high] = [getNumber(payload, from, 4), getNumber(payload, from + 4, 4)];
    const device = this.devices.find(({ description }) => description.slot === slot);
    if (device === undefined) return;
    processor.post({ run: () => device.onInvalidated(low, high) }, 0, processor.local);
  }

  /** The root has taken the channel: what was on it is gone. */
  #rescinded(): void {
    this.#port.close();
    this.#setup = this.#awaited = undefined;
    this.#answers.clear();
    const surprised = this.devices.filter(({ removed }) => !removed);
    this.state = 'gone';
    this.#giveBack();
    for (const device of surprised) {
      device.removed = true;
      device.onRemove(() => {}, true);
    }
  }

  #giveBack(): void {
    const { space } = this.#settings;
    for (const { bars } of this.agreed.functions.splice(0))
      for (const { address, size } of bars) space.free(address, size);
  }

  #ask(message: Uint8Array, then: (answer: Uint8Array) => void): void {
    if (this.#port.closed) return;
    const transaction = this.nextTransaction++;
    this.#answers.set(transaction, then);
    if (!this.#port.send(this.#processor, message, transaction)) this.#fail('room in the ring');
  }

  #send(message: Uint8Array): void {
    if (this.#port.closed) return;
    if (!this.#port.send(this.#processor, message)) this.#fail('room in the ring');
  }

  #fail(what: string): void {
    this.failedBecause ??= `the root refused ${what}`;
    this.state = 'failed';
    this.#setup = this.#awaited = undefined;
  }
}
