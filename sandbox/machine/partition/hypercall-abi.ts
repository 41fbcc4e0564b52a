import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { Structure } from '../memory/structure.ts';
import { readField } from '../memory/structure-fields.ts';
import { RETARGET_DEVICE_INTERRUPT } from './device-interrupt-structures.ts';
import {
  HV_STATUS_INVALID_ALIGNMENT,
  HV_STATUS_INVALID_HYPERCALL_CODE,
  HV_STATUS_INVALID_HYPERCALL_INPUT,
  HV_STATUS_INVALID_PARAMETER,
} from './hypercall-status.ts';
import {
  INPUT_CONNECT_PORT,
  INPUT_CREATE_PORT,
  INPUT_SIGNAL_EVENT_DIRECT,
  PORT_INFO,
} from './hypercall-structures.ts';
import type { Hypervisor } from './hypervisor.ts';
import { PORT_EVENT, type PortInfo } from './ports.ts';
import { decodeRetarget } from './retarget.ts';
import { INPUT_POST_MESSAGE } from './synic-structures.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

/** Call codes (TLFS; Linux hvgdk_mini.h). */
export const HV_DELETE_PORT = 0x58;
export const HV_DISCONNECT_PORT = 0x5b;
export const HV_POST_MESSAGE = 0x5c;
export const HV_SIGNAL_EVENT = 0x5d;
export const HV_RETARGET_DEVICE_INTERRUPT = 0x7e;
export const HV_CREATE_PORT = 0x95;
export const HV_CONNECT_PORT = 0x96;
export const HV_SIGNAL_EVENT_DIRECT = 0xc0;

/** Bits of the input value (RCX): the call code in 15:0, and these. Its high word has the repetitions. */
export const HYPERCALL_FAST = 1 << 16;
const RESERVED_LOW = 0xf8000000;
/** Words of 8 bytes behind the input's fixed part. */
const VARIABLE_SHIFT = 17;
const VARIABLE_HEADER = 0x3ff << VARIABLE_SHIFT;

