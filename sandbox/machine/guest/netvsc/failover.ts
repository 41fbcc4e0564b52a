import { type Handler, MICROSECOND, type Timer } from '../../engine/engine.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import { DATA_PATH_SYNTHETIC, DATA_PATH_VF } from '../../vmbus/nvsp.ts';
import type { NetDevice, StackEntry } from '../net-device.ts';
import type { DeviceOffloads, FrameTask } from '../offload-device.ts';
import type { NetVsc } from './driver.ts';
import { FailoverPort, type VfNetDevice } from './failover-port.ts';

/** From the pairing of the two devices until the VF is brought up, in picoseconds: 100 ms in Linux. */
export const TAKEOVER_DELAY = 100_000 * MICROSECOND;

/**
 * Where a pair of devices stands.
 * - synthetic: there is no VF for this adapter
 * - paired: there is one, and the takeover delay runs
 * - opening: it was brought up, its link is not
 * - switching: the root was asked for the VF's path and has not answered
 * - vf: frames go by the VF
 * - returning: the root was asked for the synthetic path and has not answered; frames go there already
 */
export type FailoverState = 'synthetic' | 'paired' | 'opening' | 'switching' | 'vf' | 'returning';

/** What a guest can say of a pair's past. */
export interface FailoverEvent {
  at: number;
  state: FailoverState;
}

/**
 * A synthetic adapter and the virtual function of the same address and serial number, as one device: the
 * stack does not see which of them carries its frames. Frames for a group, and all control, stay on the
 * synthetic path; what either of them receives goes to the stack. Source: the VMBus facts in
 * content/sources, sections 5 and 8; that frames for a group are sent there too is in the same place.
 */
export class Failover implements NetDevice, Handler {
  readonly memory: GuestMemory;
  stack: StackEntry | undefined;
  /** Frames for a group that found no buffer of the synthetic adapter. */
  dropped = 0;
  readonly history: FailoverEvent[] = [];
  /** Frames by path; those of every VF there was. */
  readonly counts = { synthetic: { sent: 0, received: 0 }, vf: { sent: 0, received: 0 } };
  #netvsc: NetVsc;
  #synthetic: FailoverPort;
  #vf: FailoverPort | undefined;
  #vfDevice: VfNetDevice | undefined;
  /** VFs that nobody has been found for, by serial number. */
  #unpaired = new Map<number, VfNetDevice>();
  #state: FailoverState = 'synthetic';
  #timer: Timer;
  /** What follows when the root has moved the frames back. */
  #returned: (() => void)[] = [];
  /** By queue: the device whose buffer the stack has, and its address. */
  #claimedFrom: FailoverPort[] = [];
  #claimedAt: number[] = [];

  constructor(netvsc: NetVsc) {
    this.#netvsc = netvsc;
    this.memory = netvsc.memory;
    this.#synthetic = new FailoverPort(netvsc, this.counts.synthetic, () => this.stack);
    this.#timer = netvsc.processorOf(0).lp.engine.timer(this);
    netvsc.onVf = () => this.#hostSaid();
  }

  get state(): FailoverState {
    return this.#state;
  }

