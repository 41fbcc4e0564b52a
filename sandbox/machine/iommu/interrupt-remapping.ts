import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { FROM_DEVICE } from '../partition/pending-interrupts.ts';
import { FIRST_VECTOR } from '../partition/synic-spec.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { FaultRecording } from './fault-recording.ts';
import {
  checkEntry,
  type PostedTarget,
  type RemappedTarget,
  writePosted,
  writeRemapped,
} from './interrupt-entry.ts';
import * as message from './interrupt-spec.ts';
import { NOTIFICATION_VECTOR, PostedInterrupts } from './posted-interrupts.ts';
import * as spec from './spec.ts';

/** Where an interrupt goes. `sourceId` is the requester id that may use the entry. */
export interface RemappingEntry {
  sourceId: number;
  processor: VirtualProcessor;
  /** The processor's own number, 0 to 31: APIC vector 0x20 and up. */
  vector: number;
  /** Delivered to a running guest without an exit. */
  posted: boolean;
}

/** How the unit is built and set up. */
export interface InterruptRemappingOptions {
  /** Where the table stands; memory of its own when left out. */
  host?: HostMemory;
  /** The fault log; that of the DMA remapping unit where there is one. */
  recording?: FaultRecording;
  /** Entries of the table, a power of two from 2 to 65536. */
  entries?: number;
  /** 32-bit APIC ids (x2APIC), which block the compatibility format for good; else 8-bit ones. */
  extended?: boolean;
  /** The processors can take posted interrupts; without, the posted form of an entry is reserved. */
  posting?: boolean;
}

const ENTRIES = 4096;

/** An interrupt message as a device's MSI-X table holds it. */
export interface InterruptMessage {
  address: number;
  data: number;
}

/** Why a message was refused, with its index (0 for one in compatibility format). */
export interface InterruptFault {
  requesterId: number;
  index: number;
  code: number;
}

/**
 * Interrupt remapping as Intel VT-d does it: a device's message carries only an index; the entry in memory
 * holds vector and processor, and is used only by the function it belongs to. While remapping is off, the
 * message itself names both, and any function may name any.
 */
export class InterruptRemapping {
  /** Messages refused. */
  blocked = 0;
  /** Messages that reached a processor, or were left in a descriptor. */
  delivered = 0;
  /** Messages that named a processor or a vector that does not exist: they vanish. */
  unclaimed = 0;
  lastFault: InterruptFault | undefined;
  /** Remapping is on (GSTS.IRES). */
  enabled = true;
  /** While it is on, messages in compatibility format pass all the same (GSTS.CFIS). */
  compatibility = false;
  /** Host-physical address and entries of the table, and the size of APIC ids. */
  table: number;
  entries: number;
  extended: boolean;
  readonly posting: boolean;
  readonly recording: FaultRecording;
  #host: HostMemory;
  #used = new Set<number>();
  #processors: VirtualProcessor[] = [];
  #posted = new Map<VirtualProcessor, PostedInterrupts>();
  /** Room for descriptors in the page handed out last. */
  #descriptors = 0;
  #room = 0;

  constructor(options: InterruptRemappingOptions = {}) {
    this.#host = options.host ?? new HostMemory(LARGE_PAGE_SIZE);
    this.recording = options.recording ?? new FaultRecording();
    this.entries = options.entries ?? ENTRIES;
    this.extended = options.extended ?? true;
    this.posting = options.posting ?? true;
    this.table = this.#host.allocate(this.entries * message.ENTRY_BYTES);
  }

  /** The processor's APIC id, given when first asked for: in a row from 0. */
  apicIdOf(processor: VirtualProcessor): number {
    const known = this.#processors.indexOf(processor);
    return known >= 0 ? known : this.#processors.push(processor) - 1;
  }

  /** The processor's posted-interrupt descriptor, made when first asked for. */
  postedOf(processor: VirtualProcessor): PostedInterrupts {
    let posted = this.#posted.get(processor);
    if (posted === undefined) {
      if (this.#room === 0) {
        this.#descriptors = this.#host.allocate(1);
        this.#room = 4096 / message.DESCRIPTOR_BYTES;
      }
      posted = new PostedInterrupts(
        this.#host,
        this.#descriptors,
        processor,
        this.#destination(this.apicIdOf(processor)),
      );
      this.#descriptors += message.DESCRIPTOR_BYTES;
      this.#room--;
      this.#posted.set(processor, posted);
    }
    return posted;
  }

