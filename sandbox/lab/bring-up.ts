import { MICROSECOND } from '../machine/engine/engine.ts';
import type { StackEntry } from '../machine/guest/net-device.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import { moveToVf, prepareVf } from '../machine/host/nic-switch/sequence.ts';
import { statusName } from '../machine/host/nic-switch/spec.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { MAX_FRAME, makeMac } from '../machine/net/frame.ts';
import { HYPERVISOR, ROOT_KERNEL, ROOT_USER } from '../machine/partition/ledger.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { HyperVHost } from './host.ts';
import { VMSWITCH } from './management.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { addVirtualFunction } from './paths/sriov.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { TableReport } from './report.ts';
import { UsageError } from './usage.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 20_000_000;
const PHASES = 4;
/** Between frames: long enough for each to be taken before the next comes. */
const PERIOD = 40 * MICROSECOND;

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
    title: 'Frames for one machine, while it gets a virtual function',
    columns: [
      { name: 'Step' },
      { name: 'Over VMBus' },
      { name: 'By the VF' },
      { name: 'Lost' },
      { name: 'Copies a frame' },
      { name: 'Exits a frame' },
      { name: 'Host cycles a frame' },
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

class BringUp {
  readonly #host: HyperVHost;
  readonly #peer: RemotePeer;
  readonly #check: FlowCheck;
  readonly #frames: number;
  readonly #frame: number;
  readonly #mac = makeMac(1, 0);
  #phase = 0;
  #throughVmbus = 0;
  #throughVf = 0;

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

  run(): BringUpPhase[] {
    const host = this.#host;
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    const nicSwitch = host.management.nicSwitchFor(vmSwitch);
    if (nicSwitch === undefined) throw new UsageError('watchBringUp: the host has no SR-IOV');
    const machine = host.newVM({ memoryBytes: 12 * MEBIBYTE });
    const settings = { switch: vmSwitch, macAddress: this.#mac };
    const synthetic = machine.addNetworkAdapter(settings);
    this.#count(synthetic, () => this.#throughVmbus++);
    host.engine.run(Infinity, MAX_EVENTS);
    const { records } = nicSwitch.log;
    const said = (from: number) =>
      records.slice(from).map(({ name, status }) => `${name}: ${statusName(status)}`);
    const phases = [this.#traffic('The machine starts', said(0), () => {})];
    let before = records.length;
    const wish = { vmName: 'vm 0', macAddress: this.#mac, queuePairs: 1 };
    const vf = prepareVf(nicSwitch, wish, VMSWITCH);
    if (typeof vf === 'number') throw new UsageError(`watchBringUp: ${statusName(vf)}`);
    phases.push(this.#traffic('It has a VF and a port', said(before), () => {}));
    before = records.length;
    const move = () => {
      const adapter = addVirtualFunction(machine, settings, this.#mac);
      this.#count(adapter, () => this.#throughVf++);
      moveToVf(nicSwitch, vf);
    };
    phases.push(this.#traffic('The filter moves, half way', [], move));
    phases[2].requests = said(before);
    phases.push(this.#traffic('After that', [], () => {}));
    return phases;
  }

  /** The stack above a device, with somebody who counts what comes up. */
  #count({ device }: NetworkAdapter, counted: () => void): void {
    const stack = new GuestStack(device, this.#check);
    const counting: StackEntry = {
      received: (processor, gpa, length, verified) => {
        counted();
        stack.received(processor, gpa, length, verified);
      },
      room: (processor, queue) => stack.room(processor, queue),
    };
    device.stack = counting;
  }

  /** One phase's frames; `halfway` happens when half of them are on their way. */
  #traffic(step: string, requests: string[], halfway: () => void): BringUpPhase {
    const { engine, ledger } = this.#host;
    const phase = this.#phase++;
    const [vmbus, vf, { delivered }] = [this.#throughVmbus, this.#throughVf, this.#check];
    const start = engine.now + 10 * PERIOD;
    const flow = { flow: phase, source: makeMac(2, 0), destination: this.#mac };
    const frames = this.#frames;
    ledger.reset();
    this.#peer.addFlow(
      { ...flow, length: this.#frame, seed: phase },
      { limit: frames, period: PERIOD, window: 0, start },
    );
    engine.run(start + Math.floor(frames / 2) * PERIOD - PERIOD / 2, MAX_EVENTS);
    halfway();
    engine.run(Infinity, MAX_EVENTS);
    const host = [HYPERVISOR, ROOT_KERNEL, ROOT_USER];
    return {
      step,
      requests,
      sent: frames,
      throughVmbus: this.#throughVmbus - vmbus,
      throughVf: this.#throughVf - vf,
      lost: frames - (this.#check.delivered - delivered),
      copies: ledger.copies / frames,
      exits: ledger.totalExits / frames,
      hostCycles: host.reduce((sum, who) => sum + ledger.cyclesOf(who), 0) / frames,
    };
  }
}
