import { MICROSECOND } from '../machine/engine/engine.ts';
import type { FailoverState } from '../machine/guest/netvsc/failover.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import type { OidRecord } from '../machine/host/nic-switch/oid-log.ts';
import { NDIS_STATUS_SUCCESS } from '../machine/host/nic-switch/spec.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { MAX_FRAME, makeMac } from '../machine/net/frame.ts';
import { ACTORS, HYPERVISOR, ROOT_KERNEL, ROOT_USER } from '../machine/partition/ledger.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { HyperVHost } from './host.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { Actor, BarsReport, TableReport } from './report.ts';
import { UsageError } from './usage.ts';
import type { VMSwitch } from './vm-switch.ts';

const MEBIBYTE = 1 << 20;
const MILLISECOND = 1000 * MICROSECOND;
const MAX_EVENTS = 20_000_000;
/** The guest asks for the other path 100 ms after it has found the function: in the third phase. */
const PHASES = 4;
const PHASE = 40 * MILLISECOND;

/** What `watchBringUp` takes. */
export interface BringUpOptions {
  /** Frames that the far end sends in each phase, 2 to 1000; 100 when left out. */
  frames?: number;
  /** Frame length without FCS, in bytes; 1514 when left out. */
  frame?: number;
  /** Cost profile; 'sandybridge-2012' when left out. */
  profile?: string;
}

/** What a virtual machine received in a stretch of time, and what that took. */
export interface BringUpPhase {
  /** Milliseconds since both boxes were ticked and the machine had its synthetic adapter. */
  from: number;
  to: number;
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

/** A virtual function's coming, as frames, root and guest saw it. */
export interface BringUpReport {
  phases: BringUpPhase[];
  /** The root's requests to the physical function's driver, in order. */
  requests: readonly OidRecord[];
  /** Where the guest's pair of devices stood, and from when on, in milliseconds. */
  states: { at: number; state: FailoverState }[];
}

/**
 * A virtual machine starts on its synthetic adapter and gets a virtual function, while frames keep coming
 * for it: who takes them in, and what each costs the host.
 * @throws UsageError for an option that cannot be
 */
export function watchBringUp(options: BringUpOptions = {}): BringUpReport {
  return new BringUp(options).run();
}

/** The phases as a table. */
export function bringUpTable({ phases }: BringUpReport): TableReport {
  const names = ['ms', 'VMBus', 'VF', 'Lost', 'Copies', 'Exits', 'Cycles'];
  return {
    kind: 'table',
    title:
      'Frames for one machine while it gets a virtual function, and what one takes of the host',
    columns: names.map((name) => ({ name })),
    rows: phases.map((phase) => [
      nameOf(phase),
      phase.throughVmbus,
      phase.throughVf,
      phase.lost,
      Math.round(phase.copies * 100) / 100,
      Math.round(phase.exits * 10) / 10,
      Math.round(phase.hostCycles),
    ]),
  };
}

/** Who spends how many cycles on a frame, a bar for each phase. */
export function bringUpBars({ phases }: BringUpReport): BarsReport {
  const bars = phases.map((phase) => ({
    name: `${nameOf(phase)} ms`,
    segments: phase.cyclesBy.map(({ who, cycles }) => ({
      who,
      what: 'all that it does',
      value: cycles,
    })),
  }));
  return { kind: 'bars', title: 'Cycles for a frame', unit: 'cycles', bars };
}

/** What each state of the guest's pair of devices means. */
const STATES: Readonly<Record<FailoverState, string>> = {
  synthetic: 'the synthetic adapter alone',
  paired: 'a function has appeared that belongs to the adapter; it waits',
  opening: 'it sets the function up',
  switching: 'it has asked the root for the other path',
  vf: 'frames go by the function',
  returning: 'frames go by the synthetic adapter again',
};

/** What the guest did with the two devices, and when. */
export function bringUpStates({ states }: BringUpReport): TableReport {
  return {
    kind: 'table',
    title: 'What the guest did',
    columns: [{ name: 'Time', unit: 'ms' }, { name: 'From then on' }],
    rows: states.map(({ at, state }) => [at.toFixed(2), STATES[state]]),
  };
}

/** What the root asked the physical function's driver for; requests of a kind in a row are one row. */
export function bringUpRequests({ requests }: BringUpReport): TableReport {
  const rows: [name: string, what: string, times: number][] = [];
  for (const { name, detail, status, statusName } of requests) {
    const last = rows[rows.length - 1];
    const short = name.replace(/^OID_/, '');
    if (last?.[0] === short) last[2]++;
    else rows.push([short, status === NDIS_STATUS_SUCCESS ? detail : statusName, 1]);
  }
  return {
    kind: 'table',
    title: 'What the root asked of the driver of the physical function',
    columns: [{ name: 'Request' }, { name: 'For' }],
    rows: rows.map(([name, what, times]) => [
      name,
      times === 1 ? what : `${what}, and ${times - 1} more`,
    ]),
  };
}

function nameOf({ from, to }: BringUpPhase): string {
  return `${from} to ${to}`;
}

class BringUp {
  readonly #host: HyperVHost;
  readonly #vmSwitch: VMSwitch;
  readonly #peer: RemotePeer;
  readonly #check: FlowCheck;
  readonly #frames: number;
  readonly #frame: number;
  readonly #mac = makeMac(1, 0);

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
    this.#check = new FlowCheck(memory, 1, nobody);
    const peerCheck = new FlowCheck(memory, 1, nobody);
    this.#peer = new RemotePeer(engine, memory, lineIn, peerCheck, { sent: () => {} });
    this.#host.connectPeer(this.#peer);
    this.#vmSwitch = this.#host.newVMSwitch({ enableIov: true });
  }

