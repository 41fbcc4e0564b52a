import type { FieldPlace, Structure } from '../../memory/structure.ts';
import { encodeMessage, getField, getNumber, messageType } from '../../vmbus/message-codec.ts';
import {
  BARS,
  MAX_BLOCK_BYTES,
  NT_INVALID_DEVICE_STATE,
  NT_INVALID_PARAMETER,
  NT_NOT_SUPPORTED,
  NT_REVISION_MISMATCH,
  NT_SUCCESS,
  PCI_BUS_D0ENTRY,
  PCI_BUS_D0EXIT,
  PCI_CREATE_INTERRUPT_MESSAGE,
  PCI_CREATE_INTERRUPT_MESSAGE2,
  PCI_CREATE_INTERRUPT_MESSAGE3,
  PCI_DELETE_INTERRUPT_MESSAGE,
  PCI_DELETE_INTERRUPT_MESSAGE2,
  PCI_EJECTION_COMPLETE,
  PCI_POWER_STATE_CHANGE,
  PCI_QUERY_BUS_RELATIONS,
  PCI_QUERY_PROTOCOL_VERSION,
  PCI_QUERY_RESOURCE_REQUIREMENTS,
  PCI_READ_BLOCK_TYPE,
  PCI_RESOURCES_ASSIGNED_TYPE,
  PCI_RESOURCES_ASSIGNED2_TYPE,
  PCI_RESOURCES_ASSIGNED3,
  PCI_RESOURCES_RELEASED,
  PCI_WRITE_BLOCK_TYPE,
} from '../../vmbus/vpci.ts';
import {
  decodeCreateInterrupt,
  decodeDeleteInterrupt,
  interruptReply,
  reply,
  statusReply,
} from '../../vmbus/vpci-messages.ts';
import {
  PCI_BUS_D0_ENTRY,
  PCI_CHILD_MESSAGE,
  PCI_EJECT_RESPONSE,
  PCI_MESSAGE,
  PCI_Q_RES_REQ_RESPONSE,
  PCI_READ_BLOCK,
  PCI_READ_BLOCK_RESPONSE,
  PCI_RESOURCES_ASSIGNED,
  PCI_RESOURCES_ASSIGNED2,
  PCI_RESPONSE,
  PCI_VERSION_REQUEST,
  PCI_WRITE_BLOCK,
} from '../../vmbus/vpci-structures.ts';
import type { AssignedFunction } from './assigned-function.ts';
import type { AssignedInterrupts } from './interrupts.ts';

/** What the messages of a guest act on. */
export interface BusState {
  readonly assigned: AssignedFunction;
  readonly interrupts: AssignedInterrupts;
  readonly slot: number;
  readonly versions: readonly number[];
  version: number | undefined;
  /** Whether the bus is in D0, and the function's resources are assigned. */
  powered: boolean;
  resourced: boolean;
  /** @returns a status: the two pages are wanted at `base` */
  powerUp(base: number): number;
  powerDown(): void;
  tellRelations(): void;
  ejectionComplete(): void;
}

/** The bytes to complete a message with; a text says why the channel must be closed. */
type Result = Uint8Array | string;
type Handle = (state: BusState, message: Uint8Array) => Result;

/** A kind of message: its structure, and what is done when a message has all of it. */
interface Kind {
  layout: Structure;
  /** Where the slot stands, for messages about a function. */
  slot?: FieldPlace;
  handle: Handle;
}

const { wslot } = PCI_CHILD_MESSAGE.fields;
const OK = statusReply(NT_SUCCESS);

const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [PCI_QUERY_PROTOCOL_VERSION, { layout: PCI_VERSION_REQUEST, handle: negotiate }],
  [PCI_QUERY_BUS_RELATIONS, { layout: PCI_MESSAGE, handle: queryRelations }],
  [
    PCI_QUERY_RESOURCE_REQUIREMENTS,
    { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: requirements },
  ],
  [PCI_BUS_D0ENTRY, { layout: PCI_BUS_D0_ENTRY, handle: enterD0 }],
  [PCI_BUS_D0EXIT, { layout: PCI_MESSAGE, handle: exitD0 }],
  [PCI_RESOURCES_ASSIGNED_TYPE, { layout: PCI_RESOURCES_ASSIGNED, slot: wslot, handle: assign }],
  [PCI_RESOURCES_ASSIGNED2_TYPE, { layout: PCI_RESOURCES_ASSIGNED2, slot: wslot, handle: assign }],
  // Its structure is not public: the head is taken to be that of the second (unverified).
  [PCI_RESOURCES_ASSIGNED3, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: assign }],
  [PCI_RESOURCES_RELEASED, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: release }],
  [PCI_CREATE_INTERRUPT_MESSAGE, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: create }],
  [PCI_CREATE_INTERRUPT_MESSAGE2, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: create }],
  [PCI_CREATE_INTERRUPT_MESSAGE3, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: create }],
  [PCI_DELETE_INTERRUPT_MESSAGE, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: remove }],
  [PCI_DELETE_INTERRUPT_MESSAGE2, { layout: PCI_CHILD_MESSAGE, slot: wslot, handle: remove }],
  [
    PCI_READ_BLOCK_TYPE,
    { layout: PCI_READ_BLOCK, slot: PCI_READ_BLOCK.fields.wslot, handle: readBlock },
  ],
  [
    PCI_WRITE_BLOCK_TYPE,
    { layout: PCI_READ_BLOCK, slot: PCI_WRITE_BLOCK.fields.wslot, handle: writeBlock },
  ],
  [PCI_EJECTION_COMPLETE, { layout: PCI_EJECT_RESPONSE, slot: wslot, handle: ejected }],
  // The bus has no power states of its own besides D0.
  [PCI_POWER_STATE_CHANGE, { layout: PCI_MESSAGE, handle: () => statusReply(NT_NOT_SUPPORTED) }],
]);