  /** Takes an entry for `target` and returns its index; -1 when the table is full. */
  allocate(target: RemappedTarget | PostedTarget): number {
    let index = this.#used.size;
    while (this.#used.has(index)) index = (index + 1) % this.entries;
    if (this.#used.size >= this.entries) return -1;
    this.#used.add(index);
    this.modify(index, target);
    return index;
  }

  /** Changes where the messages of an entry go, without the device's knowing. */
  modify(index: number, target: RemappedTarget | PostedTarget): void {
    const at = this.table + index * message.ENTRY_BYTES;
    if ('descriptor' in target) writePosted(this.#host, at, target);
    else writeRemapped(this.#host, at, target, this.extended);
  }

  /** Gives an entry back: messages with its index are blocked from now on. */
  release(index: number): void {
    if (!this.#used.delete(index)) return;
    for (let word = 0; word < 4; word++)
      this.#host.write32(this.table + index * message.ENTRY_BYTES + word * 4, 0);
  }

  /** The message in remappable format that leads to an entry. */
  messageFor(index: number): InterruptMessage {
    const low = (index & message.INDEX_MASK) << message.INDEX_SHIFT;
    const high = index > message.INDEX_MASK ? message.INDEX_HIGH : 0;
    const address = (message.MESSAGE_BASE | low | high | message.MESSAGE_REMAPPABLE) >>> 0;
    return { address, data: 0 };
  }

  /** The message in compatibility format for `vector` (0 to 255) at the processor with `apicId` (8 bits). */
  compatibilityMessage(apicId: number, vector: number): InterruptMessage {
    const destination = (apicId & 0xff) << message.COMPATIBILITY_DESTINATION_SHIFT;
    return { address: (message.MESSAGE_BASE | destination) >>> 0, data: vector & 0xff };
  }

  /**
   * A write of `data` (32 bits) to `address` in the interrupt range by `requesterId`, at `at`.
   * @returns whether it was let through; what it named may still not exist
   */
  message(requesterId: number, address: number, data: number, at: number): boolean {
    if (!this.enabled) return this.#compatible(address, data, at);
    if ((address & message.MESSAGE_REMAPPABLE) === 0) {
      if (this.extended || !this.compatibility)
        return this.#block(requesterId, 0, spec.FAULT_COMPATIBILITY);
      return this.#compatible(address, data, at);
    }
    let index = (address >>> message.INDEX_SHIFT) & message.INDEX_MASK;
    if ((address & message.INDEX_HIGH) !== 0) index += message.INDEX_MASK + 1;
    if ((address & message.SUBHANDLE_VALID) !== 0) {
      if (data > 0xffff) return this.#block(requesterId, index, spec.FAULT_MESSAGE_RESERVED);
      index += data;
    }
    return this.#remap(requesterId, index, at);
  }

  /** Adds an entry and returns its index, for a device that holds nothing else in its table. */
  add(entry: RemappingEntry): number {
    const source = { type: 'id', requesterId: entry.sourceId } as const;
    const vector = FIRST_VECTOR + entry.vector;
    if (entry.posted && this.posting)
      return this.allocate({ source, vector, descriptor: this.postedOf(entry.processor).address });
    return this.allocate({ source, vector, destination: this.apicIdOf(entry.processor) });
  }

  /** Takes an entry out: messages with that index are blocked from now on. */
  remove(index: number): void {
    this.release(index);
  }

  /** A message from `requesterId` with `index` at `at`. @returns whether it was let through */
  deliver(requesterId: number, index: number, at: number): boolean {
    return this.#remap(requesterId, index, at);
  }

  #remap(requesterId: number, index: number, at: number): boolean {
    if (!(index >= 0 && index < this.entries) || index % 1 !== 0)
      return this.#block(requesterId, index, spec.FAULT_INDEX);
    const host = this.#host;
    const entry = this.table + index * message.ENTRY_BYTES;
    if (entry + message.ENTRY_BYTES > host.size)
      return this.#block(requesterId, index, spec.FAULT_IRTE_ACCESS);
    const first = host.read32(entry);
    const fault = checkEntry(host, entry, requesterId);
    if (fault !== 0) {
      const quiet = (first & message.ENTRY_FAULT_DISABLE) !== 0;
      return this.#block(requesterId, index, fault, quiet && fault !== spec.FAULT_IRTE_RESERVED);
    }
    const vector = (first >>> message.ENTRY_VECTOR_SHIFT) & 0xff;
    if ((first & message.ENTRY_POSTED) !== 0 && !this.posting)
      return this.#block(requesterId, index, spec.FAULT_IRTE_RESERVED);
    if ((first & message.ENTRY_POSTED) !== 0) return this.#post(requesterId, entry, vector, at);
    const mode = (first >>> message.ENTRY_DELIVERY_SHIFT) & 7;
    this.#interrupt(this.#apicId(host.read32(entry + 4)), vector, mode, at);
    return true;
  }

  /** Sets the vector's bit in the entry's descriptor, and notifies when nobody has been yet. */
  #post(requesterId: number, entry: number, vector: number, at: number): boolean {
    const host = this.#host;
    const low = (host.read32(entry + 4) & message.POSTED_ADDRESS_LOW) >>> 0;
    const descriptor = host.read32(entry + 12) * 4294967296 + low;
    if (descriptor + message.DESCRIPTOR_BYTES > host.size) {
      const index = (entry - this.table) / message.ENTRY_BYTES;
      return this.#block(requesterId, index, spec.FAULT_IRTE_ACCESS);
    }
    const word = descriptor + (vector >>> 5) * 4;
    host.write32(word, (host.read32(word) | (1 << (vector & 31))) >>> 0);
    const control = host.read32(descriptor + message.DESCRIPTOR_CONTROL);
    const urgent = (host.read32(entry) & message.ENTRY_URGENT) !== 0;
    const suppressed = (control & message.SUPPRESS) !== 0 && !urgent;
    if ((control & message.OUTSTANDING) !== 0 || suppressed) {
      this.delivered++;
      return true;
    }
    host.write32(descriptor + message.DESCRIPTOR_CONTROL, control | message.OUTSTANDING);
    const notification = (control >>> message.NOTIFICATION_VECTOR_SHIFT) & 0xff;
    const destination = host.read32(descriptor + message.DESCRIPTOR_DESTINATION);
    this.#interrupt(this.#apicId(destination), notification, message.DELIVERY_FIXED, at);
    return true;
  }

  /** A destination field holds an APIC id of 32 bits, or in its bits 15 to 8 one of 8 bits. */
  #destination(apicId: number): number {
    return this.extended ? apicId : apicId << message.XAPIC_DESTINATION_SHIFT;
  }

  #apicId(destination: number): number {
    return this.extended ? destination : (destination >>> message.XAPIC_DESTINATION_SHIFT) & 0xff;
  }

  /** A message that names vector and processor itself. Anybody's. */
  #compatible(address: number, data: number, at: number): boolean {
    const apicId = (address >>> message.COMPATIBILITY_DESTINATION_SHIFT) & 0xff;
    const mode = (data >>> message.DATA_DELIVERY_SHIFT) & message.DATA_DELIVERY_MASK;
    this.#interrupt(apicId, data & message.DATA_VECTOR, mode, at);
    return true;
  }

  #interrupt(apicId: number, vector: number, mode: number, at: number): void {
    const processor = this.#processors[apicId];
    const own = vector - FIRST_VECTOR;
    const fixed = mode === message.DELIVERY_FIXED || mode === message.DELIVERY_LOWEST;
    const posted = processor === undefined ? undefined : this.#posted.get(processor);
    if (fixed && posted !== undefined && vector === NOTIFICATION_VECTOR) posted.notify(at);
    else if (fixed && processor !== undefined && own >= 0 && own < 32)
      processor.interrupt(own, at, FROM_DEVICE);
    else {
      this.unclaimed++;
      return;
    }
    this.delivered++;
  }

  #block(requesterId: number, index: number, code: number, quiet = false): boolean {
    this.blocked++;
    this.lastFault = { requesterId, index, code };
    if (!quiet) this.recording.recordMessage(requesterId, index & 0xffff, code);
    return false;
  }
}
