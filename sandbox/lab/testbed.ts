import { MICROSECOND } from '../machine/engine/engine.ts';
import type { NetDevice } from '../machine/guest/net-device.ts';
import { SendingSocket } from '../machine/guest/sending-socket.ts';
import { GuestStack } from '../machine/guest/stack.ts';
import { FIRST_LINK_CHECK } from '../machine/guest/tulip/media.ts';
import type { FlowCheck } from '../machine/net/flow-check.ts';
import { MAX_FRAME, makeMac } from '../machine/net/frame.ts';
import { Hypervisor } from '../machine/partition/hypervisor.ts';
import { RemotePeer } from '../machine/wire/peer.ts';
import { bulkMemory, coalescingOf, sendsLongFrames } from './bulk/config.ts';
import { BulkStreams } from './bulk/streams.ts';
import { HyperVHost } from './host.ts';
import type { Measurement } from './measure.ts';
import { ResourceMeter } from './metrics/resources.ts';
import { type GuestDrivers, type NetworkAdapter, settingsFor } from './network-adapter.ts';
import { LINES } from './options.ts';
import type { HostCapabilities } from './platform/capabilities.ts';
import { profileOf } from './profile/choice.ts';
import { costsOf } from './profiles.ts';
import type { CompareConfig, PathName } from './report.ts';
import { queuesFor } from './shared-receive.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { UsageError } from './usage.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import type { VMSwitch } from './vm-switch.ts';
import { Applications } from './workload/applications.ts';
import { Ends } from './workload/ends.ts';
import { FlowPlans } from './workload/flow-plans.ts';
import { guestBytes, ROOT_BYTES } from './workload/memory.ts';

/** Queue pairs at most without a hypervisor: each has two bits of EIMS. */
const NATIVE_QUEUES = 16;
/** The far end of a request and response answers after this long: an assumption, equal for all paths. */
const TURNAROUND = 10 * MICROSECOND;
/** Events in one run beyond which a machine is taken to be stuck. */
const MAX_EVENTS = 400_000_000;

/** Settings of the switch, and of each adapter and its port. */
export interface PageSettings {
  enableIov: boolean;
  iovWeight: number;
  /** Bits a second that an adapter may send; 0 for no limit. */
  maximumBandwidth: number;
}

/** What a run may have beside the configuration of a comparison. */
export interface TestbedOptions {
  drivers?: GuestDrivers;
  /** How the service of VMBus adapters is made otherwise; see SyntheticVariant. */
  variant?: SyntheticVariant;
  /** Frames that an application hands over back to back. */
  burst?: number;
  traceSteps?: number;
  /** What the host has of what SR-IOV needs; everything when left out. */
  capabilities?: Partial<HostCapabilities>;
  /** Stands between a guest's stack and the driver of its adapter; nothing when left out. */
  tap?: (device: NetDevice) => NetDevice;
  /** Leaves the hashing of payloads out. */
  digest?: boolean;
  /** What settings pages say, instead of what puts the adapters on the path. */
  settings?: PageSettings;
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
  /** Who checks and measures at both ends of the flows. */
  readonly ends: Ends;
  readonly peer: RemotePeer;
  /** The application that takes its share of the guests' processors, where there is one. */
  readonly applications: Applications | undefined;
  /** When the workload starts, in picoseconds, and the events before that. */
  readonly start: number;
  readonly eventsBefore: number;
  /** How busy everything was since then. */
  readonly meter: ResourceMeter;
  readonly #ioExitsBefore: number;
  readonly config: CompareConfig;
  /** The streams of a bulk transfer, instead of flows of frames. */
  readonly streams: BulkStreams | undefined;
  #sockets: SendingSocket[] = [];
  #plans: FlowPlans;
  #guestBytes: number;
  #maxEvents: number;
  #flows: number;
  /** Queues of each adapter. */
  #queues: number;

