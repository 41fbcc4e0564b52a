import { MICROSECOND, SECOND } from '../machine/engine/engine.ts';
import type { NetVsc } from '../machine/guest/netvsc/driver.ts';
import { Failover } from '../machine/guest/netvsc/failover.ts';
import { SendingSocket } from '../machine/guest/sending-socket.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import type { NetVsp } from '../machine/host/netvsp/provider.ts';
import type { Departure } from '../machine/host/vpci/ejection.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { type FlowDescription, macBytes, makeMac } from '../machine/net/frame.ts';
import { DATA_PATH_SYNTHETIC, DATA_PATH_VF } from '../machine/vmbus/nvsp.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { AssignedVf } from './assigned-vf.ts';
import { GuestVf } from './guest-vf.ts';
import { HyperVHost } from './host.ts';
import { attachDomain } from './paths/virtual-function.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { offerVirtualPci, type VirtualPciBus } from './vpci.ts';

const MEBIBYTE = 1 << 20;
const MACHINE_MAC = makeMac(1, 0);
const PEER_MAC = makeMac(2, 0);
/** One flow each way: from the guest, and to it. */
const OUTWARD = 0;
const INWARD = 1;
const MAX_EVENTS = 100_000_000;
/** The traffic of the machine, the same in both directions. */
export interface FailoverTraffic {
  /** Frames a second in each direction. */
  rate: number;
  /** Bytes of a frame without FCS. */
  frame: number;
  seed: number;
  profile?: string;
}

/** Frames of one direction so far. A late one came behind one that was sent after it. */
export interface DirectionCounts {
  sent: number;
  delivered: number;
  late: number;
}

/** Frames in both directions: from the machine, and to it. */
export interface BothWays {
  out: number;
  in: number;
}

/** What the root keeps of a VF that it has allocated. */
export interface AllocatedVf {
  assigned: AssignedVf;
  serial: number;
  functionIndex: number;
  vport: boolean;
  allocated: boolean;
  bus: VirtualPciBus;
  guest: GuestVf | undefined;
}

/**
 * One machine with a synthetic adapter, a VF of the same address now and then, and traffic both ways. What
 * the root does is here one call for each step; nothing happens in between unless the machine is run.
 */
export class FailoverMachine {
  readonly host: HyperVHost;
  readonly machine: VirtualMachine;
  readonly failover: Failover;
  readonly provider: NetVsp;
  /** The VF that the machine has, or had last. */
  vf: AllocatedVf | undefined;
  /** Whether the guest's bus driver lets a device go when it is asked to. */
  guestAnswers = true;
  /** Where the NIC puts frames for the machine: what the root set last. */
  filter: 'default' | 'vf' = 'default';
  #sent = [0, 0];
  #checks: FlowCheck[];
  #serial = 0;
  /** By flow and place in it: 1 for a frame that has arrived. */
  #arrived: number[][] = [[], []];

