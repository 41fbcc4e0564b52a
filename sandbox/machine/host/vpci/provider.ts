import type { Hypervisor } from '../../partition/hypervisor.ts';
import type { Task, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { Channel } from '../../vmbus/channel.ts';
import { type Packet, type PacketHandler, PacketPort } from '../../vmbus/packet-port.ts';
import { signalGuest } from '../../vmbus/signals.ts';
import {
  CONFIG_WINDOW_BYTES,
  NT_INVALID_PARAMETER,
  NT_SUCCESS,
  PCI_EJECT,
  PCI_INVALIDATE_BLOCK,
  VPCI_VERSIONS,
  vpciDeviceId,
} from '../../vmbus/vpci.ts';
import { encodeRelations, incoming } from '../../vmbus/vpci-messages.ts';
import { PCI_DEV_INVAL_BLOCK } from '../../vmbus/vpci-structures.ts';
import type { AssignedFunction } from './assigned-function.ts';
import { ConfigurationWindow } from './configuration-window.ts';
import { type Departure, Ejection } from './ejection.ts';
import { AssignedInterrupts } from './interrupts.ts';
import { type BusState, ejectMessage, handleMessage } from './messages.ts';

/** What a provider offers, and to whom. */
export interface VpciOffer {
  assigned: AssignedFunction;
  /** In Windows' encoding; device 0 and function 0 when left out. */
  slot?: number;
  /** The number that pairs the function with a synthetic adapter. */
  serial: number;
  /** Instance of the channel, 16 bytes. */
  instance: Uint8Array;
  /** Versions of the protocol that the root has; all that this model knows when left out. */
  versions?: readonly number[];
}

const UNREAD = 'the guest asks and does not read the answers';

/**
 * The provider of one virtual PCI bus in the root's kernel: a function of a real device for one partition.
 * Its guest reaches configuration space through two intercepted pages, and memory behind the base address
 * registers without anybody in between. Messages are copied before they are looked at; one that cannot be
 * true closes the channel, takes the function from its guest and harms nobody else.
 */
export class VpciProvider implements PacketHandler, BusState, Task {
  readonly assigned: AssignedFunction;
  readonly interrupts: AssignedInterrupts;
  readonly slot: number;
  readonly versions: readonly number[];
  readonly window: ConfigurationWindow;
  version: number | undefined;
  powered = false;
  resourced = false;
  place: string | undefined;
  #hypervisor: Hypervisor;
  #channel: Channel;
  #port: PacketPort;
  #serial: number;
  #deviceId: number;
  #ejection: Ejection;
  /** Blocks that the guest has not been told of: the low and the high half of the mask. */
  #invalid = [0, 0];

  constructor(hypervisor: Hypervisor, channel: Channel, offer: VpciOffer) {
    const { assigned, slot = 0, serial, instance, versions = VPCI_VERSIONS } = offer;
    this.#hypervisor = hypervisor;
    this.#channel = channel;
    this.assigned = assigned;
    this.slot = slot;
    this.versions = versions;
    this.#serial = serial;
    this.window = new ConfigurationWindow(assigned, slot);
    const { partitionId } = channel.guestProcessor;
    this.interrupts = new AssignedInterrupts(
      assigned,
      hypervisor.assigned.processorsOf(partitionId),
    );
    this.#port = new PacketPort(
      channel.openGuestToRoot(),
      channel.openRootToGuest(),
      (processor) => signalGuest(hypervisor, processor, channel),
      this,
    );
    channel.rootEnd = this.#port;
    this.#ejection = new Ejection(channel.rootProcessor.lp.engine);
    this.#deviceId = vpciDeviceId(instance, slot);
    const { assigned: devices } = hypervisor;
    devices.addDevice(channel.rootProcessor, partitionId, this.#deviceId, this.interrupts);
  }

  /** Whether the function is the guest's no more. */
  get gone(): boolean {
    return this.#port.closed;
  }

  /**
   * Asks the guest to let the function go. `then` is called when it has, or when it has not within 60 s:
   * in both cases the channel is rescinded.
   */
  eject(processor: VirtualProcessor, then: (how: Departure) => void): void {
    if (this.gone || this.#ejection.pending) return;
    const { lp } = processor;
    this.#ejection.begin(Math.max(lp.local, lp.engine.now), (how) => {
      this.#leave(how === 'ejected' ? 'ejected' : 'the guest did not let the function go');
      then(how);
    });
    this.#send(processor, ejectMessage(PCI_EJECT, this.slot));
  }

  /** Takes the function from the guest without asking. */
  remove(): void {
    if (this.#ejection.pending) this.#ejection.end('surprise');
    else this.#leave('removed');
  }

  /**
   * The physical function's driver says that blocks of configuration have changed: bit n of a mask of 64 for
   * block n. Masks are put together until the guest is told, so it must read what is, and not count.
   */
  invalidate(processor: VirtualProcessor, low: number, high = 0): void {
    const idle = this.#invalid[0] === 0 && this.#invalid[1] === 0;
    this.#invalid[0] |= low;
    this.#invalid[1] |= high;
    if (idle) processor.post(this, 0, processor.local);
  }

  run(processor: VirtualProcessor): void {
    const mask = new Uint8Array(Int32Array.from(this.#invalid).buffer);
    this.#invalid = [0, 0];
    if (this.gone) return;
    const values = { wslot: this.slot, block_mask: mask };
    this.#send(processor, incoming(PCI_INVALIDATE_BLOCK, PCI_DEV_INVAL_BLOCK, values));
  }

  packet(
    processor: VirtualProcessor,
    { kind, asksCompletion, transaction, payload }: Packet,
  ): void {
    if (kind === 'completion') return;
    const result = kind === 'message' ? handleMessage(this, payload) : 'a packet of another kind';
    if (typeof result === 'string') this.#fail(result);
    else if (asksCompletion && !this.gone && !this.#port.complete(processor, transaction, result))
      this.#fail(UNREAD);
  }

  corrupt(): void {
    this.#fail('the ring holds a packet that cannot be one');
  }

  /** The channel is closed: what the guest had of the function is taken back, and it is reset. */
  closed(): void {
    if (this.gone) return;
    this.#takeBack();
    this.assigned.reset();
    this.#ejection.end('surprise');
  }

  powerUp(base: number): number {
    const range = { base, size: CONFIG_WINDOW_BYTES };
    if (base % (CONFIG_WINDOW_BYTES / 2) !== 0) return NT_INVALID_PARAMETER;
    const { guestProcessor, rootProcessor } = this.#channel;
    const { assigned } = this.#hypervisor;
    const status = assigned.intercept(
      rootProcessor,
      guestProcessor.partitionId,
      range,
      this.window,
    );
    if (status !== 0) return NT_INVALID_PARAMETER;
    this.powered = true;
    return NT_SUCCESS;
  }

  powerDown(): void {
    const { guestProcessor, rootProcessor } = this.#channel;
    this.interrupts.releaseAll();
    this.window.close();
    this.#hypervisor.assigned.release(rootProcessor, guestProcessor.partitionId, this.window);
    this.powered = this.resourced = false;
  }

  tellRelations(): void {
    const { assigned, slot, version } = this;
    if (version === undefined) return;
    const described = { ...assigned.ids, slot, serial: this.#serial };
    this.#send(this.#channel.rootProcessor, encodeRelations(version, [described]));
  }

  ejectionComplete(): void {
    if (this.#ejection.pending) this.#ejection.end('ejected');
  }

  #send(processor: VirtualProcessor, message: Uint8Array): void {
    if (!this.gone && !this.#port.send(processor, message)) this.#fail(UNREAD);
  }

  /** The root's own wish: what becomes of the function is up to whoever asked. */
  #leave(reason: string): void {
    if (this.gone) return;
    this.#takeBack();
    this.#channel.close(reason);
  }

  #fail(reason: string): void {
    if (this.gone) return;
    this.#takeBack();
    this.assigned.reset();
    this.#channel.close(reason);
    this.#ejection.end('surprise');
  }

  #takeBack(): void {
    this.powerDown();
    const { guestProcessor, rootProcessor } = this.#channel;
    const { assigned } = this.#hypervisor;
    assigned.removeDevice(rootProcessor, guestProcessor.partitionId, this.#deviceId);
    this.#port.close();
  }
}
