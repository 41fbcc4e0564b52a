import { MICROSECOND } from '../machine/engine/engine.ts';
import { type Failover, TAKEOVER_DELAY } from '../machine/guest/netvsc/failover.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import { statusName } from '../machine/host/nic-switch/spec.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { MAX_FRAME, makeMac } from '../machine/net/frame.ts';
import { ACTORS, HYPERVISOR, ROOT_KERNEL, ROOT_USER } from '../machine/partition/ledger.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { HyperVHost } from './host.ts';
import { addIovAdapter } from './paths/sriov.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { Actor, BarsReport, TableReport } from './report.ts';
import { UsageError } from './usage.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 20_000_000;
const PHASES = 4;
/** Between frames: long enough for each to be taken before the next comes. */
const PERIOD = 40 * MICROSECOND;
/** From the beginning of a phase to its first frame. */
const LEAD = 10 * PERIOD;
/** In which a guest brings the function up and has the frames moved there, once the takeover delay is over. */
const COMES_UP = 2 * PERIOD;
/** In which a guest has found a function on its bus, and has not yet brought it up. */
const SETTLE = 10_000 * MICROSECOND;

/** What `watchBringUp` takes. */
export interface BringUpOptions {
  /** Frames that the far end sends in each phase, 2 to 1000; 100 when left out. */
  frames?: number;
  /** Frame length without FCS, in bytes; 1514 when left out. */
  frame?: number;
  /** Cost profile; 'sandybridge-2012' when left out. */
  profile?: string;
}

/** What a virtual machine received while one step was being taken, and what that took. */
export interface BringUpPhase {
  step: string;
  /** The requests to the physical function's driver, with their status. */
  requests: string[];
  sent: number;
  throughVmbus: number;
  throughVf: number;
  /** Frames that never came, came damaged, or in the wrong order. */
  lost: number;
  /** Means over frames: software copies, exits, cycles of root and hypervisor. */
  copies: number;
  exits: number;
  hostCycles: number;
  /** Cycles of a frame by who spent them, in the ledger's order. */
  cyclesBy: { who: Actor; cycles: number }[];
}

/**
 * A virtual machine on its synthetic adapter gets a virtual function, a request at a time, while frames
 * keep coming for it: who takes them in, and what each costs the host.
 * @throws UsageError for an option that cannot be
 */
export function watchBringUp(options: BringUpOptions = {}): BringUpPhase[] {
  return new BringUp(options).run();
}

/** The phases as a table. */
export function bringUpTable(phases: readonly BringUpPhase[]): TableReport {
  return {
    kind: 'table',
    title: 'Frames for one machine while it gets a virtual function, and what one takes',
    columns: [
      { name: 'Step' },
      { name: 'VMBus' },
      { name: 'VF' },
      { name: 'Lost' },
      { name: 'Copies' },
      { name: 'Exits' },
      { name: 'Host cycles' },
    ],
    rows: phases.map((phase) => [
      phase.step,
      phase.throughVmbus,
      phase.throughVf,
      phase.lost,
      phase.copies,
      phase.exits,
      Math.round(phase.hostCycles),
    ]),
  };
}

/** Who spends how many cycles on a frame, a bar for each phase. */
export function bringUpBars(phases: readonly BringUpPhase[]): BarsReport {
  const bars = phases.map(({ step, cyclesBy }) => ({
    name: step,
    segments: cyclesBy.map(({ who, cycles }) => ({ who, what: 'all that it does', value: cycles })),
  }));
  return { kind: 'bars', title: 'Cycles for a frame', unit: 'cycles', bars };
}

class BringUp {
  readonly #host: HyperVHost;
  readonly #peer: RemotePeer;
  readonly #check: FlowCheck;
  readonly #frames: number;
  readonly #frame: number;
  readonly #mac = makeMac(1, 0);
  #phase = 0;
  #failover: Failover | undefined;

