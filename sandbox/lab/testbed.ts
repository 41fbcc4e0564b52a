import { MICROSECOND, SECOND } from '../machine/engine/engine.ts';
import { SendingSocket, type SendPlan } from '../machine/guest/sending-socket.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import { FIRST_LINK_CHECK } from '../machine/guest/tulip/media.ts';
import { queuePairsFor } from '../machine/host/nic-switch/capabilities.ts';
import { FlowCheck } from '../machine/net/flow-check.ts';
import { type FlowDescription, MAX_FRAME, makeMac } from '../machine/net/frame.ts';
import { Hypervisor } from '../machine/partition/hypervisor.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { HyperVHost } from './host.ts';
import { Measurement } from './measure.ts';
import { ResourceMeter } from './metrics/resources.ts';
import { type GuestDrivers, type NetworkAdapter, settingsFor } from './network-adapter.ts';
import { LINES, PACED } from './options.ts';
import type { HostCapabilities } from './platform/capabilities.ts';
import { costsOf, findProfile, type Profile } from './profiles.ts';
import type { CompareConfig, PathName } from './report.ts';
import { queuesFor } from './shared-receive.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { UsageError } from './usage.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import type { VMSwitch } from './vm-switch.ts';

const MEBIBYTE = 1 << 20;
/** Frames that a receiver's window lets be on their way, over all flows: fewer than a ring holds. */
const WINDOW_FRAMES = 384;
const FLOW_WINDOW = 64;
/** Queue pairs at most without a hypervisor: each has two bits of EIMS. */
const NATIVE_QUEUES = 16;
/** The far end of a request and response answers after this long: an assumption, equal for all paths. */
const TURNAROUND = 10 * MICROSECOND;
/** What the root and the peer keep for each machine: the worker's buffers, prepared frames, tables. */
const ROOT_BYTES = MEBIBYTE;
/** Events in one run beyond which a machine is taken to be stuck. */
const MAX_EVENTS = 400_000_000;

/** What a run may have beside the configuration of a comparison. */
export interface TestbedOptions {
  /** What things cost, instead of what the configuration's profile says. */
  profile?: Profile;
  drivers?: GuestDrivers;
  /** How the service of VMBus adapters is made otherwise; see SyntheticVariant. */
  variant?: SyntheticVariant;
  /** Frames that an application hands over back to back. */
  burst?: number;
  traceSteps?: number;
  /** What the host has of what SR-IOV needs; everything when left out. */
  capabilities?: Partial<HostCapabilities>;
  /** Leaves the hashing of payloads out. */
  digest?: boolean;
  /** Events, in setting up and in running each, beyond which the machine is taken to be stuck. */
  maxEvents?: number;
}

/**
 * One path under one workload: a host, its virtual machines, their flows, and the peer, ready to run.
 * The machine is brought up and at rest when the constructor returns.
 */
export class Testbed {
  readonly host: HyperVHost;
  readonly machines: VirtualMachine[] = [];
  readonly adapters: NetworkAdapter[] = [];
  /** None on a machine without a hypervisor. */
  readonly vmSwitch: VMSwitch | undefined;
  readonly measurement: Measurement;
  readonly peer: RemotePeer;
  /** Checks at the guests' end. */
  readonly guestCheck: FlowCheck;
  /** When the workload starts, in picoseconds, and the events before that. */
  readonly start: number;
  readonly eventsBefore: number;
  /** How busy everything was since then. */
  readonly meter: ResourceMeter;
  readonly #ioExitsBefore: number;
  readonly config: CompareConfig;
  #sockets: SendingSocket[] = [];
  #mayRefuse: boolean;
  #maxEvents: number;
  #flows: number;
  /** Queues of each adapter. */
  #queues: number;

