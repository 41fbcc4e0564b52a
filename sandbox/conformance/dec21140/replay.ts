import type { CapturedFrame } from '../../lab/pcap.ts';
import { Dec21140 } from '../../machine/devices/dec21140/device.ts';
import { Engine } from '../../machine/engine/engine.ts';
import {
  type BusRecord,
  type ConfigurationAccess,
  type FrameRecord,
  isAccess,
  type RegisterAccess,
} from '../recording.ts';
import type { ReplayReport } from '../report.ts';
import { isConfiguration, recordedFunction, recordedIdentity, recordedRom } from './board.ts';
import { ConfigurationComparison } from './configuration.ts';
import { DmaComparison } from './dma.ts';
import { FrameComparison } from './frame-comparison.ts';
import { deliveredBytes, padded } from './frames.ts';
import { InterruptComparison } from './interrupts.ts';
import { isOwned, RecordedMemory } from './recorded-memory.ts';
import { recordedPhys } from './recorded-phy.ts';
import { RegisterComparison } from './registers.ts';
import { decodeSerialLines, type SerialLines } from './serial-lines.ts';
import * as spec from './spec.ts';
import { Tally } from './tally.ts';

/** Command register of a function that software enabled before the recording begins. */
const ENABLED = 0x0107;

/**
 * Drives the model with a recording of the driver and compares what both devices do. Time stands still:
 * the wire and DMA take none, and timers that the recorded device lacks do not fire.
 * @param capture the frames of the same run, if there are any
 * @throws UsageError when the recording is of another device
 */
export function replayDec21140(
  records: readonly BusRecord[],
  capture?: readonly CapturedFrame[],
): ReplayReport {
  return new Replay(records).run(capture);
}

class Replay {
  #records: readonly BusRecord[];
  #lines: SerialLines;
  #memory: RecordedMemory;
  #chip: Dec21140;
  #tally = new Tally();
  #registers = new RegisterComparison(this.#tally);
  #configuration = new ConfigurationComparison(this.#tally);
  #interrupts = new InterruptComparison(this.#tally);
  #frames = new FrameComparison(this.#tally);
  #dma: DmaComparison;
  #bdf: string | undefined;
  #now = 0;
  /** Registers, by offset, that were written since the last reset; the value of CSR6 and CSR7. */
  #written = new Map<number, number>();
  #portSelected = false;
  /** The receiver ran out of buffers, and the two devices learn it at different moments. */
  #starved = false;
  #accesses = 0;
  #configAccesses = 0;

  constructor(records: readonly BusRecord[]) {
    this.#records = records;
    this.#lines = decodeSerialLines(records);
    this.#memory = new RecordedMemory(records);
    this.#dma = new DmaComparison(records, this.#memory, this.#tally);
    this.#bdf = recordedFunction(records);
    this.#chip = new Dec21140({
      engine: new Engine(),
      memory: this.#memory,
      host: {
        transmit: (buffer, length) =>
          this.#frames.sent.push({ at: this.#now, bytes: buffer.slice(0, length) }),
        interruptPin: () => {},
      },
      serialRom: recordedRom(this.#lines.words),
      phys: recordedPhys(this.#lines.frames, () => this.#now),
      identity: recordedIdentity(records, this.#bdf),
    });
    if (!records.some((record) => record.op === 'cfgw'))
      this.#chip.configuration.write(4, 2, ENABLED);
  }

  run(capture: readonly CapturedFrame[] | undefined): ReplayReport {
    for (let index = 0; index < this.#records.length; ) {
      const record = this.#records[index];
      const end = this.#nextAccess(index);
      this.#now = index;
      if (isAccess(record)) this.#access(record, index, end);
      this.#aftermath(isAccess(record) ? index + 1 : index, end);
      index = end;
    }
    return this.#report(capture);
  }

  /** The model's CSR5, which reading does not change. */
  get #status(): number {
    return this.#chip.read(spec.CSR5, 4);
  }

  /** Index of the first access of software behind `index`. */
  #nextAccess(index: number): number {
    let end = index + 1;
    while (end < this.#records.length && !isAccess(this.#records[end])) end++;
    return end;
  }

