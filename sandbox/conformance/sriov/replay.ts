import { MsixTable } from '../../machine/bus/pci/msix-table.ts';
import { NicRegisters } from '../../machine/devices/sriov-nic/nic-registers.ts';
import { NEGOTIATION } from '../../machine/devices/sriov-nic/phy.ts';
import { QueueStorage } from '../../machine/devices/sriov-nic/queue-storage.ts';
import type { RegisterWindow } from '../../machine/devices/sriov-nic/register-block.ts';
import { SwitchRegisters } from '../../machine/devices/sriov-nic/switch-registers.ts';
import { Engine, MICROSECOND } from '../../machine/engine/engine.ts';
import { Tally } from '../dec21140/tally.ts';
import type { BusRecord, ConfigurationAccess, RegisterAccess } from '../recording.ts';
import { boardOf } from './board.ts';
import { Functions, isRegister } from './functions.ts';
import { nameOf } from './names.ts';
import { countsFrames, exclusions, type ReadContext } from './register-rules.ts';
import {
  type ConfigurationFigures,
  SPACES,
  type Space,
  type SpaceFigures,
  type SriovReport,
} from './report.ts';

const RCTL = 0x0100;
const TCTL = 0x0400;
const ENABLE = 1 << 1;
const MDIC = 0x20;
/** A write of transceiver register 0 at address 1, and the bit that starts an agreement. */
const MDIC_BMCR_WRITE = 0x04200000;
const RESTART = 1 << 9;
const PF_VECTORS = 10;
const VF_VECTORS = 3;

/**
 * A recording of the drivers of a physical and of virtual functions of an 82576, against the model: what
 * they wrote is written, what they read is compared, at the recorded times. `configuration` is what a replay
 * of configuration space has found; without it those reads are set aside.
 */
export function replaySriov(
  records: readonly BusRecord[],
  configuration?: ConfigurationFigures,
): SriovReport {
  return new Replay(records).run(configuration);
}

class Replay {
  #records: readonly BusRecord[];
  #engine = new Engine();
  #registers: NicRegisters;
  #functions: Functions;
  #windows: RegisterWindow[];
  #tables: MsixTable[] = [];
  #tally = new Tally();
  #spaces = Object.fromEntries(SPACES.map((space) => [space, noFigures()])) as Record<
    Space,
    SpaceFigures
  >;
  #masks = new Map<string, number>();
  #traffic = false;
  /** What virtual functions have written since the last reset of one. */
  #written = new Set<string>();
  /** When the transceiver agrees, or agreed: picoseconds. */
  #agreement = -Infinity;

