import type { NetVsc } from '../../machine/guest/netvsc/driver.ts';
import { Failover } from '../../machine/guest/netvsc/failover.ts';
import { VfAdapter } from '../../machine/guest/vf-adapter.ts';
import type { PciDevice } from '../../machine/guest/vpci/device.ts';
import type { NicSwitch } from '../../machine/host/nic-switch/nic-switch.ts';
import {
  type AttachedVf,
  moveToDefault,
  moveToVf,
  releaseVf,
} from '../../machine/host/nic-switch/sequence.ts';
import { NDIS_STATUS_SUCCESS } from '../../machine/host/nic-switch/spec.ts';
import type { Departure } from '../../machine/host/vpci/ejection.ts';
import { DMA_READ, DMA_WRITE } from '../../machine/iommu/iommu.ts';
import { LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { DATA_PATH_SYNTHETIC, DATA_PATH_VF } from '../../machine/vmbus/nvsp.ts';
import { type IovDecision, type IovRequest, VMSWITCH } from '../management.ts';
import type { AdapterSettings, NetworkAdapter } from '../network-adapter.ts';
import { AssignedVf } from '../platform/assigned-function.ts';
import { UsageError } from '../usage.ts';
import type { VirtualMachine } from '../virtual-machine.ts';
import { offerVirtualPci, type VirtualPciBus } from '../vpci.ts';

/** Events in which a guest's driver has come up, beyond which something is stuck. */
const MAX_EVENTS = 1_000_000;

/** A virtual function that an adapter has: what the root keeps of it, and what the guest made of it. */
export interface AdapterVf {
  attached: AttachedVf;
  assigned: AssignedVf;
  serial: number;
  bus: VirtualPciBus;
  /** Its filter is on its own port: frames come in by it. */
  receiving: boolean;
  guest: VfAdapter | undefined;
}

/**
 * The virtual function of one network adapter, in the root: it comes, carries the adapter's frames when the
 * guest asks for that, and goes, by the guest's leave or without. The synthetic adapter stays all the time.
 */
export class AdapterIov {
  readonly failover: Failover;
  /** The function that it has, or had last. */
  vf: AdapterVf | undefined;
  /** Whether the guest lets a function go when it is asked to. */
  guestAnswers = true;
  readonly #machine: VirtualMachine;
  readonly #settings: AdapterSettings;
  #adapter: NetworkAdapter;
  readonly #request: IovRequest;

  constructor(
    machine: VirtualMachine,
    settings: AdapterSettings,
    adapter: NetworkAdapter,
    request: IovRequest,
  ) {
    this.#machine = machine;
    this.#settings = settings;
    this.#adapter = adapter;
    this.#request = request;
    this.failover = new Failover(adapter.device as NetVsc);
    const { provider } = adapter;
    if (provider !== undefined) provider.onDataPath = (path) => this.#guestSwitched(path);
  }

  /** The adapter that the two make together; decisions are kept by it. */
  adapterIs(adapter: NetworkAdapter): void {
    this.#adapter = adapter;
  }

  /** Whether it has a function now. */
  get present(): boolean {
    return this.vf !== undefined && !this.vf.bus.provider.gone;
  }

  /** The guest's driver of the synthetic adapter comes up, if it has not: runs the machine until then. */
  awaitGuest(): void {
    const { provider } = this.#adapter;
    const { engine } = this.#machine.host;
    if (provider === undefined || provider.state.filter !== 0) return;
    provider.onReceiving = () => engine.stop();
    engine.run(Infinity, MAX_EVENTS);
    provider.onReceiving = () => {};
  }

  /**
   * The root asks for a function, tells the guest's adapter its serial number, and offers the function on a
   * virtual PCI bus. What follows is the guest's: run the machine.
   * @throws UsageError when it has one already
   */
  give(): IovDecision {
    if (this.present) throw new UsageError('giveVirtualFunction: the adapter has one');
    const { host } = this.#machine;
    const decision = host.management.decide(this.#request);
    host.management.decisions.set(this.#adapter, decision);
    const nicSwitch = host.management.nicSwitchFor(this.#settings.switch);
    if (!decision.granted || nicSwitch === undefined) return decision;
    this.#offer(nicSwitch, decision.vf);
    return decision;
  }

  /**
   * The graceful way: the guest is asked to let the function go, moves its frames back itself, and answers;
   * after 60 s without an answer it is taken all the same. `then` hears which of the two it was.
   */
  eject(then: (how: Departure) => void = () => {}): void {
    const { vf } = this;
    if (vf === undefined || !this.present) return;
    vf.bus.provider.eject(this.#machine.rootProcessor(0), (how) => {
      this.release();
      then(how);
    });
  }

  /** The guest is not asked: filter back first, so that nothing is lost on the way in. */
  surprise(): void {
    if (!this.present) return;
    this.moveFilter('default');
    this.vf?.bus.provider.remove();
    this.release();
  }

  /** OID_RECEIVE_FILTER_MOVE_FILTER. @returns whether it was moved */
  moveFilter(to: 'default' | 'vf'): boolean {
    const { vf } = this;
    const { host } = this.#machine;
    const { switch: vmSwitch } = this.#settings;
    const nicSwitch = host.management.nicSwitchFor(vmSwitch);
    if (vf === undefined || nicSwitch === undefined) return false;
    const move = to === 'vf' ? moveToVf : moveToDefault;
    if (move(nicSwitch, vf.attached) !== NDIS_STATUS_SUCCESS) return false;
    vf.receiving = to === 'vf';
    const { provider } = this.#adapter;
    if (provider !== undefined) vmSwitch.core.divert(provider, vf.receiving);
    return true;
  }

  /** MacAddressSpoofing of the adapter, as the NIC's switch has it: source addresses are not looked at. */
  allowSpoofing(on: boolean): void {
    if (this.vf !== undefined) this.#machine.host.pfDriver.checkSource(this.vf.attached.vfId, !on);
  }

  /** Port, function-level reset, function, filter, in this order; then the guest's adapter is told. */
  release(): void {
    const { vf } = this;
    if (vf === undefined) return;
    const { host } = this.#machine;
    if (vf.receiving) this.moveFilter('default');
    const nicSwitch = host.management.nicSwitchFor(this.#settings.switch);
    const { attached } = vf;
    if (nicSwitch === undefined) return;
    if (releaseVf(nicSwitch, attached, VMSWITCH) !== NDIS_STATUS_SUCCESS) return;
    nicSwitch.clearFilter({ filterId: attached.filterId });
    host.iommu.detach(attached.requesterId);
    this.vf = undefined;
    const root = this.#machine.rootProcessor(0);
    this.#adapter.provider?.associate(root, false, 0);
    const { iovWeight, queuePairsRequested } = this.#request;
    const decision = { granted: false as const, iovWeight, queuePairsRequested, refusals: [] };
    host.management.decisions.set(this.#adapter, decision);
  }

  #offer(nicSwitch: NicSwitch, attached: AttachedVf): void {
    const machine = this.#machine;
    const { host } = machine;
    attachDomain(machine, attached.requesterId);
    const assigned = new AssignedVf(machine, nicSwitch, host.pfDriver, attached);
    const serial = machine.nextSerial++;
    this.#adapter.provider?.associate(machine.rootProcessor(0), true, serial);
    const bus = offerVirtualPci(machine, { assigned, serial, space: machine.mmioSpace });
    this.vf = { attached, assigned, serial, bus, receiving: false, guest: undefined };
    bus.bus.onDevice = (device) => this.#appeared(device);
    bus.bus.open();
  }

  /** The guest finds the function on its bus and loads a driver for it. */
  #appeared(device: PciDevice): void {
    const { memory, processors, host } = this.#machine;
    const guest = new VfAdapter(device, {
      engine: host.engine,
      memory,
      processors,
      windows: this.#machine.windowMap,
      maxFrame: host.options.maxFrame,
      driver: this.#settings.drivers?.vf,
      settings: {
        largeFrames: this.#settings.largeFrames,
        coalesces: this.#settings.nicCoalesces,
      },
    });
    if (this.vf !== undefined) this.vf.guest = guest;
    device.onRemove = (then, surprise) => {
      if (surprise) guest.lost();
      if (surprise || this.guestAnswers) this.failover.disappearing(guest, then, surprise);
    };
    guest.probe(() => this.failover.appeared(guest));
  }

  /** The root moves the filter before the guest has its answer (unverified: Windows' order is not public). */
  #guestSwitched(path: number): void {
    if (path === DATA_PATH_VF && this.present) this.moveFilter('vf');
    else if (path === DATA_PATH_SYNTHETIC && this.vf?.receiving === true)
      this.moveFilter('default');
  }
}

/** A domain in which the device's addresses are this guest's physical ones. */
export function attachDomain({ host, memory }: VirtualMachine, requesterId: number): void {
  const { iommu } = host;
  const domain = iommu.createDomain();
  for (let gpa = 0; gpa < memory.size; gpa += LARGE_PAGE_SIZE) {
    const target = memory.frameOf(gpa / PAGE_SIZE) * PAGE_SIZE;
    iommu.map(domain, gpa, target, DMA_READ | DMA_WRITE, true);
  }
  iommu.attach(requesterId, domain);
}
