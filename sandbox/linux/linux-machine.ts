import { OutsideGuest } from '../lab/outside-guest.ts';
import { REGISTER_RAX, REGISTER_RIP } from '../machine/partition/registers.ts';
import { type Boot, Computer } from './computer.ts';
import { Console } from './console.ts';
import type { Happening } from './happening.ts';
import { parseMac } from './mac.ts';
import { OutsideMemory, WatchedMemory } from './memory.ts';
import { Peer } from './peer.ts';
import { Plug } from './plug.ts';

/** What a machine is made with. */
export interface LinuxMachineOptions {
  /** Address or path of v86.wasm. */
  wasm: string;
  memoryMiB: number;
  /** Left out when a snapshot follows. */
  boot?: Boot;
  macAddress: string;
  /** Cost profile of the machine around the guest. */
  profile?: string;
  /** Told of all that happens between guest and machine, in order. */
  happened?: (happening: Happening) => void;
}

/** A machine between two commands of its guest. */
export interface SavedMachine {
  state: ArrayBuffer;
  /** The adapter's configuration space, as hex. */
  configuration: string;
}

/** Milliseconds between looks at the wire while the guest leaves the adapter alone. */
const TICK = 4;
const PICOSECONDS = 1e6;
const WINDOW = 128;

/**
 * A Linux guest as the child partition of our machine. Its processor and memory are those of v86; each
 * access to the adapter is made through the hypervisor, the root's worker process and the 21140 there,
 * and its frames go over the virtual switch and the wire to a peer that answers.
 */
export class LinuxMachine {
  readonly guest: OutsideGuest;
  readonly peer = new Peer();
  readonly console: Console;
  #computer!: Computer;
  #plug: Plug | undefined;
  #happened: (happening: Happening) => void;
  #isWatched: boolean;
  #began = performance.now();
  /** Microseconds since the beginning up to which the machine has come. */
  #now = 0;
  /** Microseconds that have passed without anything to tell. */
  #quiet = 0;
  #stirred = false;
  #ticking: ReturnType<typeof setInterval> | undefined;

  private constructor({ macAddress, profile, happened }: LinuxMachineOptions) {
    this.#happened = happened ?? (() => {});
    this.#isWatched = happened !== undefined;
    const memory = new OutsideMemory(() => this.#computer.cpu);
    const read = (address: number, data: Uint8Array) => this.#wasRead(address, data);
    this.guest = new OutsideGuest({
      memory: this.#isWatched ? new WatchedMemory(memory, read) : memory,
      macAddress: parseMac(macAddress),
      profile,
      pinChanged: (level) => this.#plug?.setPin(level),
      frameOnWire: (frame) => this.#answer(frame),
    });
    this.console = new Console((text) => this.#computer.type(text));
  }

  static async make(options: LinuxMachineOptions): Promise<LinuxMachine> {
    const machine = new LinuxMachine(options);
    const { wasm, memoryMiB, boot } = options;
    const output = (byte: number) => machine.console.receive(byte);
    machine.#computer = await Computer.make({ wasm, memoryMiB, boot, output });
    machine.#plug = new Plug(machine.#computer.cpu, machine);
    return machine;
  }

  run(): void {
    this.#computer.run();
    this.#ticking ??= setInterval(() => this.#tick(), TICK);
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    await this.#computer.stop();
  }

  async destroy(): Promise<void> {
    await this.stop();
    await this.#computer.destroy();
  }

  /** All of the guest's memory, as it is now. */
  get memory(): Uint8Array {
    return this.#computer.cpu.mem8;
  }

  /** Saves a machine that is stopped and whose adapter no driver has touched. */
  async save(): Promise<SavedMachine> {
    const state = await this.#computer.save();
    const { bytes } = this.guest.worker.device.configuration;
    const configuration = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { state, configuration };
  }

  async restore({ state, configuration }: SavedMachine): Promise<void> {
    await this.#computer.restore(state);
    const bytes = configuration.match(/../g) ?? [];
    this.guest.worker.device.configuration.bytes.set(
      bytes.map((pair) => Number.parseInt(pair, 16)),
    );
    this.#plug?.follow();
  }

  /** The adapter's registers in I/O space, for the plug. */
  window(): { base: number; size: number } | undefined {
    const { configuration } = this.guest.worker.device;
    const base = configuration.bar(0);
    return configuration.ioEnabled && base > 0 ? { base, size: WINDOW } : undefined;
  }

  read(port: number, size: number): number {
    const after = this.#elapse();
    this.#putRegisters();
    const value = this.guest.read(port, size);
    this.#tell(after, port, size, false, value);
    return value;
  }

  write(port: number, size: number, value: number): void {
    const after = this.#elapse();
    this.#putRegisters();
    this.guest.write(port, size, value);
    this.#tell(after, port, size, true, value);
  }

  /** Lets the machine's clock follow the time that the guest has spent. @returns microseconds */
  #elapse(): number {
    const now = Math.round((performance.now() - this.#began) * 1000);
    const passed = Math.max(0, now - this.#now);
    this.#now = now;
    if (passed > 0) this.guest.advance(passed * PICOSECONDS);
    return passed;
  }

  /** The intercept message carries the registers of the guest as they are at its instruction. */
  #putRegisters(): void {
    const { reg32, previous_ip } = this.#computer.cpu;
    const { registers } = this.guest.processor;
    for (let n = 0; n < 8; n++) registers.set(REGISTER_RAX + n, reg32[n]);
    registers.set(REGISTER_RIP, previous_ip[0]);
  }

  #tell(after: number, port: number, size: number, write: boolean, value: number): void {
    if (!this.#isWatched) return;
    const passed = after + this.#quiet;
    this.#quiet = 0;
    this.#stirred = false;
    this.#happened({ kind: 'access', at: this.#now, after: passed, port, size, write, value });
  }

  #tick(): void {
    this.#quiet += this.#elapse();
    if (!this.#stirred) return;
    this.#happened({ kind: 'pause', after: this.#quiet });
    this.#quiet = 0;
    this.#stirred = false;
  }

  #wasRead(address: number, data: Uint8Array): void {
    this.#stirred = true;
    this.#happened({ kind: 'memory', address, data });
  }

  #answer(frame: Uint8Array): void {
    const reply = this.peer.receive(frame);
    if (!reply || !this.guest.sendFromWire(reply)) return;
    this.#stirred = true;
    this.#happened({ kind: 'frame', frame: reply });
  }
}