  constructor(records: readonly BusRecord[]) {
    this.#records = records;
    const { nvm, phy } = boardOf(records);
    const sender = { sendMessage: () => {} };
    this.#registers = new NicRegisters({
      engine: this.#engine,
      sender,
      nvm,
      phy,
      queues: new QueueStorage(),
      filters: new SwitchRegisters(),
    });
    this.#windows = this.#registers.counters.map((_, n) => this.#registers.window(n));
    this.#functions = new Functions(records);
  }

  run(configuration: ConfigurationFigures | undefined): SriovReport {
    for (const record of this.#records) {
      this.#advance(record.time);
      if (isRegister(record)) this.#access(record);
      else if (record.op === 'cfgr' || record.op === 'cfgw') this.#configuration(record);
    }
    return this.#report(configuration);
  }

  #advance(microseconds: number): void {
    const time = microseconds * MICROSECOND;
    if (time > this.#engine.now) this.#engine.run(time);
  }

  #configuration(record: ConfigurationAccess): void {
    const figures = this.#spaces.config;
    figures.accesses++;
    if (record.op === 'cfgr') figures.reads++;
    const happening = this.#functions.configuration(record);
    if (happening === undefined) return;
    const { now } = this.#engine;
    if (happening.kind === 'enable') {
      if (happening.count <= this.#windows.length) this.#registers.enable(happening.count, now);
    } else if (happening.virtualFunction >= 0)
      this.#registers.resetVirtual(happening.virtualFunction, now);
    else {
      this.#registers.enable(0, now);
      this.#registers.reset();
    }
  }

  #access(record: RegisterAccess): void {
    if (record.space === 'igb-mmio')
      this.#touch(record, this.#registers.file, record.offset, false);
    else if (record.space === 'igbvf-mmio') {
      const [n, offset] = this.#functions.virtual(record);
      const window = this.#windows[n];
      if (window === undefined)
        this.#tally.setAside(`accesses of virtual function ${n}`, 'the 82576 has eight of them');
      else this.#touch(record, window, offset, true);
    } else if (record.space === 'msix-table') this.#touchTable(record);
    else this.#tally.setAside(`accesses of '${record.space}'`, 'the format does not name it');
  }

  #touch(record: RegisterAccess, window: RegisterWindow, offset: number, virtual: boolean): void {
    const [name, space] = nameOf(offset, virtual);
    if (record.size !== 4) {
      this.#tally.setAside(`${name}, other sizes`, 'registers are read and written in 32 bits');
      return;
    }
    this.#spaces[space].accesses++;
    const place = `${record.address ?? 0} ${name}`;
    if (record.op === 'iow') {
      if (!virtual) this.#note(offset, record.value);
      else if (name === 'VTCTRL') this.#written.clear();
      else this.#written.add(place);
      window.write(offset, record.value, this.#engine.now);
      return;
    }
    const model = window.read(offset) >>> 0;
    const fromAgreement = (this.#engine.now - this.#agreement) / MICROSECOND;
    const untouched = virtual && !this.#written.has(place);
    const traffic = this.#traffic;
    this.#compare(record, space, { name, model, fromAgreement, traffic, untouched });
  }

  /** What the rules must remember of a write. */
  #note(offset: number, value: number): void {
    if ((offset === RCTL || offset === TCTL) && (value & ENABLE) !== 0) this.#traffic = true;
    const bmcr = offset === MDIC && (value & 0xfff0000) === MDIC_BMCR_WRITE;
    if (bmcr && (value & RESTART) !== 0) this.#agreement = this.#engine.now + NEGOTIATION;
  }

  #touchTable(record: RegisterAccess): void {
    const [n, offset] = this.#functions.table(record);
    if (n >= this.#windows.length) {
      this.#tally.setAside(`accesses of virtual function ${n}`, 'the 82576 has eight of them');
      return;
    }
    this.#tables[n + 1] ??= new MsixTable(n < 0 ? PF_VECTORS : VF_VECTORS, () => {});
    const table = this.#tables[n + 1];
    const space = n < 0 ? 'pf' : 'vf';
    this.#spaces[space].accesses++;
    if (record.op === 'iow') table.write32(offset, record.value, this.#engine.now);
    else {
      const name = n < 0 ? 'MSI-X table' : 'VF MSI-X table';
      const model = table.read32(offset) >>> 0;
      this.#compare(record, space, { ...AT_REST, name, model });
    }
  }

  #compare(record: RegisterAccess, space: Space, context: ReadContext): void {
    const { name, model } = context;
    const figures = this.#spaces[space];
    const perRegister = this.#figuresOf(space, name);
    figures.reads++;
    perRegister.reads++;
    const uncounted = space === 'statistics' ? countsFrames(context) : undefined;
    if (uncounted !== undefined) {
      this.#tally.setAside(name, uncounted);
      return;
    }
    let differs = (record.value ^ model) >>> 0;
    let excluded = 0;
    for (const { bits, why } of exclusions(record, context)) {
      if ((differs & bits) === 0) continue;
      excluded |= bits;
      this.#tally.setAside(bits >>> 0 === 0xffffffff ? name : `${name}, bits ${hex(bits)}`, why);
    }
    if (excluded >>> 0 === 0xffffffff) return;
    differs = (differs & ~excluded) >>> 0;
    figures.readsCompared++;
    perRegister.compared++;
    const mask = (this.#masks.get(`${space} ${name}`) ?? 0xffffffff) & ~excluded;
    this.#masks.set(`${space} ${name}`, mask);
    perRegister.mask = hex(mask);
    if (differs === 0) return;
    figures.readMismatches++;
    perRegister.mismatches++;
    const what = `${name}, bits ${hex(differs)}`;
    this.#tally.differs(record, what, hex(record.value), hex(model));
  }

  #figuresOf(space: Space, name: string) {
    const { perRegister } = this.#spaces[space];
    perRegister[name] ??= { reads: 0, compared: 0, mismatches: 0, mask: hex(0xffffffff) };
    return perRegister[name];
  }

  #report(configuration: ConfigurationFigures | undefined): SriovReport {
    const { config } = this.#spaces;
    if (configuration !== undefined) {
      config.readsCompared = configuration.compared;
      config.readMismatches = configuration.mismatches;
      config.perRegister = configuration.perRegister;
    }
    const uncompared = {
      what: 'reads of configuration space',
      count: config.reads,
      why: 'not replayed yet',
    };
    const all = SPACES.map((space) => this.#spaces[space]);
    const sum = (of: (figures: SpaceFigures) => number) =>
      all.reduce((total, figures) => total + of(figures), 0);
    return {
      accesses: sum(({ accesses }) => accesses),
      readsCompared: sum(({ readsCompared }) => readsCompared),
      readMismatches: sum(({ readMismatches }) => readMismatches),
      dmaCompared: 0,
      dmaMismatches: 0,
      irqCompared: 0,
      irqMismatches: 0,
      ...this.#spaces,
      notCompared: [...(configuration?.notCompared ?? [uncompared]), ...this.#tally.notCompared],
      first: [...(configuration?.first ?? []), ...this.#tally.first],
    };
  }
}

const AT_REST = { fromAgreement: Infinity, traffic: false, untouched: false };

function noFigures(): SpaceFigures {
  return { accesses: 0, reads: 0, readsCompared: 0, readMismatches: 0, perRegister: {} };
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