/** One hypercall: bytes of its input, and what it does with them. Both 8-byte halves, when it is fast. */
interface Call {
  input: number;
  /** Whether its input may come in registers instead of memory. */
  fast?: boolean;
  /** Words of 8 bytes that may stand behind it. */
  variable?: number;
  run(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number;
}

const CALLS: ReadonlyMap<number, Call> = new Map<number, Call>([
  [HV_POST_MESSAGE, { input: INPUT_POST_MESSAGE.size, run: postMessage }],
  [HV_SIGNAL_EVENT, { input: 8, fast: true, run: signalEvent }],
  [HV_CREATE_PORT, { input: INPUT_CREATE_PORT.size, run: createPort }],
  [HV_CONNECT_PORT, { input: INPUT_CONNECT_PORT.size, run: connectPort }],
  [
    HV_RETARGET_DEVICE_INTERRUPT,
    { input: RETARGET_DEVICE_INTERRUPT.size, variable: 64, run: retarget },
  ],
  [HV_SIGNAL_EVENT_DIRECT, { input: INPUT_SIGNAL_EVENT_DIRECT.size, run: signalDirect }],
  [
    HV_DELETE_PORT,
    {
      input: 16,
      fast: true,
      run: (hypervisor, caller, input) =>
        hypervisor.deletePort(caller, number(input, 0, 8), number(input, 8, 4)),
    },
  ],
  [
    HV_DISCONNECT_PORT,
    {
      input: 16,
      fast: true,
      run: (hypervisor, caller, input) =>
        hypervisor.disconnectPort(caller, number(input, 0, 8), number(input, 8, 4)),
    },
  ],
]);

/**
 * A hypercall as the processor makes it: the input value in RCX, its words low and high, and in RDX the
 * address of the input (guest-physical; of the host, for the root) or, for a fast call, the input itself,
 * which goes on in R8.
 * @returns the low word of RAX: a status. None of these calls repeats, so the high one is 0
 */
export function hypercall(
  hypervisor: Hypervisor,
  caller: VirtualProcessor,
  value: { low: number; high: number },
  rdx: bigint,
  r8 = 0n,
): number {
  const call = CALLS.get(value.low & 0xffff);
  if (call === undefined) return hypervisor.reject(caller, HV_STATUS_INVALID_HYPERCALL_CODE);
  const fast = (value.low & HYPERCALL_FAST) !== 0;
  const variable = (value.low & VARIABLE_HEADER) >>> VARIABLE_SHIFT;
  const odd = (value.low & RESERVED_LOW) !== 0 || value.high !== 0;
  if (odd || variable > (call.variable ?? 0) || (fast && call.fast !== true))
    return hypervisor.reject(caller, HV_STATUS_INVALID_HYPERCALL_INPUT);
  const input = new Uint8Array(call.input + 8 * variable);
  if (fast) {
    const registers = new DataView(new ArrayBuffer(16));
    registers.setBigUint64(0, rdx, true);
    registers.setBigUint64(8, r8, true);
    input.set(new Uint8Array(registers.buffer, 0, call.input));
    return call.run(hypervisor, caller, input);
  }
  const status = readInput(hypervisor, caller, rdx, input);
  return status === 0 ? call.run(hypervisor, caller, input) : hypervisor.reject(caller, status);
}

function readInput(
  hypervisor: Hypervisor,
  caller: VirtualProcessor,
  address: bigint,
  input: Uint8Array,
): number {
  if (address % 8n !== 0n || Number(address % BigInt(PAGE_SIZE)) + input.length > PAGE_SIZE)
    return HV_STATUS_INVALID_ALIGNMENT;
  const at = address < 1n << 52n ? Number(address) : -1;
  return hypervisor.readCallerMemory(caller, at, input) ? 0 : HV_STATUS_INVALID_PARAMETER;
}

function postMessage(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  const size = field(input, INPUT_POST_MESSAGE, 'payload_size');
  const from = INPUT_POST_MESSAGE.at.payload;
  if (size > input.length - from) return hypervisor.reject(caller, HV_STATUS_INVALID_PARAMETER);
  const connection = field(input, INPUT_POST_MESSAGE, 'connectionid');
  const type = field(input, INPUT_POST_MESSAGE, 'message_type');
  return hypervisor.postMessage(caller, connection, type, input.subarray(from, from + size));
}

/** Connection id, then the flag's number, then two bytes that are 0. */
function signalEvent(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  if (number(input, 6, 2) !== 0) return hypervisor.reject(caller, HV_STATUS_INVALID_PARAMETER);
  return hypervisor.signalEvent(caller, number(input, 0, 4), number(input, 4, 2));
}

function signalDirect(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  const get = (name: string) => field(input, INPUT_SIGNAL_EVENT_DIRECT, name);
  const [partition, vp] = [get('target_partition'), get('target_vp')];
  return hypervisor.signalEventDirect(
    caller,
    partition,
    vp,
    get('target_sint'),
    get('flag_number'),
  );
}

function retarget(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  const request = decodeRetarget(input);
  return request === undefined
    ? hypervisor.reject(caller, HV_STATUS_INVALID_PARAMETER)
    : hypervisor.retargetInterrupt(caller, request);
}

function createPort(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  const get = (name: string) => field(input, INPUT_CREATE_PORT, name);
  return hypervisor.createPort(
    caller,
    get('port_partition_id'),
    get('port_id'),
    get('connection_partition_id'),
    portInfo(input, INPUT_CREATE_PORT.at.port_info),
  );
}

function portInfo(input: Uint8Array, base: number): PortInfo {
  const { fields } = PORT_INFO;
  const get = (name: keyof typeof fields) => Number(readField(input, base, fields[name]));
  const info = {
    type: get('port_type'),
    sint: get('event_port_info.target_sint'),
    vp: get('event_port_info.target_vp'),
  };
  if (info.type !== PORT_EVENT) return info;
  const baseFlag = get('event_port_info.base_flag_number');
  return { ...info, baseFlag, flagCount: get('event_port_info.flag_count') };
}

function connectPort(hypervisor: Hypervisor, caller: VirtualProcessor, input: Uint8Array): number {
  const get = (name: string) => field(input, INPUT_CONNECT_PORT, name);
  return hypervisor.connectPort(
    caller,
    get('connection_partition_id'),
    get('connection_id'),
    get('port_partition_id'),
    get('port_id'),
  );
}

function field(input: Uint8Array, { fields }: Structure, name: string): number {
  return Number(readField(input, 0, fields[name]));
}

function number(input: Uint8Array, offset: number, size: number): number {
  return Number(readField(input, 0, [offset, size]));
}
