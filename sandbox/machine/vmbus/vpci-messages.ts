import type { FieldPlace, Structure } from '../memory/structure.ts';
import {
  encodeMessage,
  type FieldValues,
  getField,
  getNumber,
  messageType,
  putNumber,
} from './message-codec.ts';
import {
  MAX_INTERRUPT_PROCESSORS,
  PCI_BUS_RELATIONS_TYPE,
  PCI_BUS_RELATIONS2_TYPE,
  PCI_CREATE_INTERRUPT_MESSAGE,
  PCI_CREATE_INTERRUPT_MESSAGE2,
  PCI_CREATE_INTERRUPT_MESSAGE3,
  PCI_DELETE_INTERRUPT_MESSAGE,
  VPCI_VERSION_12,
  VPCI_VERSION_13,
  VPCI_VERSION_14,
} from './vpci.ts';
import {
  PCI_BUS_RELATIONS,
  PCI_CREATE_INT_RESPONSE,
  PCI_CREATE_INTERRUPT,
  PCI_CREATE_INTERRUPT2,
  PCI_CREATE_INTERRUPT3,
  PCI_DELETE_INTERRUPT,
  PCI_FUNCTION_DESCRIPTION,
  PCI_FUNCTION_DESCRIPTION2,
  PCI_INCOMING_MESSAGE,
  PCI_RESPONSE,
} from './vpci-structures.ts';

/** Bytes of a packet's descriptor, which structures of received packets begin with. */
const DESCRIPTOR = PCI_INCOMING_MESSAGE.at.message_type;

/** What a guest is told about a function: its identification, where it is, and which adapter it is for. */
export interface FunctionDescription {
  vendor: number;
  device: number;
  revision: number;
  programmingInterface: number;
  subClass: number;
  baseClass: number;
  /** Subsystem vendor in the low 16 bits, subsystem in the high ones. */
  subsystem: number;
  /** In Windows' encoding: see windowsSlot. */
  slot: number;
  /** The number that VF_ASSOCIATION names too. */
  serial: number;
}

/** An interrupt's address and data, as a device sends it; `count` messages follow one another in data. */
export interface InterruptMessage {
  /** Physical, below 2^53. */
  address: number;
  data: number;
  count: number;
}

/** What a guest wants for an interrupt. `processors` are virtual ones, by index. */
export interface InterruptRequest {
  slot: number;
  /** Vector in the guest, 0 to 255. */
  vector: number;
  count: number;
  processors: number[];
}

/** A message that a guest receives: its structure without the packet's descriptor. */
export function incoming<F extends Record<string, FieldPlace>>(
  type: number,
  layout: Structure<F>,
  values: FieldValues<F> = {},
  tail = 0,
): Uint8Array {
  const packet = encodeMessage(0, layout, values, tail);
  putNumber(packet, DESCRIPTOR, 4, type);
  return packet.subarray(DESCRIPTOR);
}

/** A reply of a status and fields behind it. */
export function reply<F extends Record<string, FieldPlace>>(
  status: number,
  layout: Structure<F>,
  values: FieldValues<F> = {},
): Uint8Array {
  return incoming(status, layout, values);
}

/** A reply of a status alone. */
export function statusReply(status: number): Uint8Array {
  return reply(status, PCI_RESPONSE);
}

/** A field of a message that came without its descriptor. */
export function incomingField(bytes: Uint8Array, place: FieldPlace): number {
  return getField(bytes, [place[0] - DESCRIPTOR, place[1]]);
}

/** Status of a reply; 0 for one that is too short to have one. */
export function replyStatus(bytes: Uint8Array): number {
  return incomingField(bytes, PCI_RESPONSE.fields.status);
}

/** The list of functions, in the form that `version` has. */
export function encodeRelations(
  version: number,
  functions: readonly FunctionDescription[],
): Uint8Array {
  const second = version >= VPCI_VERSION_13;
  const entry = second ? PCI_FUNCTION_DESCRIPTION2 : PCI_FUNCTION_DESCRIPTION;
  const type = second ? PCI_BUS_RELATIONS2_TYPE : PCI_BUS_RELATIONS_TYPE;
  const values = { device_count: functions.length };
  const bytes = incoming(type, PCI_BUS_RELATIONS, values, functions.length * entry.size);
  const { fields } = PCI_FUNCTION_DESCRIPTION;
  for (const [i, described] of functions.entries()) {
    const base = PCI_BUS_RELATIONS.size - DESCRIPTOR + i * entry.size;
    const put = ([offset, size]: FieldPlace, value: number) =>
      putNumber(bytes, base + offset, size, value);
    put(fields.v_id, described.vendor);
    put(fields.d_id, described.device);
    put(fields.rev, described.revision);
    put(fields.prog_intf, described.programmingInterface);
    put(fields.subclass, described.subClass);
    put(fields.base_class, described.baseClass);
    put(fields.subsystem_id, described.subsystem);
    put(fields.win_slot, described.slot);
    put(fields.ser, described.serial);
  }
  return bytes;
}

