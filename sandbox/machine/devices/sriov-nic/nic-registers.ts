import type { Engine } from '../../engine/engine.ts';
import { DeviceCauses } from './causes.ts';
import { DeviceControl } from './device-control.ts';
import { DTXCTL, DTXCTL_SPOOF_INTERRUPT, deviceStorage } from './device-storage.ts';
import { Mailboxes, PhysicalMailboxes } from './mailbox.ts';
import { Mdic } from './mdic.ts';
import { Nvm } from './nvm.ts';
import { Phy } from './phy.ts';
import type { PoolMask } from './pool-mask.ts';
import type { RegisterBlock } from './register-block.ts';
import { RegisterFile } from './register-file.ts';
import * as spec from './registers-spec.ts';
import { Semaphores } from './semaphore.ts';
import { Statistics } from './statistics.ts';
import type { StorageBlock } from './storage-block.ts';
import type { MessageSender } from './vector.ts';
import { VectorTable } from './vector-table.ts';
import { VirtualFunctionWindow } from './vf-registers.ts';
import {
  VirtualFunctionCounters,
  VirtualFunctionEnables,
  VirtualFunctionMirrors,
} from './virtual-functions.ts';

/** Virtual functions of the real part, and of the extension. */
export const COMPATIBLE_VFS = 8;
export const WIDE_VFS = 63;

export interface NicRegistersOptions {
  engine: Engine;
  sender: MessageSender;
  /** Words of the NVM; see nvmImage. */
  nvm: Uint16Array;
  /** The extension to 63 virtual functions, each with cause bits of its own. */
  wide?: boolean;
  /** Values after reset of transceiver registers that differ from the recorded part's. */
  phy?: readonly (readonly [number, number])[];
  /** Whether the link is up from the beginning. */
  linkUp?: boolean;
  /** Speed of the link as STATUS bits 7:6 have it; 2 (1000 Mb/s) when left out. */
  speedBits?: () => number;
  /** Registers of filters, pools and the switch. */
  filters: RegisterBlock & { reset(): void };
  /** Registers of queues, where the functions have none themselves. */
  queues?: RegisterBlock & { reset(): void; resetPool?(pool: number): void };
  /** Function 0 is the physical one; function n is virtual function n - 1. Its queues stop. */
  onReset?: (functionIndex: number) => void;
  /** VFRE and VFTE: which pools may receive and transmit. */
  onEnables?: (receive: PoolMask, transmit: PoolMask) => void;
}

/**
 * All registers of the device but those of queues: the physical function's file, and a window for each
 * virtual function (sections 3 and 4). What is not listed there reads 0.
 */
export class NicRegisters {
  /** The physical function's window. */
  readonly file: RegisterFile;
  readonly control: DeviceControl;
  readonly mailboxes: Mailboxes;
  readonly enables: VirtualFunctionEnables;
  readonly statistics = new Statistics();
  readonly causes: DeviceCauses;
  readonly vectors: VectorTable;
  /** By virtual function. */
  readonly counters: readonly VirtualFunctionCounters[];
  readonly queues: NicRegistersOptions['queues'];
  #options: NicRegistersOptions;
  #phy: Phy;
  #storage: StorageBlock;
  /** RAL and RAH of the station's own address. */
  #station: readonly [low: number, high: number];
  #parts: readonly { reset(): void }[];
  /** Virtual functions that are enabled. */
  #enabled = 0;

