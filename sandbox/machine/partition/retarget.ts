import { readField } from '../memory/structure-fields.ts';
import type { RetargetRequest } from './assigned-devices.ts';
import { RETARGET_DEVICE_INTERRUPT } from './device-interrupt-structures.ts';

/** A partition's own id in a hypercall. */
export const PARTITION_ID_SELF = 0xffffffffffffffffn;
/** Where an interrupt comes from: a message. */
export const INTERRUPT_SOURCE_MSI = 1;
/** Flag of the target: processors stand in a sparse set, not in a mask of 64. */
export const TARGET_PROCESSOR_SET = 2;
/** Forms of a set: banks of 64 processors, or all of them. */
export const SET_SPARSE = 0;
export const SET_ALL = 1;

const { fields, at, size } = RETARGET_DEVICE_INTERRUPT;

/**
 * The input of HvRetargetDeviceInterrupt: 64 bytes, and the banks of a sparse set behind them.
 * @returns undefined when it is not about a message, or its set is not as long as it says
 */
export function decodeRetarget(input: Uint8Array): RetargetRequest | undefined {
  const get = (name: keyof typeof fields) => readField(input, 0, fields[name]);
  if (Number(get('int_entry.source')) !== INTERRUPT_SOURCE_MSI) return undefined;
  const sparse = (Number(get('int_target.flags')) & TARGET_PROCESSOR_SET) !== 0;
  const processors = sparse ? setOf(input) : bankOf(get('int_target.vp_mask'), 0);
  if (processors === undefined) return undefined;
  const partition = get('partition_id');
  return {
    partition: partition === PARTITION_ID_SELF ? undefined : Number(partition),
    deviceId: Number(get('device_id')),
    address: Number(get('int_entry.msi_entry.address.as_uint32')),
    data: Number(get('int_entry.msi_entry.data.as_uint32')),
    vector: Number(get('int_target.vector')),
    processors: processors === 'all' ? undefined : processors,
  };
}

/** Processors of a set; undefined when it is damaged. */
function setOf(input: Uint8Array): number[] | 'all' | undefined {
  const format = Number(readField(input, 0, fields['int_target.vp_set.format']));
  if (format === SET_ALL) return 'all';
  if (format !== SET_SPARSE) return undefined;
  const valid = readField(input, 0, fields['int_target.vp_set.valid_bank_mask']);
  const banks = bankOf(valid, 0);
  const from = at['int_target.vp_set.bank_contents'];
  if (from + 8 * banks.length !== input.length) return undefined;
  return banks.flatMap((bank, i) => bankOf(readField(input, from + 8 * i, [0, 8]), 64 * bank));
}

/** Numbers of the bits that are set, counted from `first`. */
function bankOf(bits: bigint, first: number): number[] {
  const numbers: number[] = [];
  for (let bit = 0; bit < 64; bit++)
    if (((bits >> BigInt(bit)) & 1n) === 1n) numbers.push(first + bit);
  return numbers;
}

/** The input as a guest writes it: one interrupt, at the processors of a mask. `processors` are below 64. */
export function encodeRetarget(request: RetargetRequest): Uint8Array {
  const input = new Uint8Array(size);
  const view = new DataView(input.buffer);
  const { partition, deviceId, address, data, vector, processors = [] } = request;
  view.setBigUint64(
    at.partition_id,
    partition === undefined ? PARTITION_ID_SELF : BigInt(partition),
    true,
  );
  view.setBigUint64(at.device_id, BigInt(deviceId), true);
  view.setUint32(at['int_entry.source'], INTERRUPT_SOURCE_MSI, true);
  view.setUint32(at['int_entry.msi_entry.address.as_uint32'], address, true);
  view.setUint32(at['int_entry.msi_entry.data.as_uint32'], data, true);
  view.setUint32(at['int_target.vector'], vector, true);
  let mask = 0n;
  for (const processor of processors) mask |= 1n << BigInt(processor);
  view.setBigUint64(at['int_target.vp_mask'], mask, true);
  return input;
}