  constructor(traffic: FailoverTraffic) {
    const { rate, frame, seed, profile = 'sandybridge-2012' } = traffic;
    const memoryBytes = 16 * MEBIBYTE;
    this.host = new HyperVHost({
      costs: costsOf(findProfile(profile)),
      lineGbps: 10,
      rootCores: 1,
      maxFrame: 1514,
      guestBytes: memoryBytes + MEBIBYTE,
      postedInterrupts: false,
    });
    const { host } = this;
    const { engine, memory } = host;
    const listener = {
      arrived: (flow: number, sequence: number) => {
        this.#arrived[flow][sequence] = 1;
      },
      stray: () => {},
    };
    this.#checks = [OUTWARD, INWARD].map(() => new FlowCheck(memory, 2, listener));
    const sends = {
      sent: (flow: number) => {
        this.#sent[flow]++;
      },
    };
    const peer = new RemotePeer(engine, memory, host.lineIn, this.#checks[OUTWARD], sends);
    host.connectPeer(peer);
    const vmSwitch = host.newVMSwitch({ enableIov: true });
    this.machine = host.newVM({ memoryBytes });
    const adapter = this.machine.addNetworkAdapter({
      switch: vmSwitch,
      macAddress: MACHINE_MAC,
    });
    if (adapter.provider === undefined) throw new Error('a synthetic adapter has a provider');
    this.provider = adapter.provider;
    this.provider.onDataPath = (path) => this.#guestSwitched(path);
    engine.run(Infinity, MAX_EVENTS);
    this.failover = new Failover(adapter.device as NetVsc);
    const stack = new GuestStack(this.failover, this.#checks[INWARD]);
    const flow = (id: number): FlowDescription => ({
      flow: id,
      source: id === OUTWARD ? MACHINE_MAC : PEER_MAC,
      destination: id === OUTWARD ? PEER_MAC : MACHINE_MAC,
      length: frame,
      seed,
    });
    // The two directions are not in step.
    const period = Math.round(SECOND / rate);
    const start = Math.ceil(engine.now / MICROSECOND + 10) * MICROSECOND;
    const limit = 0xffffffff;
    peer.addFlow(flow(INWARD), { limit, period, window: 1, start });
    const socket = new SendingSocket(
      engine,
      this.failover,
      0,
      flow(OUTWARD),
      { limit, period, burst: 1, window: 1, start: start + ((seed * 7919) % period) },
      sends,
    );
    stack.add(socket);
    socket.start();
  }

  /** Picoseconds since the machine was switched on. */
  get now(): number {
    return this.host.engine.now;
  }

  /** Lets `milliseconds` pass. */
  run(milliseconds: number): void {
    this.host.engine.run(this.now + Math.round(milliseconds * 1e9), MAX_EVENTS);
  }

  /** Frames so far; the last ones may be on their way. */
  get counts(): { out: DirectionCounts; in: DirectionCounts } {
    const [out, into] = this.#checks.map(({ delivered, misplaced }, flow) => ({
      sent: this.#sent[flow],
      delivered,
      late: misplaced,
    }));
    return { out, in: into };
  }

  /** Frames sent so far in each direction. */
  get sent(): BothWays {
    return { out: this.#sent[OUTWARD], in: this.#sent[INWARD] };
  }

  /**
   * Frames of those that were sent from one count of `sent` to another that have not arrived. One that came
   * behind a later one is among them: nobody gets it.
   */
  missing(from: BothWays, to: BothWays): BothWays {
    const count = (flow: number, start: number, end: number) => {
      let arrived = 0;
      for (let sequence = start; sequence < end; sequence++)
        arrived += this.#arrived[flow][sequence] ?? 0;
      return end - start - arrived;
    };
    return { out: count(OUTWARD, from.out, to.out), in: count(INWARD, from.in, to.in) };
  }

  /** Allocates a VF with a VPort of its own, says so to the guest's adapter, and offers the function. */
  allocate(): AllocatedVf {
    this.announceVf();
    return this.offerVf();
  }

  /** Tells the guest's adapter that there is a VF, with the number that the function will have. */
  announceVf(): void {
    this.provider.associate(this.machine.rootProcessor(0), true, ++this.#serial);
  }

  /** Allocates the VF with its VPort, and offers the function on a bus. */
  offerVf(): AllocatedVf {
    const { host, machine } = this;
    const serial = this.#serial;
    const functionIndex = host.nic.enableVf(1);
    const { requesterId } = host.nic.functions[functionIndex];
    attachDomain(machine, requesterId);
    const assigned = new AssignedVf(machine, functionIndex);
    const bus = offerVirtualPci(machine, { assigned, serial });
    const vf: AllocatedVf = {
      assigned,
      serial,
      functionIndex,
      vport: true,
      allocated: true,
      bus,
      guest: undefined,
    };
    this.vf = vf;
    bus.bus.onDevice = (device) => {
      const guest = new GuestVf(machine, device, assigned.nicFunction, macBytes(MACHINE_MAC));
      vf.guest = guest;
      device.onRemove = (then, surprise) => {
        if (surprise) guest.lost();
        if (surprise || this.guestAnswers) this.failover.disappearing(guest, then, surprise);
      };
      this.failover.appeared(guest);
    };
    bus.bus.open();
    return vf;
  }

  /** The root tells the guest that its frames go by the synthetic adapter from now on. */
  announceSynthetic(): void {
    this.provider.announceDataPath(this.machine.rootProcessor(0), DATA_PATH_SYNTHETIC);
  }

  /** OID_RECEIVE_FILTER_MOVE_FILTER: frames for the machine go to the default VPort, or to the VF's. */
  moveFilter(to: 'default' | 'vf'): void {
    const { nic } = this.host;
    if (to === 'default') nic.setFilter(MACHINE_MAC, 0, 0);
    else if (this.vf !== undefined) nic.setFilter(MACHINE_MAC, this.vf.functionIndex);
    this.filter = to;
  }

  /** OID_NIC_SWITCH_DELETE_VPORT: the VF's queues carry nothing any more. @returns false when there is none */
  deleteVPort(): boolean {
    const { vf } = this;
    if (vf?.vport !== true) return false;
    vf.vport = false;
    vf.assigned.nicFunction.stop();
    return true;
  }

  /** OID_SRIOV_RESET_VF: a function-level reset. @returns false for a VF that is not allocated */
  resetVf(): boolean {
    if (this.vf?.allocated !== true) return false;
    this.vf.assigned.reset();
    return true;
  }

  /** OID_NIC_SWITCH_FREE_VF. @returns false while a VPort is attached to it, or when it is not allocated */
  freeVf(): boolean {
    const { vf } = this;
    if (vf?.allocated !== true || vf.vport) return false;
    vf.allocated = false;
    vf.bus.provider.remove();
    this.host.iommu.detach(vf.assigned.nicFunction.requesterId);
    this.provider.associate(this.machine.rootProcessor(0), false, 0);
    return true;
  }

  /** Asks the guest to let its VF go; takes it after 60 s. */
  eject(then: (how: Departure) => void): void {
    this.vf?.bus.provider.eject(this.machine.rootProcessor(0), then);
  }

  /**
   * The guest has asked for another path. The root moves the filter of its address with it, before the guest
   * has its answer (unverified: what Windows' switch does here is not published).
   */
  #guestSwitched(path: number): void {
    if (path === DATA_PATH_SYNTHETIC) this.moveFilter('default');
    else if (path === DATA_PATH_VF && this.vf?.vport === true) this.moveFilter('vf');
  }
}