  constructor(options: NicRegistersOptions) {
    const { engine, sender, wide = false, queues } = options;
    this.#options = options;
    this.queues = queues;
    const count = wide ? WIDE_VFS : COMPATIBLE_VFS;
    const layout = spec.controlLayout(wide);
    this.vectors = new VectorTable(engine, sender, wide);
    this.causes = new DeviceCauses(this.vectors.of(0));
    const linkChanged = (up: boolean) => {
      if (up) this.control.agreed();
      this.causes.raise(spec.ICR_LSC, engine.now);
    };
    this.#phy = new Phy(engine, linkChanged, options.phy);
    if (options.linkUp === true) this.#phy.bringUp();
    this.control = new DeviceControl({
      speedBits: options.speedBits ?? (() => 2),
      linkUp: () => this.#phy.linkUp,
      resetDevice: () => this.reset(),
      resetDone: () => this.mailboxes.resetDone(),
    });
    this.mailboxes = new Mailboxes(count, {
      tellPhysical: (at) => this.causes.raise(spec.ICR_VMMB, at),
      tellVirtual: (n, at) => this.#tellVirtual(n, at),
    });
    this.enables = new VirtualFunctionEnables(
      wide ? WIDE_VFS + 1 : COMPATIBLE_VFS,
      layout,
      (receive, transmit) => options.onEnables?.(receive, transmit),
    );
    this.counters = Array.from({ length: count }, () => new VirtualFunctionCounters());
    const nvm = new Nvm(options.nvm);
    const semaphores = new Semaphores();
    const mdic = new Mdic(this.#phy);
    this.#storage = deviceStorage();
    this.#station = nvm.station;
    const interrupts = this.vectors.of(0);
    this.#parts = [this.control, this.causes, this.enables, this.statistics]
      .concat([nvm, semaphores, mdic, this.#storage, options.filters] as never[])
      .concat([this.mailboxes, this.vectors] as never[])
      .concat((queues === undefined ? [] : [queues]) as never[]);
    this.file = new RegisterFile([
      this.#storage,
      options.filters,
      this.statistics,
      new VirtualFunctionMirrors(this.counters.slice(0, COMPATIBLE_VFS)),
      new PhysicalMailboxes(this.mailboxes, layout),
      ...[this.control, this.causes, interrupts, this.enables, nvm, semaphores, mdic],
      ...(queues === undefined ? [] : [queues]),
    ]);
    this.#setStation();
  }

  /** Virtual functions that are enabled. */
  get virtualFunctions(): number {
    return this.#enabled;
  }

  /**
   * VF Enable changes, or NumVFs with it: `count` virtual functions from `at` on, 0 for none. Those that
   * come and those that go are reset (section 2).
   */
  enable(count: number, at: number): void {
    const most = Math.max(this.#enabled, count);
    this.#enabled = count;
    this.control.virtualFunctions = count;
    this.vectors.enable(count);
    for (let n = 0; n < most; n++) this.resetVirtual(n, at);
  }

  /** One more virtual function, without a reset of those that are there. */
  addVirtual(): void {
    this.#enabled++;
    this.control.virtualFunctions = this.#enabled;
    this.vectors.enable(this.#enabled);
  }

  /** The counters of function `index`; the physical one has none of this kind. */
  countersOf(index: number): VirtualFunctionCounters | undefined {
    return index === 0 ? undefined : this.counters[index - 1];
  }

  /** The window of virtual function `n`. */
  window(n: number): VirtualFunctionWindow {
    return new VirtualFunctionWindow(this, n);
  }

  /** CTRL.RST, and FLR of the physical function: what section 3 does not list as surviving. */
  reset(): void {
    this.#phy.reset();
    for (const part of this.#parts) part.reset();
    this.#setStation();
    for (let n = 0; n <= this.#enabled; n++) this.#options.onReset?.(n);
  }

  /**
   * FLR, VTCTRL.RST or a VF Enable edge: the function's queues and vectors are as after power-on, its bits
   * in VFRE and VFTE cleared, and the physical function is told by VFLRE.
   */
  resetVirtual(n: number, at: number): void {
    this.vectors.of(n + 1).reset();
    this.mailboxes.release(n);
    this.counters[n].reset();
    this.enables.resetFunction(n);
    this.queues?.resetPool?.(n);
    this.#options.onReset?.(n + 1);
    this.causes.raise(spec.ICR_VMMB, at);
  }

  /** A frame of a virtual function was stopped. */
  spoofed(at: number): void {
    if ((this.#storage.read(DTXCTL) & DTXCTL_SPOOF_INTERRUPT) !== 0)
      this.causes.raise(spec.ICR_DOUTSYNC, at);
  }

  #setStation(): void {
    const { filters } = this.#options;
    filters.write(RAL, this.#station[0], 0);
    filters.write(RAL + 4, (this.#station[1] | ADDRESS_VALID) >>> 0, 0);
  }

  #tellVirtual(n: number, at: number): void {
    if (n < this.#enabled) this.vectors.of(n + 1).other.cause(at);
  }
}

const RAL = 0x5400;
const ADDRESS_VALID = 0x80000000;
