import { V86 } from 'v86';
import { type Cpu, insideOf } from './v86-inside.ts';

/** What a computer is switched on with: firmware and a kernel, or nothing when a snapshot follows. */
export interface Boot {
  bios: ArrayBuffer;
  kernel: ArrayBuffer;
  initramfs: ArrayBuffer;
  commandLine: string;
}

export interface ComputerOptions {
  /** Address or path of v86.wasm. */
  wasm: string;
  /** Guest memory in MiB. v86 puts the initial root at 64 MiB. */
  memoryMiB: number;
  boot?: Boot;
  /** Bytes from the serial line. */
  output(byte: number): void;
}

const MEBIBYTE = 1 << 20;

/** A PC under v86 with a serial line and without a network adapter of its own. */
export class Computer {
  #emulator: V86;
  readonly cpu: Cpu;

  private constructor(emulator: V86) {
    this.#emulator = emulator;
    this.cpu = insideOf(emulator).cpu;
  }

  /** Makes the computer; its processor stands still until `run`. */
  static async make({ wasm, memoryMiB, boot, output }: ComputerOptions): Promise<Computer> {
    const emulator = new V86({
      wasm_path: wasm,
      memory_size: memoryMiB * MEBIBYTE,
      vga_memory_size: MEBIBYTE,
      autostart: false,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
      net_device: { type: 'none' },
      ...(boot && {
        bios: { buffer: boot.bios },
        bzimage: { buffer: boot.kernel },
        initrd: { buffer: boot.initramfs },
        cmdline: boot.commandLine,
      }),
    } as unknown as ConstructorParameters<typeof V86>[0]);
    await new Promise<void>((ready) => emulator.add_listener('emulator-ready', () => ready()));
    emulator.add_listener('serial0-output-byte', output);
    return new Computer(emulator);
  }

  run(): void {
    this.#emulator.run();
  }

  async stop(): Promise<void> {
    await this.#emulator.stop();
  }

  /** Types on the serial line. */
  type(text: string): void {
    this.#emulator.serial0_send(text);
  }

  save(): Promise<ArrayBuffer> {
    return this.#emulator.save_state();
  }

  async restore(state: ArrayBuffer): Promise<void> {
    await this.#emulator.restore_state(state);
  }

  async destroy(): Promise<void> {
    await this.#emulator.destroy();
  }
}