  #access(record: RegisterAccess | ConfigurationAccess, index: number, end: number): void {
    this.#memory.begin(index, end);
    if (isConfiguration(record)) return this.#configure(record);
    this.#accesses++;
    this.#interrupts.compare(record, {
      model: this.#chip.pin,
      mayDiffer: this.#starved,
      enabled: this.#written.get(spec.CSR7) ?? 0,
    });
    if (record.op === 'ior') return this.#read(record, index);
    this.#write(record, index, end);
  }

  #configure(record: ConfigurationAccess): void {
    if (record.bdf !== this.#bdf)
      return this.#tally.setAside(
        'accesses of other functions',
        'they are not the recorded device',
      );
    this.#configAccesses++;
    const { configuration } = this.#chip;
    if (record.op === 'cfgw') configuration.write(record.offset, record.size, record.value);
    else this.#configuration.read(record, configuration.read(record.offset, record.size));
  }

  #read(record: RegisterAccess, index: number): void {
    const model = this.#chip.read(record.offset, record.size);
    if (record.offset === spec.CSR5) this.#settle(model, record.value);
    this.#registers.read(record, {
      model,
      fresh: !this.#written.has(record.offset),
      portSelected: this.#portSelected,
      driven: this.#lines.driven[index],
      filterType: this.#dma.filterType,
      starved: this.#starved,
    });
  }

  #write(record: RegisterAccess, index: number, end: number): void {
    const { offset, size, value } = record;
    const before = this.#written.get(spec.CSR6) ?? 0;
    const sofar = spec.transmitState(this.#status);
    this.#chip.write(offset, size, value);
    this.#note(offset, value);
    const restarts = offset === spec.CSR6 && (before & value & spec.ST) !== 0;
    if (restarts || (offset === spec.CSR4 && (before & spec.ST) !== 0))
      this.#restart(index, end, sofar);
    if (this.#memory.starved) this.#starve();
  }

  /** The recorded device fetches again at every such write: a poll demand makes the model do the same. */
  #restart(index: number, end: number, state: number): void {
    if (state !== spec.TS_SUSPENDED || spec.transmitState(this.#status) !== state) return;
    const own = this.#records.slice(index + 1, end);
    if (!own.some((record) => record.op === 'dmar' && record.what === 'tdes')) return;
    this.#chip.write(spec.CSR1, 4, 0);
    this.#tally.setAside(
      'transmit poll demands added',
      'the recorded device fetches a descriptor at each write of CSR6 with ST set and of CSR4; a 21140 only when ST becomes 1 (section 12)',
    );
  }

  /** What the rules must remember of a write. */
  #note(offset: number, value: number): void {
    if (offset === spec.CSR0 && (value & spec.SOFTWARE_RESET) !== 0) {
      this.#portSelected = ((this.#written.get(spec.CSR6) ?? 0) & spec.PS) !== 0;
      this.#written.clear();
      this.#dma.filterType = 0;
      return;
    }
    this.#written.set(offset, value);
    if (offset === spec.CSR0) this.#memory.setSkip(value & 0x7c);
    if (startsTimer(offset, value))
      this.#tally.setAside(
        'timers started: general-purpose timer, automatic polling',
        'the recorded device has neither (section 12); in a replay time stands still',
      );
    if (offset === spec.CSR3) this.#memory.setReceiveBase((value & ~3) >>> 0);
  }

  /** What happened before the next access: levels, frames, and the transfers of both. */
  #aftermath(begin: number, end: number): void {
    let index = begin;
    let frame = this.#nextFrame(begin, end);
    this.#dma.check(begin, frame);
    while (index < end) {
      const record = this.#records[index];
      if (record.op === 'irq') this.#interrupts.level = record.level;
      if (record.op === 'remark' && !record.known)
        this.#tally.setAside('records of unknown operations', 'the format does not name them');
      if (index === frame) {
        frame = this.#nextFrame(index + 1, end);
        this.#arrive(index, frame);
      }
      index++;
    }
  }

  #nextFrame(begin: number, end: number): number {
    let index = begin;
    while (index < end && this.#records[index].op !== 'rxframe') index++;
    return index;
  }

  /** A frame arrives; the records up to `end` are what the recorded device did with it, and maybe more. */
  #arrive(index: number, end: number): void {
    const record = this.#records[index] as FrameRecord;
    const bytes = deliveredBytes(this.#records, index, end);
    this.#now = index;
    this.#memory.begin(index, end);
    if (bytes === undefined) this.#miss(record, index, end);
    else {
      this.#frames.offered++;
      const frame = padded(bytes);
      if (this.#chip.receive(frame, frame.length)) this.#frames.received.push({ at: index, bytes });
      else this.#tally.differs(record, 'frame', 'accepted', 'not accepted');
    }
    if (this.#memory.starved) this.#starve();
    this.#dma.check(index + 1, end, record, bytes !== undefined);
  }

  /** A frame that the recorded device did not take; if it lacked a buffer, both look again afterwards. */
  #miss(record: FrameRecord, index: number, end: number): void {
    const outcome = record.outcome ?? 'unknown, without its bytes';
    this.#tally.setAside(`frames whose outcome is ${outcome}`, 'only accepted frames are offered');
    if (record.data) this.#frames.dropped.push(record.data);
    if (outcome === 'no-descriptor') this.#starved = true;
    const looked = this.#lookedInVain(index + 1, end);
    if (looked === undefined) return;
    this.#starved = true;
    const { address } = this.#records[looked] as { address: number };
    if (spec.receiveState(this.#status) !== spec.RS_SUSPENDED) return;
    if (!this.#memory.refilled(address, looked)) return;
    this.#memory.begin(looked, end);
    this.#chip.write(spec.CSR2, 4, 0);
    this.#tally.setAside(
      'receive poll demands added',
      'the recorded device does not suspend its receiver (section 12); the model looks again once the driver has had time to refill',
    );
  }

  /** The record in which the recorded device found a receive descriptor that it does not own. */
  #lookedInVain(begin: number, end: number): number | undefined {
    for (let index = begin; index < end; index++) {
      const record = this.#records[index];
      if (record.op === 'dmar' && record.what === 'rdes' && !isOwned(record)) return index;
    }
    return undefined;
  }

  #starve(): void {
    this.#starved = true;
    this.#memory.starved = false;
  }

  /** The overrun is over once the model has a buffer again and both show the same RU. */
  #settle(model: number, recorded: number): void {
    const waits = spec.receiveState(this.#status) !== spec.RS_SUSPENDED;
    if (waits && ((model ^ recorded) & spec.RU) === 0) this.#starved = false;
  }

  #report(capture: readonly CapturedFrame[] | undefined): ReplayReport {
    const { compared, mismatches } = this.#registers.figures;
    return {
      accesses: this.#accesses,
      readsCompared: compared,
      readMismatches: mismatches,
      dmaCompared: this.#dma.compared,
      dmaMismatches: this.#dma.mismatches,
      irqCompared: this.#interrupts.compared,
      irqMismatches: this.#interrupts.mismatches,
      perRegister: this.#perRegister(),
      config: {
        accesses: this.#configAccesses,
        readsCompared: this.#configuration.compared,
        readMismatches: this.#configuration.mismatches,
      },
      ...this.#frames.figures(this.#records, capture),
      notCompared: this.#tally.notCompared,
      first: this.#tally.first,
    };
  }

  #perRegister(): ReplayReport['perRegister'] {
    const entries = [...this.#registers.perRegister].sort(([a], [b]) => a - b);
    return Object.fromEntries(entries.map(([offset, figures]) => [`CSR${offset / 8}`, figures]));
  }
}

/** CSR11 with a count, CSR0 with a period of automatic polling. */
function startsTimer(offset: number, value: number): boolean {
  if (offset === spec.CSR11) return (value & 0xffff) !== 0;
  return offset === spec.CSR0 && (value & spec.TAP) !== 0;
}
