import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** What the control registers start and ask for. */
export interface DeviceControlWiring {
  /** STATUS bits 7:6. */
  speedBits(): number;
  linkUp(): boolean;
  /** CTRL.RST. */
  resetDevice(at: number): void;
  /** CTRL_EXT.PFRSTD goes high: the physical function is ready after its reset. */
  resetDone(): void;
}

/** CTRL, STATUS and CTRL_EXT. */
export class DeviceControl implements RegisterBlock {
  readonly ranges = [
    [spec.CTRL, 12],
    [spec.CTRL_EXT, 4],
  ] as const;
  /** CTRL, STATUS as far as it is stored (PHYRA), CTRL_EXT. */
  #file = new Uint32Array(3);
  #wiring: DeviceControlWiring;
  /** Virtual functions that the SR-IOV capability has enabled. */
  #virtualFunctions = 0;

  constructor(wiring: DeviceControlWiring) {
    this.#wiring = wiring;
    this.reset();
  }

  reset(): void {
    this.#file[0] = spec.CTRL_RESET_VALUE;
    this.#file[1] = spec.STATUS_PHYRA;
    this.#file[2] = 0;
  }

  /** NUM_VFS and IOV of STATUS; 0 while VF Enable is 0. */
  set virtualFunctions(count: number) {
    this.#virtualFunctions = count;
  }

  /** Agreement has ended: both sides take pause frames. */
  agreed(): void {
    this.#file[0] |= spec.CTRL_FLOW;
  }

  /** GIO master: off at once with CTRL's bit 2, as the model of the recording; nothing is in flight here. */
  get busMaster(): boolean {
    return (this.#file[0] & spec.CTRL_MASTER_DISABLE) === 0;
  }

  get status(): number {
    const vfs = this.#virtualFunctions;
    let status = spec.STATUS_FIXED | this.#file[1] | (this.#wiring.speedBits() << 6);
    if (this.#wiring.linkUp()) status |= spec.STATUS_LU;
    if (vfs > 0) status |= ((vfs & 15) << spec.STATUS_NUM_VFS_SHIFT) | spec.STATUS_IOV;
    if (this.busMaster) status |= spec.STATUS_MASTER;
    return status >>> 0;
  }

  read(offset: number): number {
    if (offset === spec.STATUS) return this.status;
    return this.#file[offset === spec.CTRL_EXT ? 2 : 0];
  }

  write(offset: number, value: number, at: number): void {
    if (offset === spec.STATUS) this.#file[1] &= value;
    else if (offset === spec.CTRL_EXT) {
      const risen = value & ~this.#file[2];
      this.#file[2] = value;
      if ((risen & spec.CTRL_EXT_PFRSTD) !== 0) this.#wiring.resetDone();
    } else this.#control(value, at);
  }

  #control(value: number, at: number): void {
    const risen = value & ~this.#file[0];
    this.#file[0] = value & ~spec.CTRL_RST;
    // The recorded transceiver keeps its registers through PHY_RST; for silicon unverified.
    if ((risen & spec.CTRL_PHY_RST) !== 0) this.#file[1] |= spec.STATUS_PHYRA;
    if ((value & spec.CTRL_RST) !== 0) this.#wiring.resetDevice(at);
  }
}