  get maxFrame(): number {
    return Math.min(this.#netvsc.maxFrame, this.#vfDevice?.maxFrame ?? Number.MAX_SAFE_INTEGER);
  }

  /** A VF has appeared on a bus: it is this adapter's if the root says so and the address is the same. */
  appeared(vf: VfNetDevice): void {
    this.#unpaired.set(vf.serial, vf);
    this.#pair();
  }

  /**
   * A VF is to go. In order when `surprise` is false: the root moves the frames back, the VF is taken down,
   * `then`. Otherwise it is gone already.
   */
  disappearing(vf: VfNetDevice, then: () => void, surprise: boolean): void {
    this.#unpaired.delete(vf.serial);
    if (vf !== this.#vfDevice) {
      then();
      return;
    }
    this.#return(() => {
      this.#unpair();
      if (surprise) then();
      else vf.close(then);
    });
  }

  /** The takeover delay is over. */
  handle(): void {
    if (this.#state !== 'paired') return;
    this.#enter('opening');
    this.#vfDevice?.open();
    this.#linkChanged();
  }

  /** Of the device that carries the queue's frames now. */
  processorOf(queue: number): VirtualProcessor {
    return this.#current.device.processorOf(queue);
  }

  claim(queue: number): number {
    const port = this.#current;
    const at = port.claim(queue);
    this.#claimedFrom[queue] = port;
    this.#claimedAt[queue] = at;
    return at;
  }

  send(queue: number, length: number, more: boolean): void {
    const port = this.#claimedFrom[queue];
    const at = this.#claimedAt[queue];
    if (port === this.#synthetic) port.send(queue, length, more);
    else if (port !== this.#vf || (this.memory.read8(at) & 1) !== 0)
      this.#sendCopied(queue, at, length, more);
    else port.send(queue, length, more);
  }

  /** Of the device that carries the frames now. */
  get offloads(): DeviceOffloads | undefined {
    return this.#current.device.offloads;
  }

  /** A frame that only the device knows to finish whose buffer it is in is lost with that device. */
  sendUnfinished(queue: number, length: number, more: boolean, task: FrameTask): void {
    const port = this.#claimedFrom[queue];
    if (port === this.#synthetic || port === this.#vf)
      port.sendUnfinished(queue, length, more, task);
    else this.dropped++;
  }

  get #current(): FailoverPort {
    return this.#state === 'vf' && this.#vf !== undefined ? this.#vf : this.#synthetic;
  }

  /** A frame that lies in a buffer of the VF and goes by the synthetic adapter. */
  #sendCopied(queue: number, from: number, length: number, more: boolean): void {
    const to = this.#netvsc.claim(queue);
    if (to < 0) {
      this.dropped++;
      return;
    }
    const bytes = new Uint8Array(length);
    this.memory.readInto(from, bytes, 0, length);
    this.memory.writeFrom(to, bytes, 0, length);
    const processor = this.processorOf(queue);
    processor.copyFrame(processor.kernel, length, processor.lp.costs.copyWarm);
    this.#synthetic.send(queue, length, more);
  }

  /** The root has said whether there is a VF for this adapter, or where its frames go. */
  #hostSaid(): void {
    const { association, dataPath } = this.#netvsc;
    const vf = this.#vfDevice;
    if (vf === undefined) this.#pair();
    else if (!association.allocated || association.serial !== vf.serial)
      this.#return(() => this.#unpair());
    else if (dataPath === DATA_PATH_SYNTHETIC && this.#state === 'vf') this.#enter('opening');
  }

  #pair(): void {
    const { allocated, serial } = this.#netvsc.association;
    const vf = this.#unpaired.get(serial);
    if (this.#vfDevice !== undefined || !allocated || vf === undefined) return;
    const { macAddress } = this.#netvsc.initialisation.agreed;
    if (!macAddress.every((byte, i) => byte === vf.macAddress[i])) return;
    this.#unpaired.delete(serial);
    this.#vfDevice = vf;
    this.#vf = new FailoverPort(vf, this.counts.vf, () => this.stack);
    vf.onLink = () => this.#linkChanged();
    this.#enter('paired');
    const { lp } = this.processorOf(0);
    this.#timer.schedule(Math.ceil(Math.max(lp.local, lp.engine.now)) + TAKEOVER_DELAY);
  }

  #unpair(): void {
    this.#timer.cancel();
    if (this.#vfDevice !== undefined) this.#vfDevice.onLink = () => {};
    this.#vfDevice = this.#vf = undefined;
    this.#enter('synthetic');
  }

  #linkChanged(): void {
    const up = this.#vfDevice?.linkUp === true;
    if (up && this.#state === 'opening') {
      this.#enter('switching');
      this.#netvsc.switchDataPath(DATA_PATH_VF, () => {
        if (this.#state === 'switching') this.#enter('vf');
      });
    } else if (!up && (this.#state === 'vf' || this.#state === 'switching'))
      this.#return(() => {
        this.#enter('opening');
        this.#linkChanged();
      });
  }

  /** Frames go by the synthetic adapter from now on; `then` when the root sends those for the guest there too. */
  #return(then: () => void): void {
    if (this.#state === 'returning') {
      this.#returned.push(then);
      return;
    }
    if (this.#state !== 'vf' && this.#state !== 'switching') {
      then();
      return;
    }
    this.#returned = [then];
    this.#enter('returning');
    const vf = this.#vfDevice;
    if (vf?.drain === undefined || !vf.linkUp) this.#askForSynthetic();
    else vf.drain(() => this.#askForSynthetic());
  }

  #askForSynthetic(): void {
    this.#netvsc.switchDataPath(DATA_PATH_SYNTHETIC, () => {
      for (const next of this.#returned.splice(0)) next();
    });
  }

  #enter(state: FailoverState): void {
    const processor = this.processorOf(0);
    const { lp } = processor;
    this.#state = state;
    this.history.push({ at: Math.max(lp.local, lp.engine.now), state });
    // Who waited for a buffer of the other device may find one here.
    for (const port of [this.#synthetic, this.#vf])
      for (const queue of port?.starved ?? []) {
        port?.starved.delete(queue);
        const server = this.processorOf(queue);
        server.post({ run: (vp) => this.stack?.room(vp, queue) }, 0, server.local);
      }
  }
}
