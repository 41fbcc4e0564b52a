import { PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { FLAG_COMPLETION_REQUESTED } from '../../machine/vmbus/ring.ts';
import type { Fields } from './fields.ts';
import { NetvscGuest } from './netvsc-guest.ts';
import { firstRange, InitialisingGuest, viewOf } from './netvsc-init.ts';
import { SendingGuest } from './netvsc-transmit.ts';
import { Comparison, type FamilyResult, type VectorFile } from './vector-file.ts';

const FLAGS = 6;
const TRANSACTION = 8;
const MOST_TRANSACTIONS = 0x10000n;
const GPA_DIRECT = 9;

/**
 * Replays what a network driver said to its provider. Our driver gets the recorded messages of the host and
 * the frames of the recorded stack, and must write what the recorded driver wrote: bytes of ring packets,
 * of RNDIS messages, of sections, and of the bus's messages about buffers.
 *
 * A file does not say when the host read the ring, only whether a packet was signalled. The replay takes it
 * that the host read between two steps where the later one was signalled; within a step it cannot have.
 * Contents of a frame's fragments, and priority of its tag, are taken from where the file shows them.
 */
export function replayNetvsc({ content }: VectorFile): FamilyResult {
  const replay = new NetvscReplay(content);
  for (const step of content.list('steps')) replay.step(step);
  return replay.finish();
}

class NetvscReplay {
  #comparison = new Comparison();
  #guest: NetvscGuest;
  #init: InitialisingGuest | undefined;
  #sending: SendingGuest;
  /** Whether the other side may have read since the last packet. */
  #mayDrain = true;

  constructor(content: Fields) {
    const steps = content.list('steps');
    const base = content.has('guestPhysicalBase') ? content.number('guestPhysicalBase') : 0;
    const first = steps.find(isPacket);
    const start = first?.number('ringOffset') ?? 0;
    const number = firstTransaction(steps);
    this.#guest = new NetvscGuest(base, topOf(steps), start, number);
    if (InitialisingGuest.isIn(steps)) this.#init = new InitialisingGuest(this.#guest, steps);
    this.#sending = new SendingGuest(this.#guest, steps);
    this.#init?.start();
  }

  step(step: Fields): void {
    const comparison = this.#comparison;
    if (step.raw('actor') === 'guest') this.#guestStep(step);
    else this.#hostStep(step);
    comparison.steps++;
  }

  finish(): FamilyResult {
    while (this.#guest.write() !== undefined)
      this.#comparison.differ('a packet that was not recorded', 'nothing', 'a packet');
    return this.#comparison.result;
  }

  #guestStep(step: Fields): void {
    const comparison = this.#comparison;
    const via = step.raw('via');
    if (via === 'ring') this.#packet(step);
    else if (via === 'rndis') {
      const model = this.#init?.rndis.shift();
      comparison.bytes('RNDIS', step.bytes('bytes'), model ?? new Uint8Array());
    } else if (via === 'HvPostMessage') this.#posted(step);
    else if (via === 'xmit') {
      this.#mayDrain = true;
      this.#sending.transmit(comparison, step);
    } else if (via === 'sendBuffer') {
      this.#mayDrain = true;
      this.#sending.compareSection(comparison, step);
    } else if (via === 'receive completions') this.#complete(step);
    else comparison.differ('via', `${via}`, 'a step that is modelled');
  }

  #hostStep(step: Fields): void {
    const via = step.raw('via');
    this.#mayDrain = true;
    if (via === 'ring') this.#init?.completed(step.bytes('packet'));
    else if (via === 'rndis') this.#init?.answered(step.bytes('bytes'));
    else if (via === 'SIM slot 2') this.#init?.created(step.bytes('payload'));
    else this.#comparison.differ('via', `${via}`, 'a step that is modelled');
  }

  #packet(step: Fields): void {
    const comparison = this.#comparison;
    const recorded = step.bytes('packet');
    this.#init?.act(recorded);
    const signal = step.flag('signalHost');
    if (signal && this.#mayDrain) this.#guest.drain();
    this.#mayDrain = false;
    const written = this.#guest.write();
    if (written === undefined) {
      comparison.differ('packet', 'a packet', 'nothing');
      return;
    }
    comparison.equal('ringOffset', step.number('ringOffset'), written.offset);
    comparison.equal('signalHost', signal, written.signal);
    const whole = recorded.length === written.bytes.length;
    comparison.bytes(
      'packet',
      recorded,
      whole ? written.bytes : written.bytes.subarray(0, written.bytes.length - 8),
    );
  }

  /** A file has the first messages about a buffer, and the last one. */
  #posted(step: Fields): void {
    const recorded = step.bytes('payload');
    const posts = this.#init?.posts ?? [];
    const same = posts.findIndex((post) => post.every((byte, i) => byte === recorded[i]));
    const [model] = posts.splice(0, Math.max(same, 0) + 1).slice(-1);
    this.#comparison.bytes('payload', recorded, model ?? new Uint8Array());
    this.#comparison.equal('connection', step.number('connectionId') > 0, true);
  }

  /** Which transfers, and how they ended, a file says in words. */
  #complete(step: Fields): void {
    const note = step.text('note');
    const list = (pattern: RegExp) =>
      (pattern.exec(note)?.[1] ?? '').split(',').filter(Boolean).map(Number);
    const transactions = list(/ids? ((?:0x[0-9a-f]+,? ?)+)/i);
    const statuses = list(/status(?:es)? ((?:\d+,? ?)+)/);
    this.#mayDrain = true;
    if (transactions.length === 0 || transactions.length !== statuses.length)
      this.#comparison.differ('note', note, 'a list of transactions and one of statuses');
    else
      for (const [i, transaction] of transactions.entries())
        this.#guest.transmitter.completeReceive(transaction, statuses[i]);
  }
}

function isPacket(step: Fields): boolean {
  return step.raw('actor') === 'guest' && step.raw('via') === 'ring';
}

/** The number of the first packet that asks for a completion: the driver had given out those below it. */
function firstTransaction(steps: Fields[]): number {
  for (const step of steps.filter(isPacket)) {
    const packet = viewOf(step.bytes('packet'));
    const asks = packet.getUint16(FLAGS, true) === FLAG_COMPLETION_REQUESTED;
    const number = packet.getBigUint64(TRANSACTION, true);
    if (asks && number > 0n && number < MOST_TRANSACTIONS) return Number(number);
  }
  return 1;
}

/** The end of the memory that a file speaks of. */
function topOf(steps: Fields[]): number {
  let top = 0;
  for (const step of steps) {
    if (step.has('dataAddr')) top = Math.max(top, step.number('dataAddr') + 0x20000);
    if (step.has('frags'))
      for (const frag of step.list('frags'))
        top = Math.max(top, (frag.number('pfn') + 1) * PAGE_SIZE);
    const packet = isPacket(step) ? step.bytes('packet') : undefined;
    if (packet?.[0] === GPA_DIRECT) top = Math.max(top, firstRange(packet) + 2 * PAGE_SIZE);
  }
  return top;
}
