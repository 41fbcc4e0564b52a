import {
  REGISTER_INTERCEPT_SUSPEND,
  REGISTER_RAX,
  REGISTER_RIP,
} from '../machine/partition/registers.ts';
import { messageFields } from './message-fields.ts';
import type { Actor, ByteField, PathName, TimelineStep } from './report.ts';

/**
 * What a step of a trace can be told about besides what was recorded: which part of the machine did it, and
 * what its bytes are.
 */

/** Who did what, how its detail begins, on which path, and the class that did it. The first that fits counts. */
type Rule = readonly [who: Actor, what: string, detail: string, path: PathName | '', name: string];

const RULES: readonly Rule[] = [
  ['guest-user', 'application', '', '', 'SendingSocket'],
  ['guest-kernel', 'system call', '', '', 'SendingSocket'],
  ['guest-kernel', 'network stack', '', '', 'SendingSocket'],
  ['guest-kernel', 'driver', '', 'emulated', 'TulipDriver'],
  ['guest-kernel', 'driver', '', 'vmbus', 'NetVsc'],
  ['guest-kernel', 'driver', '', '', 'QueuePair'],
  ['guest-kernel', 'copy', '', 'vmbus', 'Transmitter'],
  ['guest-kernel', 'ring', 'take', '', 'NetChannel'],
  ['guest-kernel', 'ring', '', '', 'Transmitter'],
  ['guest-kernel', 'doorbell', 'interrupt mask', '', 'QueueInterrupts'],
  ['guest-kernel', 'doorbell', '', '', 'QueuePair'],
  ['guest-kernel', 'interrupt', '', '', 'VirtualProcessor'],
  ['hypervisor', 'intercept', 'local APIC', '', 'VirtualProcessor'],
  ['hypervisor', 'intercept', '', '', 'Intercepts'],
  ['hypervisor', 'hypercall', 'HvSetVpRegisters', '', 'Intercepts'],
  ['hypervisor', 'hypercall', '', '', 'Hypervisor'],
  ['hypervisor', 'interrupt', '', '', 'VirtualProcessor'],
  ['hypervisor', 'scheduling', '', '', 'VirtualProcessor'],
  ['root-kernel', 'interrupt', '', '', 'VirtualProcessor'],
  ['root-kernel', 'intercept', '', '', 'InterceptService'],
  ['root-kernel', 'context switch', '', '', 'WorkerProcess'],
  ['root-kernel', 'system call', '', '', 'WorkerProcess'],
  ['root-kernel', 'copy', 'copy headers', '', 'PrivateMemory'],
  ['root-kernel', 'copy', '', 'emulated', 'WorkerFrames'],
  ['root-kernel', 'switch', '', '', 'VirtualSwitch'],
  ['root-kernel', 'driver', 'VSP: from', '', 'SendPath'],
  ['root-kernel', 'driver', 'VSP: to', '', 'ReceivePath'],
  ['root-kernel', 'driver', 'PF', '', 'PfQueue'],
  ['root-kernel', 'doorbell', 'interrupt mask', '', 'QueueInterrupts'],
  ['root-kernel', 'doorbell', '', '', 'PfQueue'],
  ['root-kernel', 'ring', 'take', '', 'ProviderChannel'],
  ['root-kernel', 'ring', '', '', 'PacketWriter'],
  ['root-user', 'emulation', 'decode', '', 'WorkerProcess'],
  ['root-user', 'emulation', 'CSR', '', 'Dec21140'],
  ['root-user', 'emulation', '', '', 'WorkerFrames'],
  ['root-user', 'copy', '', '', 'Dec21140'],
  ['device', 'DMA', 'read', '', 'TxQueue'],
  ['device', 'DMA', '', '', 'RxQueue'],
  ['device', 'loopback', '', '', 'NicSwitch'],
  ['wire', 'on the wire', '', '', 'Link'],
];

/** Every name that a step can be given. */
export const MACHINE_NAMES: readonly string[] = [...new Set(RULES.map(([, , , , name]) => name))];

type Step = Pick<TimelineStep, 'who' | 'what' | 'detail' | 'bytes'>;

function machineOf(path: PathName, { who, what, detail = '' }: Step): string | undefined {
  const fits = ([actor, activity, start, on]: Rule) =>
    actor === who && activity === what && detail.startsWith(start) && (on === '' || on === path);
  return RULES.find(fits)?.[4];
}

