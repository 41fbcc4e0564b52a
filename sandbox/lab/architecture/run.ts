import { MICROSECOND, SECOND } from '../../machine/engine/engine.ts';
import { SendingSocket } from '../../machine/guest/sending-socket.ts';
import { GuestStack } from '../../machine/guest/stack.ts';
import { type ArrivalListener, FlowCheck } from '../../machine/net/flow-check.ts';
import { type FlowDescription, MAX_FRAME, makeMac } from '../../machine/net/frame.ts';
import { RemotePeer } from '../../machine/wire/peer.ts';
import { HyperVHost } from '../host.ts';
import { type NetworkAdapter, settingsFor } from '../network-adapter.ts';
import { LINES, PACED } from '../options.ts';
import { costsOf, findProfile } from '../profiles.ts';
import type { VirtualPath } from './plan.ts';

/** From the first machine to the wire, from the wire to it, or from it to the second machine. */
export type Direction = 'tx' | 'rx' | 'to-neighbour';

/** A step as the machine recorded it, and what the ledger had more after it. Times in picoseconds. */
export interface RawStep {
  who: number;
  what: number;
  start: number;
  end: number;
  detail?: string;
  bytes?: string;
  place?: string;
  exits: number;
  copies: number;
  cycles: number;
}

/** What is run. */
export interface RunOptions {
  /** Of each virtual machine. */
  paths: readonly VirtualPath[];
  direction: Direction;
  frame: number;
  profile: string;
  line: string;
  seed: number;
}

/** Frames before the one that is followed, so that caches, tables and throttles have settled. */
const WARM_UP = 3;
const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 1_000_000;
const PERIOD = SECOND / PACED;
const QUIET: ArrivalListener = { arrived: () => {}, stray: () => {} };

/**
 * A host with idle virtual machines, of which the first sends or gets a few frames, one at a time. The
 * last one is recorded.
 */
export class FollowedRun {
  readonly host: HyperVHost;
  readonly steps: RawStep[] = [];
  /** Frames that arrived, at whichever end they were to. */
  readonly arrived: () => number;
  #start: number;

  constructor(options: RunOptions) {
    const { paths } = options;
    const profile = findProfile(options.profile);
    this.host = new HyperVHost({
      costs: costsOf(profile),
      lineGbps: LINES[options.line],
      rootCores: 1,
      maxFrame: Math.max(MAX_FRAME, options.frame),
      guestBytes: paths.length * 16 * MEBIBYTE,
      postedInterrupts: profile.postedInterrupts,
    });
    const vmSwitch = this.host.newVMSwitch({ enableIov: paths.includes('sriov') });
    const adapters = paths.map((path) =>
      this.host
        .newVM({ memoryBytes: 14 * MEBIBYTE })
        .addNetworkAdapter({ switch: vmSwitch, ...settingsFor(path) }),
    );
    this.host.engine.run(Infinity, MAX_EVENTS);
    this.#start = Math.ceil(this.host.engine.now / MICROSECOND + 1) * MICROSECOND;
    this.arrived = this.#connect(options, adapters);
  }

  /** Runs the whole and records what follows from the last frame. */
  run(): void {
    const { engine } = this.host;
    engine.run(this.#start + WARM_UP * PERIOD - PERIOD / 2, MAX_EVENTS);
    this.#record();
    engine.run(Infinity, MAX_EVENTS);
  }

  /** Both ends of the flow; returns the count of what arrives. */
  #connect(options: RunOptions, adapters: NetworkAdapter[]): () => number {
    const { engine, memory } = this.host;
    const { direction, frame, seed } = options;
    const checks = adapters.map(() => new FlowCheck(memory, 1, QUIET));
    const stacks = adapters.map(({ device }, i) => new GuestStack(device, checks[i]));
    const atPeer = new FlowCheck(memory, 1, QUIET);
    const peer = new RemotePeer(engine, memory, this.host.lineIn, atPeer, { sent: () => {} });
    this.host.connectPeer(peer);
    const [first, second] = adapters.map(({ macAddress }) => macAddress);
    const outside = makeMac(2, 0);
    const ways = {
      tx: [first, outside],
      rx: [outside, first],
      'to-neighbour': [first, second],
    } as const;
    const [source, destination] = ways[direction];
    const flow: FlowDescription = { flow: 0, source, destination, length: frame, seed };
    const plan = { limit: WARM_UP + 1, period: PERIOD, start: this.#start };
    if (direction === 'rx') peer.addFlow(flow, { ...plan, window: 1 });
    else {
      const sends = { ...plan, burst: 1, window: plan.limit };
      const listener = { sent: () => {} };
      const socket = new SendingSocket(engine, adapters[0].device, 0, flow, sends, listener);
      stacks[0].add(socket);
      socket.start();
    }
    const end = direction === 'tx' ? atPeer : checks[direction === 'rx' ? 0 : 1];
    return () => end.delivered;
  }

  #record(): void {
    const { ledger, engine } = this.host;
    const total = () => ledger.cycles.reduce((sum, cycles) => sum + cycles, 0);
    let exits = ledger.totalExits;
    let copies = ledger.copies;
    let cycles = total();
    engine.trace.recording = true;
    engine.trace.onStep = (who, what, start, end, detail, bytes, place) => {
      const added = {
        exits: ledger.totalExits - exits,
        copies: ledger.copies - copies,
        cycles: total() - cycles,
      };
      exits += added.exits;
      copies += added.copies;
      cycles += added.cycles;
      this.steps.push({ who, what, start, end, detail, bytes, place, ...added });
    };
  }
}
