import { beforeEach, describe, expect, it } from 'vitest';
import { type AdapterPorts, DEVICE_NUMBER, Plug } from './plug.ts';
import type { Cpu, PortEntry } from './v86-inside.ts';

const OURS = 0x80000000 | (DEVICE_NUMBER << 11);
const THEIRS = 0x80000000 | (3 << 11);

/** As much of v86 as a plug touches. */
class Board implements Cpu {
  log: string[] = [];
  mem8 = new Uint8Array();
  reg32 = new Int32Array(8);
  previous_ip = new Int32Array(1);
  devices = {
    pci: {
      pci_addr32: new Int32Array(1),
      register_device: () => new Int32Array(64),
      raise_irq: (id: number) => this.log.push(`raise ${id >> 3}`),
      lower_irq: (id: number) => this.log.push(`lower ${id >> 3}`),
    },
  };
  io = {
    ports: Array.from({ length: 0x10000 }, () => this.#theirs()),
    create_empty_entry: () => this.#theirs(),
  };

  constructor() {
    const { pci } = this.devices;
    this.io.ports[0xcf8].write32 = (value) => {
      pci.pci_addr32[0] = value;
    };
  }

  write_blob(): void {}

  #theirs(): PortEntry {
    const write = (value: number) => {
      this.log.push(`theirs ${value}`);
    };
    const read = () => -1;
    return {
      read8: read,
      read16: read,
      read32: read,
      write8: write,
      write16: write,
      write32: write,
      device: this,
    };
  }

  out(port: number, value: number, size: 8 | 16 | 32 = 32): void {
    const entry = this.io.ports[port];
    entry[`write${size}`].call(entry.device, value);
  }

  in(port: number, size: 8 | 16 | 32 = 32): number {
    const entry = this.io.ports[port];
    return entry[`read${size}`].call(entry.device, port);
  }
}

class Adapter implements AdapterPorts {
  at: { base: number; size: number } | undefined;
  log: string[] = [];

  window() {
    return this.at;
  }

  read(port: number, size: number): number {
    this.log.push(`in ${port.toString(16)}/${size}`);
    return 0xfffffffe;
  }

  write(port: number, size: number, value: number): void {
    this.log.push(`out ${port.toString(16)}/${size} ${value.toString(16)}`);
  }
}

describe('plug', () => {
  let board: Board;
  let adapter: Adapter;
  let plug: Plug;

  beforeEach(() => {
    board = new Board();
    adapter = new Adapter();
    plug = new Plug(board, adapter);
  });

  it('hands over configuration accesses that select the adapter, and no others', () => {
    board.out(0xcf8, THEIRS | 4);
    board.out(0xcfc, 7);
    expect(board.in(0xcfc)).toBe(-1);
    expect(adapter.log).toEqual([]);
    expect(board.log).toEqual(['theirs 7']);
    board.out(0xcf8, OURS | 4);
    board.out(0xcfe, -1, 16);
    expect(board.in(0xcfc)).toBe(-2);
    expect(adapter.log).toEqual(['out cf8/4 80005004', 'out cfe/2 ffff', 'in cfc/4']);
  });

  it('follows the window, and gives back the ports that it leaves', () => {
    board.out(0xc008, 1);
    board.out(0xcf8, OURS | 0x10);
    adapter.at = { base: 0xc000, size: 128 };
    board.out(0xcfc, 0xc001);
    board.out(0xc008, -1);
    expect(adapter.log.at(-1)).toBe('out c008/4 ffffffff');
    adapter.at = { base: 0xd000, size: 128 };
    board.out(0xcfc, 0xd001);
    board.out(0xc008, 2);
    board.in(0xd07c, 8);
    expect(adapter.log.at(-1)).toBe('in d07c/1');
    adapter.at = undefined;
    plug.follow();
    board.out(0xd008, 3);
    expect(board.log).toEqual(['theirs 1', 'theirs 2', 'theirs 3']);
  });

  it('passes the pin on', () => {
    plug.setPin(true);
    plug.setPin(false);
    expect(board.log).toEqual([`raise ${DEVICE_NUMBER}`, `lower ${DEVICE_NUMBER}`]);
  });
});