  constructor(path: PathName, config: CompareConfig, options: TestbedOptions = {}) {
    this.config = config;
    this.#mayRefuse = options.capabilities !== undefined;
    this.#maxEvents = options.maxEvents ?? MAX_EVENTS;
    this.#flows = config.vms * config.queues;
    this.#queues = config.queues;
    if (path === 'emulated') this.#queues = 1;
    if (path === 'native') this.#queues = Math.min(this.#flows, NATIVE_QUEUES);
    this.host = new HyperVHost({
      costs: costsOf(options.profile ?? findProfile(config.profile)),
      lineGbps: LINES[config.line],
      rootCores: path === 'native' ? 0 : config.rootCores,
      maxFrame: Math.max(MAX_FRAME, config.frame),
      guestBytes: config.vms * (this.#guestBytes(path) + ROOT_BYTES),
      postedInterrupts: config.postedInterrupts,
      physicalQueues:
        path === 'native' ? this.#queues : queuesFor(options.variant, config.rootCores, config.vms),
      traceSteps: options.traceSteps,
      capabilities: options.capabilities,
    });
    this.measurement = new Measurement(this.host.memory, this.#flows, options.digest !== false);
    const silent = { arrived: () => {}, stray: () => this.measurement.stray() };
    const { direction } = config;
    const atPeer = direction === 'tx' ? this.measurement : silent;
    const atGuest = direction === 'tx' ? silent : this.measurement;
    const { memory, engine } = this.host;
    this.guestCheck = new FlowCheck(memory, this.#flows, atGuest);
    const peerCheck = new FlowCheck(memory, this.#flows, atPeer);
    const sends = direction === 'rx' ? this.measurement : { sent: () => {} };
    this.peer = new RemotePeer(engine, memory, this.host.lineIn, peerCheck, sends);
    this.peer.replies = direction === 'rr';
    this.peer.turnaround = TURNAROUND;
    this.host.connectPeer(this.peer);
    if (path !== 'native') this.vmSwitch = this.host.newVMSwitch({ enableIov: path === 'sriov' });
    this.#addMachines(path, options);
    engine.run(Infinity, this.#maxEvents);
    if (path === 'emulated') this.#settleLinks();
    this.host.ledger.reset();
    this.start = Math.ceil(engine.now / MICROSECOND + 1) * MICROSECOND;
    this.eventsBefore = engine.events;
    this.#ioExitsBefore = Hypervisor.ioExitsOf(this.host.hypervisor);
    this.#addFlows(options);
    this.meter = new ResourceMeter(this.host, this.peer, this.#sockets);
  }

  /** Runs the workload to its end, and until the machine is at rest or the time is over. */
  run(): void {
    const { engine } = this.host;
    for (const socket of this.#sockets) socket.start();
    const { durationMs } = this.config;
    const end = durationMs === undefined ? Infinity : this.start + Math.round(durationMs * 1e9);
    engine.run(end, this.#maxEvents);
  }

  /**
   * Exits for I/O since the start, by the hypervisor's own count.
   * @throws UsageError when the ledger says otherwise: code of the guest has written into it
   */
  auditedIoExits(): number {
    const counted = Hypervisor.ioExitsOf(this.host.hypervisor) - this.#ioExitsBefore;
    const booked = this.host.ledger.ioExits;
    if (booked === counted) return counted;
    throw new UsageError(
      `the ledger has ${booked} exits for I/O, and the hypervisor counted ${counted}: a driver may not write into the ledger`,
    );
  }

  /**
   * Waits for the drivers' first look at their links, which sets the duplex mode, so that it does not
   * fall into the run. The next one is a minute later.
   */
  #settleLinks(): void {
    const { engine } = this.host;
    engine.run(engine.now + FIRST_LINK_CHECK, MAX_EVENTS);
    engine.run(Infinity, this.#maxEvents);
  }

  #guestBytes(path: PathName): number {
    const jumbo = this.config.frame > MAX_FRAME;
    if (path === 'emulated') return 2 * MEBIBYTE;
    if (path === 'vmbus') return this.#queues * (jumbo ? 12 : 6) * MEBIBYTE;
    if (path === 'native') return this.config.queues * (jumbo ? 14 : 4) * MEBIBYTE;
    const { queues } = this.config;
    // Queue pairs of a virtual function come in powers of two; the synthetic adapter shares little.
    // One that is refused a function needs the memory of a synthetic adapter.
    const synthetic = queues * (jumbo ? 12 : 6);
    const pairs = jumbo ? 10 * queuePairsFor(queues) + 6 * queues + 6 : 4 * queues;
    return (this.#mayRefuse ? Math.max(synthetic, pairs) : pairs) * MEBIBYTE;
  }

  #addMachines(path: PathName, options: TestbedOptions): void {
    const { config, host, vmSwitch } = this;
    const memoryBytes = this.#guestBytes(path);
    const count = path === 'native' ? 1 : config.vms;
    for (let i = 0; i < count; i++) {
      const processors = path === 'native' ? config.guestCores * config.vms : config.guestCores;
      const machine = host.newVM({ processors, memoryBytes: memoryBytes * (config.vms / count) });
      this.machines.push(machine);
      const { drivers, variant } = options;
      this.adapters.push(
        vmSwitch === undefined
          ? machine.addPhysicalAdapter(this.#queues, makeMac(1, 0), drivers)
          : machine.addNetworkAdapter({
              switch: vmSwitch,
              ...settingsFor(path),
              queues: this.#queues,
              drivers,
              variant,
              vmqWeight: config.vmq === false ? 0 : 100,
              vrssEnabled: config.vrss !== false,
            }),
      );
    }
  }

  #addFlows(options: TestbedOptions): void {
    const { config, host, measurement } = this;
    const stacks = this.adapters.map(({ device }) => {
      const stack = new GuestStack(device, this.guestCheck);
      stack.replySendsNext = config.direction === 'rr' && this.#period() === 0;
      return stack;
    });
    measurement.onArrival = (flow, time) => this.peer.consumed(flow, time);
    for (let flow = 0; flow < this.#flows; flow++) {
      const adapter = Math.min(Math.floor(flow / config.queues), this.adapters.length - 1);
      const queue = (flow - adapter * config.queues) % this.#queues;
      const [inward, outward] = [false, true].map((way) => this.#describe(flow, adapter, way));
      this.guestCheck.expect(inward);
      this.peer.check.expect(outward);
      if (config.direction !== 'tx') this.peer.addFlow(inward, this.#peerPlan(flow));
      if (config.direction === 'rx') continue;
      const socket = new SendingSocket(
        host.engine,
        this.adapters[adapter].device,
        queue,
        outward,
        this.#sendPlan(flow, options.burst ?? 1),
        measurement,
      );
      stacks[adapter].add(socket);
      this.#sockets.push(socket);
    }
  }

  #describe(flow: number, adapter: number, outward: boolean): FlowDescription {
    const guest = this.adapters[adapter].macAddress;
    const peer = makeMac(2, 0);
    const { frame, seed } = this.config;
    return outward
      ? { flow, source: guest, destination: peer, length: frame, seed }
      : { flow, source: peer, destination: guest, length: frame, seed };
  }

  /** Frames of flow `flow` when the run's frames are shared out evenly. */
  #limit(flow: number): number {
    const { frames } = this.config;
    if (frames === undefined) return 0xffffffff;
    return Math.floor(frames / this.#flows) + (flow < frames % this.#flows ? 1 : 0);
  }

  /** Picoseconds between frames of a flow; 0 for as fast as possible. */
  #period(): number {
    const { load } = this.config;
    if (load === 'max') return 0;
    const rate = (load === 'paced' ? PACED : load) / this.config.queues;
    return Math.round(SECOND / rate);
  }

  /** Flows start one after another, spread over a period, so that they do not march in step. */
  #startOf(flow: number): number {
    const period = this.#period();
    return this.start + Math.floor((flow * period) / this.#flows) + flow * 1000;
  }

  #sendPlan(flow: number, burst: number): SendPlan {
    const limit = this.#limit(flow);
    const window = this.config.direction === 'rr' ? 1 : limit;
    return { limit, window, burst, period: this.#period(), start: this.#startOf(flow) };
  }

  #peerPlan(flow: number) {
    const window = Math.max(1, Math.min(FLOW_WINDOW, Math.floor(WINDOW_FRAMES / this.#flows)));
    const replies = this.config.direction === 'rr';
    return {
      limit: this.#limit(flow),
      window,
      period: replies ? 0 : this.#period(),
      start: this.#startOf(flow),
    };
  }
}