/**
 * Does what a guest's message says.
 * @returns what it is completed with if the guest asks for that; a text when it cannot be a message of this
 * protocol, and the channel is to be closed
 */
export function handleMessage(state: BusState, message: Uint8Array): Result {
  const kind = KINDS.get(messageType(message));
  if (kind === undefined) return 'a message that this provider does not know';
  if (message.length < kind.layout.size) return 'a message that ends too early';
  if (state.version === undefined && kind.handle !== negotiate)
    return 'a message before there is a version';
  if (kind.slot !== undefined && getField(message, kind.slot) !== state.slot)
    return statusReply(NT_INVALID_PARAMETER);
  return kind.handle(state, message);
}

function negotiate(state: BusState, message: Uint8Array): Result {
  const wanted = getField(message, PCI_VERSION_REQUEST.fields.protocol_version);
  const known = state.versions.includes(wanted);
  if (state.powered) return statusReply(NT_INVALID_DEVICE_STATE);
  if (known) state.version = wanted;
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, known ? NT_SUCCESS : NT_REVISION_MISMATCH, true);
  view.setUint32(4, known ? wanted : Math.max(...state.versions), true);
  return bytes;
}

function queryRelations(state: BusState): Result {
  state.tellRelations();
  return OK;
}

function requirements({ assigned }: BusState): Result {
  const bytes = new Uint8Array(4 * BARS);
  const view = new DataView(bytes.buffer);
  for (const [i, probed] of assigned.probedBars().slice(0, BARS).entries())
    view.setUint32(4 * i, probed, true);
  return reply(NT_SUCCESS, PCI_Q_RES_REQ_RESPONSE, { probed_bar: bytes });
}

function enterD0(state: BusState, message: Uint8Array): Result {
  if (state.powered) return statusReply(NT_INVALID_DEVICE_STATE);
  return statusReply(state.powerUp(getField(message, PCI_BUS_D0_ENTRY.fields.mmio_base)));
}

function exitD0(state: BusState): Result {
  state.powerDown();
  return OK;
}

/** The ranges that Linux sends are zero: it says where a register's memory is through configuration space. */
function assign(state: BusState): Result {
  if (!state.powered) return statusReply(NT_INVALID_DEVICE_STATE);
  state.resourced = true;
  return OK;
}

function release(state: BusState): Result {
  state.interrupts.releaseAll();
  state.resourced = false;
  return OK;
}

function create(state: BusState, message: Uint8Array): Result {
  const request = decodeCreateInterrupt(message);
  if (request === undefined) return 'a message that ends too early';
  if (!state.resourced) return interruptReply(NT_INVALID_DEVICE_STATE);
  const made = state.interrupts.create(request);
  return typeof made === 'number' ? interruptReply(made) : interruptReply(NT_SUCCESS, made);
}

function remove(state: BusState, message: Uint8Array): Result {
  const deleted = decodeDeleteInterrupt(message);
  if (deleted === undefined) return 'a message that ends too early';
  return statusReply(state.interrupts.delete(deleted.message));
}

function readBlock({ assigned }: BusState, message: Uint8Array): Result {
  const { fields } = PCI_READ_BLOCK;
  const wanted = getField(message, fields.bytes_requested);
  if (wanted > MAX_BLOCK_BYTES) return statusReply(NT_INVALID_PARAMETER);
  const block = assigned.readBlock(getField(message, fields.block_id), wanted);
  if (block === undefined) return statusReply(NT_INVALID_PARAMETER);
  const bytes = block.subarray(0, wanted);
  const whole = reply(NT_SUCCESS, PCI_READ_BLOCK_RESPONSE, { bytes });
  return whole.subarray(0, PCI_RESPONSE.size - PCI_READ_BLOCK_RESPONSE.at.status + bytes.length);
}

function writeBlock({ assigned }: BusState, message: Uint8Array): Result {
  const { fields, at } = PCI_WRITE_BLOCK;
  const count = getField(message, fields.byte_count);
  const bytes = message.slice(at.bytes, at.bytes + count);
  if (count > MAX_BLOCK_BYTES || bytes.length < count) return statusReply(NT_INVALID_PARAMETER);
  const written = assigned.writeBlock(getNumber(message, at.block_id, 4), bytes);
  return statusReply(written ? NT_SUCCESS : NT_INVALID_PARAMETER);
}

function ejected(state: BusState): Result {
  state.ejectionComplete();
  return OK;
}

/** The root asks the guest to let the function at `slot` go. */
export function ejectMessage(type: number, slot: number): Uint8Array {
  return encodeMessage(type, PCI_CHILD_MESSAGE, { wslot: slot });
}