const HEADER = 'IEEE 802.3';

/** The headers of an Ethernet frame, as far as its first `length` bytes show them. */
function frameFields(bytes: Uint8Array): ByteField[] {
  const at = (offset: number, length: number, name: string, section: string, value?: string) =>
    offset + length <= bytes.length
      ? [{ offset, length, name, section, ...(value === undefined ? {} : { value }) }]
      : [];
  const mac = (offset: number) => Array.from(bytes.subarray(offset, offset + 6), two).join(':');
  const address = (offset: number) => Array.from(bytes.subarray(offset, offset + 4)).join('.');
  const half = (offset: number) => (bytes[offset] << 8) | bytes[offset + 1];
  const link = [
    ...at(0, 6, 'to', HEADER, mac(0)),
    ...at(6, 6, 'from', HEADER, mac(6)),
    ...at(12, 2, 'type', HEADER, half(12) === 0x0800 ? 'IPv4' : `0x${half(12).toString(16)}`),
  ];
  if (half(12) !== 0x0800 || bytes[14] !== 0x45) return link;
  const network = [
    ...at(16, 2, 'length of the packet', 'RFC 791', String(half(16))),
    ...at(23, 1, 'protocol', 'RFC 791', bytes[23] === 17 ? 'UDP' : String(bytes[23])),
    ...at(26, 4, 'from', 'RFC 791', address(26)),
    ...at(30, 4, 'to', 'RFC 791', address(30)),
  ];
  if (bytes[23] !== 17) return [...link, ...network];
  return [
    ...link,
    ...network,
    ...at(34, 2, 'port from', 'RFC 768', String(half(34))),
    ...at(36, 2, 'port to', 'RFC 768', String(half(36))),
    ...at(38, 2, 'length', 'RFC 768', String(half(38))),
  ];
}

const REGISTER_NAMES = new Map<number, string>([
  [REGISTER_INTERCEPT_SUSPEND, 'intercept-suspend'],
  [REGISTER_RAX, 'RAX'],
  [REGISTER_RIP, 'RIP'],
]);

/** Input of HvSetVpRegisters: whose registers, then a name and a value for each. */
function setRegistersFields(bytes: Uint8Array): ByteField[] {
  const section = 'hv_input_set_vp_registers';
  const fields: ByteField[] = [
    { offset: 0, length: 8, name: 'partition', value: String(bytes[0]), section },
    { offset: 8, length: 4, name: 'virtual processor', value: String(bytes[8]), section },
    { offset: 12, length: 1, name: 'target VTL', value: String(bytes[12]), section },
  ];
  for (let at = 16; at + 32 <= bytes.length; at += 32) {
    const name = Number.parseInt(number(bytes, at, 4), 16);
    const register = REGISTER_NAMES.get(name) ?? `0x${name.toString(16)}`;
    fields.push(
      { offset: at, length: 4, name: 'register', value: register, section },
      {
        offset: at + 16,
        length: 16,
        name: 'value',
        value: `0x${number(bytes, at + 16, 8)}`,
        section,
      },
    );
  }
  return fields;
}

const two = (byte: number) => byte.toString(16).padStart(2, '0');

/** Little-endian, in hexadecimal, without zeros in front. */
function number(bytes: Uint8Array, offset: number, length: number): string {
  const digits = Array.from(bytes.subarray(offset, offset + length), two)
    .reverse()
    .join('');
  return digits.replace(/^0+(?=.)/, '');
}

/** What the bytes of a step are, where it is known. */
function fieldsOf({ who, what, detail = '', bytes: digits }: Step): ByteField[] | undefined {
  if (digits === undefined) return undefined;
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (detail.startsWith('message to SINT')) return messageFields(bytes);
  if (detail.startsWith('HvSetVpRegisters')) return setRegistersFields(bytes);
  const isFrame = who === 'wire' || what === 'DMA' || what === 'loopback' || who === 'root-user';
  return isFrame ? frameFields(bytes) : undefined;
}

/** What is known of a step besides its record. */
export function notesOf(path: PathName, step: Step): Pick<TimelineStep, 'fields' | 'machine'> {
  const [machine, fields] = [machineOf(path, step), fieldsOf(step)];
  return {
    ...(machine === undefined ? {} : { machine }),
    ...(fields === undefined ? {} : { fields }),
  };
}
