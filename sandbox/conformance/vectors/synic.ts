import { costsOf, findProfile } from '../../lab/profiles.ts';
import { UsageError } from '../../lab/usage.ts';
import { Engine } from '../../machine/engine/engine.ts';
import { GuestMemory } from '../../machine/memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { crc32 } from '../../machine/net/crc32.ts';
import { MESSAGE_SIZE } from '../../machine/partition/intercept-message.ts';
import { Ledger } from '../../machine/partition/ledger.ts';
import { LogicalProcessor } from '../../machine/partition/logical-processor.ts';
import { MAX_PAYLOAD, writeMessage } from '../../machine/partition/ports.ts';
import { Synic } from '../../machine/partition/synic.ts';
import { MessageBuffer } from '../../machine/partition/synic-messages.ts';
import {
  ENABLE,
  MSR_SIEFP,
  MSR_SIMP,
  REFERENCE_TICK,
  SINTS,
} from '../../machine/partition/synic-spec.ts';
import { VirtualProcessor } from '../../machine/partition/virtual-processor.ts';
import type { Fields } from './fields.ts';
import { GuestOfSynic } from './synic-guest.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

/** Costs do not show in a replay: nothing is charged. */
const PROFILE = 'nehalem-2008r2';
const WORD = 4294967296n;

/**
 * Replays operations of a guest and a hypervisor on our SynIC: results, interrupts, queues and pages.
 * Time jumps: the recorded hypervisor looks at its queues and timers after an operation, not during it.
 */
export function replaySynic(file: VectorFile): FamilyResult {
  return new SynicReplay(file.content).run();
}

class SynicReplay {
  readonly #content: Fields;
  readonly #found = new Comparison();
  readonly #engine = new Engine();
  readonly #host: HostMemory;
  readonly #synic: Synic;
  readonly #guest: GuestOfSynic;
  /** Buffers made so far; those that do not wait are used again. */
  readonly #buffers: MessageBuffer[] = [];
  /** Raised during the operation in hand. */
  #raised: string[] = [];

  constructor(content: Fields) {
    this.#content = content;
    const pages = content.has('guestPageBase') ? content.number('guestPageBase') + 16 : 512;
    if (pages > 65536) throw new UsageError(`${content.where}: guestPageBase is beyond 256 MiB`);
    const guestBytes = Math.max(LARGE_PAGE_SIZE, pages * PAGE_SIZE);
    this.#host = new HostMemory(guestBytes + 8 * LARGE_PAGE_SIZE);
    const memory = new GuestMemory(this.#host, guestBytes);
    const costs = costsOf(findProfile(PROFILE));
    const lp = new LogicalProcessor(this.#engine, new Ledger(), costs);
    this.#synic = new Synic(this.#host, new VirtualProcessor(lp, 'guest'), memory);
    this.#synic.sink = {
      raise: (vector, autoEoi) => this.#raised.push(interruptText(vector, autoEoi)),
    };
    this.#guest = new GuestOfSynic(memory, this.#synic);
  }

  run(): FamilyResult {
    const ops = this.#content.list('ops');
    if (ops.length > 0) {
      const by = ops[0].has('by') ? ops[0].number('by') : 0;
      this.#engine.now = (ops[0].number('now') - by) * REFERENCE_TICK;
    }
    for (const op of ops) {
      this.#raised = [];
      this.#operation(op);
      this.#synic.scan(this.#engine.now);
      this.#state(op);
      this.#found.steps++;
    }
    if (this.#content.has('final')) this.#final(this.#content.object('final'));
    return this.#found.result;
  }

  #operation(op: Fields): void {
    const result = op.object('result');
    const name = op.text('op');
    if (name === 'wrmsr') this.#write(op, result);
    else if (name === 'rdmsr') this.#read(op, result);
    else if (name === 'post') this.#post(op, result);
    else if (name === 'signal') this.#signal(op, result);
    else if (name === 'consume') this.#consume(op, result);
    else if (name === 'takeFlags') {
      const flags = this.#guest.takeFlags(sintOf(op)).join(' ');
      this.#found.equal('flags', result.numbers('flags').join(' '), flags);
    } else if (name === 'advance') this.#engine.now += op.number('by') * REFERENCE_TICK;
    else throw new UsageError(`${op.where}: op is none of a SynIC's: ${name}`);
  }

  #write(op: Fields, result: Fields): void {
    const value = op.big('value');
    const [low, high] = [Number(value % WORD), Number(value / WORD)];
    const ok = this.#synic.writeWords(op.number('msr'), low, high, this.#engine.now);
    this.#found.equal('ok', result.flag('ok'), ok);
  }