  constructor({ frames = 100, frame = MAX_FRAME, profile = 'sandybridge-2012' }: BringUpOptions) {
    if (!Number.isInteger(frames) || frames < 2 || frames > 1000)
      throw new UsageError(`frames: ${frames} is not a whole number from 2 to 1000`);
    if (!Number.isInteger(frame) || frame < 60 || frame > MAX_FRAME)
      throw new UsageError(`frame: ${frame} is not a whole number from 60 to ${MAX_FRAME} B`);
    const found = findProfile(profile);
    this.#frames = frames;
    this.#frame = frame;
    this.#host = new HyperVHost({
      costs: costsOf(found),
      lineGbps: 10,
      rootCores: 1,
      maxFrame: MAX_FRAME,
      guestBytes: 14 * MEBIBYTE,
      postedInterrupts: found.postedInterrupts,
    });
    const { memory, engine, lineIn } = this.#host;
    const nobody = { arrived: () => {}, stray: () => {} };
    this.#check = new FlowCheck(memory, PHASES, nobody);
    const peerCheck = new FlowCheck(memory, PHASES, nobody);
    this.#peer = new RemotePeer(engine, memory, lineIn, peerCheck, { sent: () => {} });
    this.#host.connectPeer(this.#peer);
  }

  /** Frames that the guest has got, by path. */
  get #counts(): { synthetic: number; vf: number } {
    const counts = this.#failover?.counts;
    return { synthetic: counts?.synthetic.received ?? 0, vf: counts?.vf.received ?? 0 };
  }

  run(): BringUpPhase[] {
    const host = this.#host;
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    const nicSwitch = host.management.nicSwitchFor(vmSwitch);
    if (nicSwitch === undefined) throw new UsageError('watchBringUp: the host has no SR-IOV');
    const machine = host.newVM({ memoryBytes: 12 * MEBIBYTE });
    const settings = { switch: vmSwitch, macAddress: this.#mac, iovWeight: 100 };
    const request = {
      ...{ vmName: 'vm 0', macAddress: this.#mac, vmSwitch },
      ...{ iovWeight: 100, queuePairsRequested: 1 },
    };
    const adapter = addIovAdapter(machine, settings, request);
    const { iov } = adapter;
    if (iov === undefined) throw new Error('an adapter with a weight has no IOV part');
    new GuestStack(adapter.device, this.#check);
    this.#failover = iov.failover;
    host.engine.run(Infinity, MAX_EVENTS);
    const { records } = nicSwitch.log;
    const said = (from: number) =>
      records
        .slice(from)
        .filter(({ name }) => !name.includes('_CONFIG_'))
        .map(({ name, status }) => `${name}: ${statusName(status)}`);
    const phases = [this.#traffic('The machine starts', said(0), host.engine.now)];
    let before = records.length;
    iov.give();
    host.engine.run(host.engine.now + SETTLE, MAX_EVENTS);
    const paired = iov.failover.history.at(-1)?.at ?? host.engine.now;
    phases.push(this.#traffic('It has a VF and a port', said(before), host.engine.now));
    before = records.length;
    const moved = paired + TAKEOVER_DELAY + COMES_UP;
    const from = moved - LEAD - Math.floor(this.#frames / 2) * PERIOD;
    phases.push(this.#traffic('The filter moves, half way', [], from));
    phases[2].requests = said(before);
    phases.push(this.#traffic('After that', [], host.engine.now));
    return phases;
  }

  /** One phase's frames, from `from` on. */
  #traffic(step: string, requests: string[], from: number): BringUpPhase {
    const { engine, ledger } = this.#host;
    const phase = this.#phase++;
    const [{ synthetic, vf }, { delivered }] = [this.#counts, this.#check];
    engine.run(from, MAX_EVENTS);
    const start = Math.max(from, engine.now) + LEAD;
    const flow = { flow: phase, source: makeMac(2, 0), destination: this.#mac };
    const frames = this.#frames;
    ledger.reset();
    this.#peer.addFlow(
      { ...flow, length: this.#frame, seed: phase },
      { limit: frames, period: PERIOD, window: 0, start },
    );
    engine.run(start + (frames + 10) * PERIOD, MAX_EVENTS);
    const now = this.#counts;
    const host = [HYPERVISOR, ROOT_KERNEL, ROOT_USER];
    return {
      step,
      requests,
      sent: frames,
      throughVmbus: now.synthetic - synthetic,
      throughVf: now.vf - vf,
      lost: frames - (this.#check.delivered - delivered),
      copies: ledger.copies / frames,
      exits: ledger.totalExits / frames,
      cyclesBy: ACTORS.map((who, i) => ({ who, cycles: ledger.cyclesOf(i) / frames })).filter(
        ({ cycles }) => cycles > 0,
      ),
      hostCycles: host.reduce((sum, who) => sum + ledger.cyclesOf(who), 0) / frames,
    };
  }
}
