import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { GuestControl } from '../../vmbus/channel.ts';
import { STATUS_SUCCESS } from '../../vmbus/channel-messages.ts';
import type { GpadlRange } from '../../vmbus/gpadl.ts';
import type { Offer } from '../../vmbus/offer.ts';
import type { VmbusConnection } from './connection.ts';
import type { HostSignals } from './host-signals.ts';
import type { Answer } from './pending-answers.ts';

const PAGE_SIZE = 4096;

/** Sizes of a channel's rings, in pages with the control page, and who takes its interrupts. */
export interface RingSettings {
  toHost: number;
  toGuest: number;
  targetVp: number;
  userData?: Uint8Array;
  /** Guest address of memory for both rings, one behind the other; new memory when left out. */
  memory?: number;
}

/**
 * A channel as a driver of the guest uses it: allocates the rings, describes them to the host, opens the
 * channel over them; and the way back. When the host takes its offer back, the channel closes and its number
 * is released: what was described for it needs no teardown then.
 */
export class GuestChannel implements GuestControl {
  readonly offer: Offer;
  /** Called when the host has taken the channel away. */
  onRescind: (() => void) | undefined;
  isOpen = false;
  /** The driver does not want signals to wait: it passes a trigger of the monitor page by. */
  lowLatency = false;
  #connection: VmbusConnection;
  #memory: GuestMemory;
  #signals: HostSignals;
  #rings = 0;

  constructor(
    connection: VmbusConnection,
    memory: GuestMemory,
    offer: Offer,
    signals: HostSignals,
  ) {
    this.#connection = connection;
    this.#memory = memory;
    this.offer = offer;
    this.#signals = signals;
  }

  get relid(): number {
    return this.offer.relid;
  }

  /** Opens the channel; `then` gets the status of whichever step failed, or 0. */
  open(settings: RingSettings, then: Answer): void {
    const { toHost, toGuest, targetVp, userData } = settings;
    const count = toHost + toGuest;
    const first = (settings.memory ?? this.#memory.allocate(count * PAGE_SIZE)) / PAGE_SIZE;
    const pages = Array.from({ length: count }, (_, i) => first + i);
    for (const page of [first, first + toHost]) this.#clear(page);
    const gpadl = this.establishGpadl({ pages }, (created) => {
      if (created !== STATUS_SUCCESS) return then(created);
      this.#rings = gpadl;
      this.#connection.open(
        this.relid,
        { gpadl, targetVp, downstream: toHost, userData },
        (opened) => {
          this.isOpen = opened === STATUS_SUCCESS;
          if (this.isOpen) then(opened);
          else this.teardownGpadl(gpadl, () => then(opened));
        },
      );
    });
  }

  /** Empties a ring: the indices of its control page start at 0, also in memory that was used before. */
  #clear(page: number): void {
    this.#memory.writeFrom(page * PAGE_SIZE, new Uint8Array(PAGE_SIZE), 0, PAGE_SIZE);
  }

  /** Closes the channel and takes the rings back; `then` is called when they are the guest's alone. */
  close(then: () => void = () => {}): void {
    if (!this.isOpen) return then();
    this.isOpen = false;
    this.#connection.close(this.relid);
    this.teardownGpadl(this.#rings, then);
  }

  establishGpadl(range: GpadlRange, then?: Answer): number {
    return this.#connection.establishGpadl(this.relid, range, then);
  }

  teardownGpadl(handle: number, then?: () => void): void {
    this.#connection.teardownGpadl(this.relid, handle, then);
  }

  signal(processor: VirtualProcessor): void {
    this.#signals.signal(processor, this.offer, this.lowLatency);
  }

  /** Moves the channel's interrupts to another processor. */
  moveTo(targetVp: number, then?: Answer): void {
    this.#connection.modify(this.relid, targetVp, then);
  }

  /** The host took its offer back. */
  rescinded(): void {
    if (this.isOpen) this.#connection.close(this.relid);
    this.isOpen = false;
    this.onRescind?.();
    this.#connection.release(this.relid);
  }
}