/** The functions in a message of either form; undefined when it ends before the last of them. */
export function decodeRelations(bytes: Uint8Array): FunctionDescription[] | undefined {
  const second = messageType(bytes) === PCI_BUS_RELATIONS2_TYPE;
  const entry = second ? PCI_FUNCTION_DESCRIPTION2 : PCI_FUNCTION_DESCRIPTION;
  const count = incomingField(bytes, PCI_BUS_RELATIONS.fields.device_count);
  const start = PCI_BUS_RELATIONS.size - DESCRIPTOR;
  if (start + count * entry.size > bytes.length) return undefined;
  const { fields } = PCI_FUNCTION_DESCRIPTION;
  return Array.from({ length: count }, (_, i) => {
    const get = ([offset, size]: FieldPlace) =>
      getNumber(bytes, start + i * entry.size + offset, size);
    return {
      vendor: get(fields.v_id),
      device: get(fields.d_id),
      revision: get(fields.rev),
      programmingInterface: get(fields.prog_intf),
      subClass: get(fields.subclass),
      baseClass: get(fields.base_class),
      subsystem: get(fields.subsystem_id),
      slot: get(fields.win_slot),
      serial: get(fields.ser),
    };
  });
}

/** The request for an interrupt, in the form that `version` has. The first form goes to any processor. */
export function encodeCreateInterrupt(version: number, request: InterruptRequest): Uint8Array {
  const { slot, vector, count, processors } = request;
  const common = {
    wslot: slot,
    'int_desc.vector': vector,
    'int_desc.vector_count': count,
  };
  if (version < VPCI_VERSION_12)
    return encodeMessage(PCI_CREATE_INTERRUPT_MESSAGE, PCI_CREATE_INTERRUPT, {
      ...common,
      'int_desc.cpu_mask': new Uint8Array(8).fill(0xff),
    });
  const array = new Uint8Array(2 * MAX_INTERRUPT_PROCESSORS);
  const named = processors.slice(0, MAX_INTERRUPT_PROCESSORS);
  for (const [i, processor] of named.entries()) putNumber(array, 2 * i, 2, processor);
  const values = {
    ...common,
    'int_desc.processor_count': named.length,
    'int_desc.processor_array': array,
  };
  return version < VPCI_VERSION_14
    ? encodeMessage(PCI_CREATE_INTERRUPT_MESSAGE2, PCI_CREATE_INTERRUPT2, values)
    : encodeMessage(PCI_CREATE_INTERRUPT_MESSAGE3, PCI_CREATE_INTERRUPT3, values);
}

/** A request for an interrupt in any form; undefined when it is incomplete or names too many processors. */
export function decodeCreateInterrupt(bytes: Uint8Array): InterruptRequest | undefined {
  const type = messageType(bytes);
  const first = type === PCI_CREATE_INTERRUPT_MESSAGE;
  const layout =
    type === PCI_CREATE_INTERRUPT_MESSAGE3 ? PCI_CREATE_INTERRUPT3 : PCI_CREATE_INTERRUPT2;
  if (bytes.length < (first ? PCI_CREATE_INTERRUPT : layout).size) return undefined;
  if (first) {
    const { fields, at } = PCI_CREATE_INTERRUPT;
    return {
      slot: getField(bytes, fields.wslot),
      vector: getField(bytes, fields['int_desc.vector']),
      count: getField(bytes, fields['int_desc.vector_count']),
      processors: processorsOf(bytes.subarray(at['int_desc.cpu_mask'])),
    };
  }
  const { fields, at } = layout;
  const named = getField(bytes, fields['int_desc.processor_count']);
  if (named > MAX_INTERRUPT_PROCESSORS) return undefined;
  const array = at['int_desc.processor_array'];
  return {
    slot: getField(bytes, fields.wslot),
    vector: getField(bytes, fields['int_desc.vector']),
    count: getField(bytes, fields['int_desc.vector_count']),
    processors: Array.from({ length: named }, (_, i) => getNumber(bytes, array + 2 * i, 2)),
  };
}

/** The processors of a mask of 64 bits, at the beginning of `bytes`. */
export function processorsOf(bytes: Uint8Array): number[] {
  const processors: number[] = [];
  for (let i = 0; i < 64; i++) if (((bytes[i >>> 3] >>> (i & 7)) & 1) !== 0) processors.push(i);
  return processors;
}

/** The reply to a request for an interrupt. */
export function interruptReply(status: number, message?: InterruptMessage): Uint8Array {
  return reply(status, PCI_CREATE_INT_RESPONSE, {
    'int_desc.vector_count': message?.count ?? 0,
    'int_desc.data': message?.data ?? 0,
    'int_desc.address': message?.address ?? 0,
  });
}

export function decodeInterruptReply(bytes: Uint8Array): InterruptMessage {
  const { fields } = PCI_CREATE_INT_RESPONSE;
  return {
    address: incomingField(bytes, fields['int_desc.address']),
    data: incomingField(bytes, fields['int_desc.data']),
    count: incomingField(bytes, fields['int_desc.vector_count']),
  };
}

/** The guest gives an interrupt back. */
export function encodeDeleteInterrupt(slot: number, message: InterruptMessage): Uint8Array {
  return encodeMessage(PCI_DELETE_INTERRUPT_MESSAGE, PCI_DELETE_INTERRUPT, {
    wslot: slot,
    'int_desc.vector_count': message.count,
    'int_desc.data': message.data,
    'int_desc.address': message.address,
  });
}

/** Which interrupt a guest gives back; undefined when the message is incomplete. */
export function decodeDeleteInterrupt(
  bytes: Uint8Array,
): { slot: number; message: InterruptMessage } | undefined {
  if (bytes.length < PCI_DELETE_INTERRUPT.size) return undefined;
  const { fields } = PCI_DELETE_INTERRUPT;
  return {
    slot: getField(bytes, fields.wslot),
    message: {
      address: getField(bytes, fields['int_desc.address']),
      data: getField(bytes, fields['int_desc.data']),
      count: getField(bytes, fields['int_desc.vector_count']),
    },
  };
}