  #read(op: Fields, result: Fields): void {
    const msr = op.number('msr');
    const low = this.#synic.readWord(msr, 0);
    this.#found.equal('ok', result.flag('ok'), low >= 0);
    if (low < 0 || !result.has('value')) return;
    const value = BigInt(low) + BigInt(this.#synic.readWord(msr, 1)) * WORD;
    this.#found.equal('value', result.big('value'), value);
  }

  #post(op: Fields, result: Fields): void {
    const sint = sintOf(op);
    const payload = op.bytes('payload');
    if (payload.length > MAX_PAYLOAD)
      throw new UsageError(`${op.where}: payload is longer than ${MAX_PAYLOAD} bytes`);
    this.#found.equal('sintMasked', result.flag('sintMasked'), this.#synic.isMasked(sint));
    const buffer = this.#buffer();
    writeMessage(this.#host, buffer.address, op.number('type'), op.number('sender'), payload);
    this.#synic.post(sint, buffer, this.#engine.now);
  }

  #buffer(): MessageBuffer {
    const free = this.#buffers.find(({ queued }) => !queued);
    if (free !== undefined) return free;
    const page = this.#host.allocate(PAGE_SIZE);
    for (let at = 0; at < PAGE_SIZE; at += MESSAGE_SIZE)
      this.#buffers.push(new MessageBuffer(page + at));
    return this.#buffers[this.#buffers.length - 1];
  }

  #signal(op: Fields, result: Fields): void {
    const set = this.#synic.signal(op.number('sint'), op.number('flag'), this.#engine.now);
    this.#found.equal('newlySignaled', result.flag('newlySignaled'), set);
  }

  #consume(op: Fields, result: Fields): void {
    const message = this.#guest.consume(sintOf(op), this.#engine.now);
    this.#found.equal('empty', result.flag('empty'), message === undefined);
    if (message === undefined || result.flag('empty')) return;
    this.#found.equal('type', result.number('type'), message.type);
    this.#found.equal('sender', result.big('sender'), message.sender);
    this.#found.bytes('payload', result.bytes('payload'), message.payload);
    this.#found.equal('messagePending', result.flag('messagePending'), message.pending);
    this.#found.equal('eomWritten', result.flag('eomWritten'), message.pending);
  }

  #state(op: Fields): void {
    const found = this.#found;
    const interrupts = op
      .list('interrupts')
      .map((one) => interruptText(one.number('vector'), one.flag('autoEoi')));
    found.equal('interrupts', interrupts.join(', '), this.#raised.join(', '));
    found.equal('queued', queuedText(op.object('queued')), this.#queued());
    found.equal('now', op.number('now'), Math.floor(this.#engine.now / REFERENCE_TICK));
    found.equal('simpCrc32', op.text('simpCrc32'), checksum(this.#page(MSR_SIMP)));
    found.equal('siefpCrc32', op.text('siefpCrc32'), checksum(this.#page(MSR_SIEFP)));
  }

  #final(final: Fields): void {
    const found = this.#found;
    found.equal('final SIM page', final.number('simpPageNumber'), this.#guest.pageOf(MSR_SIMP));
    found.equal('final SIEF page', final.number('siefpPageNumber'), this.#guest.pageOf(MSR_SIEFP));
    found.bytes('final messages', final.bytes('simp'), this.#page(MSR_SIMP));
    found.bytes('final flags', final.bytes('siefp'), this.#page(MSR_SIEFP));
  }

  #queued(): string {
    const counts = Array.from({ length: SINTS }, (_, sint) => this.#synic.queuedOn(sint));
    return counts.flatMap((count, sint) => (count > 0 ? [`${sint}:${count}`] : [])).join(' ');
  }

  /** A page as the guest sees it; while it has no place there, as the hypervisor does. */
  #page(msr: number): Uint8Array {
    if ((this.#synic.readWord(msr, 0) & ENABLE) !== 0) return this.#guest.page(msr);
    const at = msr === MSR_SIMP ? this.#synic.messagePage : this.#synic.eventPage;
    return this.#host.bytes.slice(at, at + PAGE_SIZE);
  }
}

function interruptText(vector: number, autoEoi: boolean): string {
  return autoEoi ? `${vector} with auto-EOI` : `${vector}`;
}

function queuedText(queued: Fields): string {
  const sints = queued.names.filter((sint) => queued.number(sint) > 0);
  return sints.map((sint) => `${sint}:${queued.number(sint)}`).join(' ');
}

/** CRC-32 as in zip: with the final inversion. */
function checksum(page: Uint8Array): string {
  const crc = ~crc32(page, 0, page.length) >>> 0;
  return crc.toString(16).padStart(8, '0');
}

/** @throws UsageError for a SINT that does not exist */
function sintOf(op: Fields): number {
  const sint = op.number('sint');
  if (sint < 0 || sint >= SINTS) throw new UsageError(`${op.where}: sint is not 0 to 15`);
  return sint;
}
