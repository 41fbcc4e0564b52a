import type { Fields } from './fields.ts';
import type { VectorFile } from './vector-file.ts';

/** What a file of vectors is about. */
export type Family =
  | 'ring'
  | 'xferpages'
  | 'synic'
  | 'intercept'
  | 'control'
  | 'netvsc'
  | 'storvsc'
  | 'vpci';

/** Operations that only a SynIC has. */
const SYNIC_OPS = ['wrmsr', 'rdmsr', 'post', 'consume', 'takeFlags', 'advance'];

/** Bytes of a packet's descriptor in a `packet` of a step. */
const DESCRIPTOR = 16;

/** The family of a file, from its content alone; undefined when it is none of them. */
export function familyOf({ content }: VectorFile): Family | undefined {
  if (isList(content, 'messages'))
    return content.list('messages').some((message) => message.has('message'))
      ? 'intercept'
      : undefined;
  if (isList(content, 'ops')) return familyOfOps(content);
  return isList(content, 'steps') ? familyOfSteps(content.list('steps')) : undefined;
}

function familyOfOps(content: Fields): Family | undefined {
  const ops = content.list('ops');
  if (content.has('dataSize'))
    return ops.some((op) => op.raw('op') === 'writeBatch') ? 'xferpages' : 'ring';
  const isSynic = ops.some((op) => SYNIC_OPS.includes(`${op.raw('op')}`) || op.has('simpCrc32'));
  return isSynic ? 'synic' : undefined;
}

/** Steps of a driver: by what only one of them does, else by the first packet of the guest. */
function familyOfSteps(steps: Fields[]): Family | undefined {
  const vias = new Set(steps.map((step) => step.raw('via')));
  if (vias.has('queuecommand')) return 'storvsc';
  if (['rndis', 'xmit', 'sendBuffer'].some((via) => vias.has(via))) return 'netvsc';
  const packet = steps.find((step) => step.raw('via') === 'ring' && step.raw('actor') === 'guest');
  if (packet !== undefined) return familyOfPacket(packet.bytes('packet'));
  return vias.has('HvPostMessage') || vias.has('SIM slot 2') ? 'control' : undefined;
}

/** By the first word of the message: vPCI has a base, NVSP its data messages, vstor a size of its own. */
function familyOfPacket(packet: Uint8Array): Family | undefined {
  if (packet.length < DESCRIPTOR + 4) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const header = view.getUint16(2, true) * 8;
  if (header + 4 > packet.length) return undefined;
  const message = view.getUint32(header, true);
  if (message >>> 16 === 0x4249) return 'vpci';
  const length = packet.length - header;
  return message <= 14 && length >= 48 ? 'storvsc' : 'netvsc';
}

function isList(content: Fields, name: string): boolean {
  return Array.isArray(content.raw(name));
}