  run(): BringUpReport {
    const { engine, management } = this.#host;
    const adapter = this.#host.newVM({ memoryBytes: 12 * MEBIBYTE }).addNetworkAdapter({
      switch: this.#vmSwitch,
      macAddress: this.#mac,
      iovWeight: 100,
    });
    adapter.device.stack = new GuestStack(adapter.device, this.#check);
    const start = engine.now;
    const period = Math.floor(PHASE / this.#frames);
    const flow = { flow: 0, source: makeMac(2, 0), destination: this.#mac };
    // The first one half a period into the phase, so that none is under way when a phase ends.
    this.#peer.addFlow(
      { ...flow, length: this.#frame, seed: 1 },
      { limit: PHASES * this.#frames, period, window: 0, start: start + Math.floor(period / 2) },
    );
    const phases = Array.from({ length: PHASES }, (_, n) => this.#phase(adapter, start, n));
    engine.run(Infinity, MAX_EVENTS);
    const history = adapter.iov?.failover.history ?? [];
    return {
      phases,
      requests: management.nicSwitchFor(this.#vmSwitch)?.log.records ?? [],
      states: history.map(({ at, state }) => ({ at: (at - start) / MILLISECOND, state })),
    };
  }

  #phase(adapter: NetworkAdapter, start: number, n: number): BringUpPhase {
    const { engine, ledger } = this.#host;
    const frames = this.#frames;
    const before = this.#counts(adapter);
    ledger.reset();
    engine.run(start + (n + 1) * PHASE, MAX_EVENTS);
    const after = this.#counts(adapter);
    const host = [HYPERVISOR, ROOT_KERNEL, ROOT_USER];
    return {
      from: (n * PHASE) / MILLISECOND,
      to: ((n + 1) * PHASE) / MILLISECOND,
      sent: frames,
      throughVmbus: after.vmbus - before.vmbus,
      throughVf: after.vf - before.vf,
      lost: frames - (after.delivered - before.delivered),
      copies: ledger.copies / frames,
      exits: ledger.totalExits / frames,
      hostCycles: host.reduce((sum, who) => sum + ledger.cyclesOf(who), 0) / frames,
      cyclesBy: ACTORS.map((who, i) => ({ who, cycles: ledger.cyclesOf(i) / frames })).filter(
        ({ cycles }) => cycles > 0,
      ),
    };
  }

  /** Frames that the guest has had so far, by path and in all. */
  #counts({ iov }: NetworkAdapter) {
    const { delivered } = this.#check;
    const counts = iov?.failover.counts;
    return {
      vmbus: counts?.synthetic.received ?? 0,
      vf: counts?.vf.received ?? 0,
      delivered,
    };
  }
}
