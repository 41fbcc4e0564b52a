import { HostMemory, LARGE_PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import type { FieldPlace } from '../../machine/memory/structure.ts';
import { readField, writeField } from '../../machine/memory/structure-fields.ts';
import { SetVpRegistersInput } from '../../machine/partition/hypercalls.ts';
import { completeAccess } from '../../machine/partition/intercept-completion.ts';
import {
  InterceptReader,
  MESSAGE_HEADER_SIZE,
  MESSAGE_SIZE,
} from '../../machine/partition/intercept-message.ts';
import { MESSAGE_PAYLOADS } from '../../machine/partition/message-types.ts';
import { REGISTER_RAX, REGISTER_RIP } from '../../machine/partition/registers.ts';
import { MESSAGE_HEADER } from '../../machine/partition/synic-structures.ts';
import type { Fields } from './fields.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

/** Members of a recorded message whose field has another name, and those that are no field. */
const NAMES: Readonly<Record<string, string>> = {
  vpIndex: 'header.vp_index',
  instructionLength: 'header.instruction_length',
  cr8: 'header.cr8',
  access: 'header.intercept_access_type',
  executionState: 'header.execution_state',
  cs: 'header.cs_segment',
  rip: 'header.rip',
  rflags: 'header.rflags',
  port: 'port_number',
  accessSize: 'access_info.access_size',
  stringOp: 'access_info.string_op',
  repPrefix: 'access_info.rep_prefix',
  gvaValid: 'memory_access_info.gva_valid',
  gvaGpaValid: 'memory_access_info.gva_gpa_valid',
  gva: 'guest_virtual_address',
  gpa: 'guest_physical_address',
  msr: 'msr_number',
  ds: 'ds_segment',
  es: 'es_segment',
  ss: 'ss_segment',
};
const OTHERS = ['messageType', 'payloadSize', 'partitionId', 'message'];
const RESULTS = ['deviceRead', 'deviceWrite', 'after'];
const ACCESSES = ['read', 'write', 'execute'];

/** Decodes recorded intercept messages, puts each together again, and completes plain accesses. */
export function replayIntercept(file: VectorFile): FamilyResult {
  const replay = new InterceptReplay();
  for (const message of file.content.list('messages')) replay.message(message);
  return replay.found.result;
}

class InterceptReplay {
  readonly found = new Comparison();
  readonly #host = new HostMemory(LARGE_PAGE_SIZE);
  readonly #slot = this.#host.allocate(MESSAGE_SIZE);
  readonly #input = new SetVpRegistersInput(this.#host, this.#host.allocate(MESSAGE_SIZE));
  readonly #reader = new InterceptReader(this.#host, this.#slot);

  message(recorded: Fields): void {
    const bytes = recorded.bytes('message');
    this.found.equal('length', MESSAGE_SIZE, bytes.length);
    if (bytes.length === MESSAGE_SIZE) this.#decode(recorded, bytes);
    this.found.steps++;
  }

  #decode(recorded: Fields, bytes: Uint8Array): void {
    const { fields } = MESSAGE_HEADER;
    const type = Number(readField(bytes, 0, fields.message_type));
    const size = Number(readField(bytes, 0, fields.payload_size));
    this.found.equal('messageType', recorded.number('messageType'), type);
    this.found.equal('payloadSize', recorded.number('payloadSize'), size);
    const sender = readField(bytes, 0, fields.sender);
    this.found.equal('partitionId', recorded.big('partitionId'), sender);
    const payload = MESSAGE_PAYLOADS.get(type);
    if (payload === undefined) {
      this.found.differ('messageType', 'a message that can be decoded', type.toString(16));
      return;
    }
    this.found.equal('size of the structure', recorded.number('payloadSize'), payload.size);
    for (const name of recorded.names)
      if (!OTHERS.includes(name) && !RESULTS.includes(name))
        this.#member(name, recorded, bytes, payload.fields);
    this.found.bytes('message', bytes, rebuilt(bytes, payload.fields));
    if (recorded.has('after')) this.#complete(recorded, bytes);
  }

  /** One recorded member against the field that it came from. */
  #member(
    name: string,
    recorded: Fields,
    bytes: Uint8Array,
    fields: Readonly<Record<string, FieldPlace>>,
  ): void {
    const field = NAMES[name] ?? snakeCase(name);
    if (!Object.hasOwn(fields, field)) {
      this.found.differ(name, 'a field', `no field ${field} in this structure`);
      return;
    }
    const get = (of: string) => readField(bytes, MESSAGE_HEADER_SIZE, fields[of]);
    if (name === 'instructionBytes') {
      const from = MESSAGE_HEADER_SIZE + fields[field][0];
      const count = Number(get('instruction_byte_count'));
      this.found.bytes(name, recorded.bytes(name), bytes.slice(from, from + count));
      return;
    }
    const value = recorded.raw(name);
    if (name === 'access')
      this.found.equal(name, recorded.text(name), ACCESSES[Number(get(field))]);
    else if (typeof value === 'boolean') this.found.equal(name, value, get(field) === 1n);
    else if (typeof value === 'object') {
      const segment = recorded.object(name);
      for (const part of segment.names)
        this.found.equal(`${name}.${part}`, segment.big(part), get(`${field}.${snakeCase(part)}`));
    } else this.found.equal(name, recorded.big(name), get(field));
  }

  /** The device's bytes, and the registers that the worker process would write back. */
  #complete(recorded: Fields, bytes: Uint8Array): void {
    this.#host.bytes.set(bytes, this.#slot);
    const reader = this.#reader;
    const after = recorded.object('after');
    if (reader.write) {
      const written = toBytes(reader.accumulator, reader.size);
      this.found.bytes('deviceWrite', recorded.bytes('deviceWrite'), written);
      completeAccess(this.#input, reader);
    } else completeAccess(this.#input, reader, fromBytes(recorded.bytes('deviceRead')));
    const rax = this.#register(REGISTER_RAX) ?? joined(reader.raxLow, reader.raxHigh);
    this.found.equal('after.rax', after.big('rax'), rax);
    this.found.equal('after.rip', after.big('rip'), this.#register(REGISTER_RIP) ?? 0n);
  }

  /** What the list of registers says about one of them. */
  #register(name: number): bigint | undefined {
    const input = this.#input;
    for (let i = 0; i < input.count; i++)
      if (input.name(i) === name) return joined(input.low(i), input.high(i));
    return undefined;
  }
}

/** The message from its fields alone: a byte that no field explains would be missing. */
function rebuilt(bytes: Uint8Array, payload: Readonly<Record<string, FieldPlace>>): Uint8Array {
  const copy = new Uint8Array(MESSAGE_SIZE);
  const structures: [number, Readonly<Record<string, FieldPlace>>][] = [
    [0, MESSAGE_HEADER.fields],
    [MESSAGE_HEADER_SIZE, payload],
  ];
  for (const [base, fields] of structures)
    for (const place of Object.values(fields))
      writeField(copy, base, place, readField(bytes, base, place));
  return copy;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function joined(low: number, high: number): bigint {
  return BigInt(low) + (BigInt(high) << 32n);
}

function toBytes(value: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 0xff);
}

function fromBytes(bytes: Uint8Array): number {
  return bytes.reduce((value, byte, i) => (i < 4 ? value + byte * 2 ** (8 * i) : value), 0);
}