  constructor(path: PathName, config: CompareConfig, options: TestbedOptions = {}) {
    this.config = config;
    this.#maxEvents = options.maxEvents ?? MAX_EVENTS;
    this.#flows = config.vms * config.queues;
    this.#queues = config.queues;
    if (path === 'emulated') this.#queues = 1;
    if (path === 'native') this.#queues = Math.min(this.#flows, NATIVE_QUEUES);
    const mayRefuse = options.capabilities !== undefined;
    this.#guestBytes =
      guestBytes(path, config, this.#queues, mayRefuse) + bulkMemory(config, this.#queues);
    this.host = new HyperVHost({
      costs: costsOf(profileOf(config)),
      lineGbps: LINES[config.line],
      rootCores: path === 'native' ? 0 : config.rootCores,
      maxFrame: Math.max(MAX_FRAME, config.frame),
      guestBytes: config.vms * (this.#guestBytes + ROOT_BYTES),
      postedInterrupts: config.postedInterrupts,
      physicalQueues:
        path === 'native' ? this.#queues : queuesFor(options.variant, config.rootCores, config.vms),
      traceSteps: options.traceSteps,
      capabilities: options.capabilities,
    });
    const { memory, engine, lineIn } = this.host;
    this.ends = new Ends(memory, this.#flows, config, options.digest !== false);
    const { peerCheck, peerSends } = this.ends;
    this.peer = new RemotePeer(engine, memory, lineIn, peerCheck, peerSends);
    this.peer.replies = config.direction === 'rr';
    this.peer.turnaround = TURNAROUND;
    this.host.connectPeer(this.peer);
    const softwareRsc = coalescingOf(path, config) === 'switch';
    if (path !== 'native')
      this.vmSwitch = this.host.newVMSwitch({
        enableIov: options.settings?.enableIov ?? path === 'sriov',
        softwareRsc,
      });
    if (config.bulk?.checksum === true)
      this.vmSwitch?.external.checkReceived(this.host.nic.functions[0]);
    this.#addMachines(path, options);
    engine.run(Infinity, this.#maxEvents);
    if (path === 'emulated') this.#settleLinks();
    this.host.ledger.reset();
    this.start = Math.ceil(engine.now / MICROSECOND + 1) * MICROSECOND;
    this.eventsBefore = engine.events;
    this.#ioExitsBefore = Hypervisor.ioExitsOf(this.host.hypervisor);
    this.#plans = new FlowPlans(config, this.start);
    if (config.bulk === undefined) this.#addFlows(options);
    else this.streams = new BulkStreams(path, this, this.#queues);
    const senders = this.streams?.sockets ?? this.#sockets;
    this.meter = new ResourceMeter(this.host, this.streams ?? this.peer, senders);
    this.applications = this.#addApplications();
  }

  /** What is measured of all frames that count. */
  get measurement(): Measurement {
    return this.ends.measurement;
  }

  /** Frames that were wrong in themselves or out of place. */
  get faults(): number {
    const checks = this.streams?.checks ?? [this.peer.check, this.guestCheck];
    return checks.reduce((sum, check) => sum + check.damaged + check.misplaced, 0);
  }

  /** Frames, or segments of streams, that counted and had not arrived at the end. */
  get lost(): number {
    return this.streams?.lost ?? this.ends.lost(this.config);
  }

  /** Checks at the guests' end. */
  get guestCheck(): FlowCheck {
    return this.ends.guestCheck;
  }

  /** Runs the workload to its end, and until the machine is at rest or the time is over. */
  run(): void {
    const { engine } = this.host;
    for (const socket of this.#sockets) socket.start();
    this.streams?.begin();
    this.applications?.start(this.start);
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

  #addMachines(path: PathName, options: TestbedOptions): void {
    const { config, host, vmSwitch } = this;
    const { settings } = options;
    const memoryBytes = this.#guestBytes;
    const count = path === 'native' ? 1 : config.vms;
    for (let i = 0; i < count; i++) {
      const processors = path === 'native' ? config.guestCores * config.vms : config.guestCores;
      const machine = host.newVM({ processors, memoryBytes: memoryBytes * (config.vms / count) });
      this.machines.push(machine);
      const { drivers, variant } = options;
      const largeFrames = sendsLongFrames(config);
      const coalesces = coalescingOf(path, config) === 'nic';
      const physical = { largeFrames, coalesces, checksReceived: config.bulk?.checksum };
      this.adapters.push(
        vmSwitch === undefined
          ? machine.addPhysicalAdapter(this.#queues, makeMac(1, 0), drivers, physical)
          : machine.addNetworkAdapter({
              switch: vmSwitch,
              ...settingsFor(path),
              ...(settings && path !== 'emulated' && { iovWeight: settings.iovWeight }),
              queues: this.#queues,
              drivers,
              variant,
              vmqWeight: config.vmq === false ? 0 : 100,
              vrssEnabled: config.vrss !== false,
              largeFrames,
              nicCoalesces: coalesces,
            }),
      );
      // Before a virtual function takes over: a policy is the port's, whoever passes it by later.
      if (settings !== undefined)
        vmSwitch?.setPortPolicy(this.adapters[i], { maximumBandwidth: settings.maximumBandwidth });
    }
  }

  #addFlows({ burst = 1, tap = (device) => device }: TestbedOptions): void {
    const { config, host, ends } = this;
    const plans = this.#plans;
    const { direction } = config;
    const devices = this.adapters.map(({ device }) => tap(device));
    const stacks = devices.map((device) => {
      const stack = new GuestStack(device, ends.guestCheck);
      stack.replySendsNext = direction === 'rr' && plans.period === 0;
      return stack;
    });
    ends.onConsumed = (flow, time) => this.peer.consumed(flow, time);
    for (let flow = 0; flow < this.#flows; flow++) {
      const at = Math.min(Math.floor(flow / config.queues), this.adapters.length - 1);
      const queue = (flow - at * config.queues) % this.#queues;
      const { macAddress } = this.adapters[at];
      const inward = plans.describe(flow, macAddress, false);
      const outward = plans.describe(flow, macAddress, true);
      ends.guestCheck.expect(inward);
      ends.peerCheck.expect(outward);
      if (direction !== 'tx') this.peer.addFlow(inward, plans.peer(flow));
      if (direction === 'rx') continue;
      const plan = plans.send(flow, burst);
      const { engine } = host;
      const socket = new SendingSocket(engine, devices[at], queue, outward, plan, ends.guestSends);
      stacks[at].add(socket);
      this.#sockets.push(socket);
    }
  }

  #addApplications(): Applications | undefined {
    const { appShare = 0, frames = Infinity, direction } = this.config;
    if (appShare === 0) return undefined;
    const { measurement, start } = this;
    const { longestGap } = this.#plans;
    const processors = this.machines.flatMap((machine) => machine.processors);
    return new Applications(this.host.engine, processors, appShare, {
      expected: direction === 'both' ? 2 * frames : frames,
      longestGap,
      get delivered() {
        return measurement.delivered;
      },
      get lastSeen() {
        return Math.max(start, measurement.lastSent, measurement.lastArrived);
      },
    });
  }
}
