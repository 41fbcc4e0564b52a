import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import {
  HV_STATUS_INSUFFICIENT_BUFFERS,
  HV_STATUS_INVALID_CONNECTION_ID,
  HV_STATUS_INVALID_PARAMETER,
  HV_STATUS_INVALID_PORT_ID,
  HV_STATUS_INVALID_VP_INDEX,
  HV_STATUS_SUCCESS,
} from './hypercall-status.ts';
import { MESSAGE_HEADER_SIZE, MESSAGE_SIZE } from './intercept-message.ts';
import type { Partition } from './partition.ts';
import type { Synic } from './synic.ts';
import { MessageBuffer } from './synic-messages.ts';
import { EVENT_FLAGS, SINTS } from './synic-spec.ts';

/** Kinds of ports. Doorbell ports (4) are not here. */
export const PORT_MESSAGE = 1;
export const PORT_EVENT = 2;
export const PORT_MONITOR = 3;

/** Message buffers of a port: what its senders can have outstanding. */
export const BUFFERS_PER_PORT = PAGE_SIZE / MESSAGE_SIZE;
/** Bytes that a message can carry. */
export const MAX_PAYLOAD = MESSAGE_SIZE - MESSAGE_HEADER_SIZE;
/** Ids of ports and connections have 24 bits. */
const IDS = 1 << 24;
/** Message types from here on are the hypervisor's own. */
const HYPERVISOR_TYPES = 0x80000000;

/** Where a port leads: the SINT of a processor of its owner, and for events which flags of it. */
export interface PortInfo {
  type: number;
  sint: number;
  vp: number;
  /** Event and monitor ports: the first flag, and how many. */
  baseFlag?: number;
  flagCount?: number;
}

/** What the owner of a port receives on it; its buffers are the hypervisor's memory. */
export class Port {
  readonly id: number;
  readonly type: number;
  readonly sint: number;
  readonly baseFlag: number;
  readonly flagCount: number;
  readonly synic: Synic;
  /** The only partition that may be connected to it. */
  readonly connectionPartition: number;
  readonly buffers: MessageBuffer[] = [];
  deleted = false;

  constructor(id: number, info: PortInfo, synic: Synic, connectionPartition: number) {
    this.id = id;
    this.type = info.type;
    this.sint = info.sint;
    this.baseFlag = info.baseFlag ?? 0;
    this.flagCount = info.flagCount ?? 0;
    this.synic = synic;
    this.connectionPartition = connectionPartition;
  }
}

/** Ports and connections of all partitions, and what goes through them. It charges nothing. */
export class Ports {
  #host: HostMemory;
  /** Buffers of deleted message ports, 16 together, for the next ones. */
  #spare: MessageBuffer[][] = [];

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /** @returns a status */
  create(owner: Partition, id: number, connectionPartition: number, info: PortInfo): number {
    if (!isId(id) || owner.ports.has(id)) return HV_STATUS_INVALID_PORT_ID;
    if (!isPossible(info)) return HV_STATUS_INVALID_PARAMETER;
    const synic = owner.processors[info.vp]?.synic;
    if (synic === undefined) return HV_STATUS_INVALID_VP_INDEX;
    const port = new Port(id, info, synic, connectionPartition);
    if (info.type === PORT_MESSAGE) port.buffers.push(...this.#takeBuffers());
    owner.ports.set(id, port);
    return HV_STATUS_SUCCESS;
  }

  /** Messages that still wait are lost. Connections stay, and lead nowhere. */
  delete(owner: Partition, id: number): number {
    const port = owner.ports.get(id);
    if (port === undefined) return HV_STATUS_INVALID_PORT_ID;
    owner.ports.delete(id);
    port.deleted = true;
    if (port.buffers.length > 0) {
      port.synic.messages.discard(port.sint, port.buffers);
      this.#spare.push(port.buffers.splice(0));
    }
    return HV_STATUS_SUCCESS;
  }

  connect(to: Partition, connectionId: number, owner: Partition, portId: number): number {
    if (!isId(connectionId) || to.connections.has(connectionId))
      return HV_STATUS_INVALID_CONNECTION_ID;
    const port = owner.ports.get(portId);
    if (port === undefined || port.connectionPartition !== to.id) return HV_STATUS_INVALID_PORT_ID;
    to.connections.set(connectionId, port);
    return HV_STATUS_SUCCESS;
  }

  disconnect(from: Partition, connectionId: number): number {
    return from.connections.delete(connectionId)
      ? HV_STATUS_SUCCESS
      : HV_STATUS_INVALID_CONNECTION_ID;
  }

  /** Sets flag `flag` of those of an event port. */
  signal(from: Partition, connectionId: number, flag: number, at: number): number {
    const port = from.connections.get(connectionId);
    if (port === undefined) return HV_STATUS_INVALID_CONNECTION_ID;
    if (port.deleted || port.type === PORT_MESSAGE) return HV_STATUS_INVALID_PORT_ID;
    if (!(flag >= 0 && flag < port.flagCount)) return HV_STATUS_INVALID_PARAMETER;
    port.synic.signal(port.sint, port.baseFlag + flag, at);
    return HV_STATUS_SUCCESS;
  }

  /** Sends a message: into one of the port's buffers, and from there to its SINT. */
  post(
    from: Partition,
    connectionId: number,
    type: number,
    payload: Uint8Array,
    at: number,
  ): number {
    if (!(type > 0 && type < HYPERVISOR_TYPES) || payload.length > MAX_PAYLOAD)
      return HV_STATUS_INVALID_PARAMETER;
    const port = from.connections.get(connectionId);
    if (port === undefined) return HV_STATUS_INVALID_CONNECTION_ID;
    if (port.deleted || port.type !== PORT_MESSAGE) return HV_STATUS_INVALID_PORT_ID;
    const buffer = port.buffers.find(({ queued }) => !queued);
    if (buffer === undefined) return HV_STATUS_INSUFFICIENT_BUFFERS;
    writeMessage(this.#host, buffer.address, type, port.id, payload);
    port.synic.post(port.sint, buffer, at);
    return HV_STATUS_SUCCESS;
  }

  #takeBuffers(): MessageBuffer[] {
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    const page = this.#host.allocate(PAGE_SIZE);
    const addresses = Array.from({ length: BUFFERS_PER_PORT }, (_, i) => page + i * MESSAGE_SIZE);
    return addresses.map((address) => new MessageBuffer(address));
  }
}

/** A message as it lies in a slot; `sender` is the port's id. */
export function writeMessage(
  host: HostMemory,
  at: number,
  type: number,
  sender: number,
  payload: Uint8Array,
): void {
  const w = at >>> 2;
  host.bytes.fill(0, at, at + MESSAGE_SIZE);
  host.u32[w] = type;
  host.u32[w + 1] = payload.length;
  host.u32[w + 2] = sender;
  host.u32[w + 3] = Math.floor(sender / 4294967296);
  host.bytes.set(payload, at + MESSAGE_HEADER_SIZE);
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id < IDS;
}

function isPossible({ type, sint, baseFlag = 0, flagCount = 0 }: PortInfo): boolean {
  if (!(sint >= 0 && sint < SINTS) || !Number.isInteger(sint)) return false;
  if (type === PORT_MESSAGE) return true;
  if (type !== PORT_EVENT && type !== PORT_MONITOR) return false;
  const whole = Number.isInteger(baseFlag) && Number.isInteger(flagCount);
  return whole && baseFlag >= 0 && flagCount > 0 && baseFlag + flagCount <= EVENT_FLAGS;
}
