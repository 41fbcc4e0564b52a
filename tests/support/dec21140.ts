import {
  COMMAND_BUS_MASTER,
  PCI_COMMAND,
} from '../../sandbox/machine/bus/pci/configuration-space.ts';
import { Dec21140, type Dec21140Options } from '../../sandbox/machine/devices/dec21140/device.ts';
import { makeSerialRom } from '../../sandbox/machine/devices/dec21140/serial-rom-image.ts';
import * as spec from '../../sandbox/machine/devices/dec21140/spec.ts';
import { Engine } from '../../sandbox/machine/engine/engine.ts';
import { GuestMemory } from '../../sandbox/machine/memory/guest-memory.ts';
import { HostMemory } from '../../sandbox/machine/memory/host-memory.ts';
import { macBytes, makeMac } from '../../sandbox/machine/net/frame.ts';

export const TX_RING = 0x10000;
export const RX_RING = 0x11000;
export const BUFFERS = 0x20000;
/** Bytes of the chip's partition. */
export const MEMORY = 2 << 20;
export const ST = spec.START_TRANSMIT;
export const SR = spec.START_RECEIVE;
export const PR = spec.PROMISCUOUS;
/** A descriptor that holds a whole frame. */
export const WHOLE = spec.TDES1_FIRST | spec.TDES1_LAST;
export const TS = (csr5: number) => (csr5 >>> 20) & 7;
export const RS = (csr5: number) => (csr5 >>> 17) & 7;
/** Sources and summaries of CSR5. */
export const sources = (csr5: number) => csr5 & 0x1ffff;

/** A chip on a bus: tests use its registers, guest memory, the wire and the pin, as a driver does. */
export function newChip(parts: Partial<Dec21140Options> = {}) {
  const memory = new GuestMemory(new HostMemory(2 * MEMORY), MEMORY);
  const engine = new Engine();
  const sent: Uint8Array[] = [];
  const pin: boolean[] = [];
  const chip = new Dec21140({
    engine,
    memory,
    serialRom: makeSerialRom({ macAddress: macBytes(makeMac(1, 3)) }),
    host: {
      transmit: (buffer, length) => sent.push(buffer.slice(0, length)),
      interruptPin: (level) => pin.push(level),
    },
    ...parts,
  });
  chip.configuration.write(PCI_COMMAND, 2, COMMAND_BUS_MASTER);
  const csr = (n: number) => chip.read(8 * n, 4);
  const write = (n: number, value: number) => chip.write(8 * n, 4, value);
  /** A descriptor of four words; OWN is set last, as software must. */
  const describe = (at: number, own: boolean, control: number, first = 0, second = 0) => {
    for (const [i, word] of [control, first, second].entries())
      memory.write32(at + 4 + 4 * i, word);
    memory.write32(at, own ? spec.OWN : 0);
  };
  const fill = (at: number, length: number, value: number) =>
    memory.writeFrom(at, new Uint8Array(length).fill(value), 0, length);
  write(3, RX_RING);
  write(4, TX_RING);
  return { memory, engine, chip, csr, write, describe, fill, sent, pin };
}

/** A chip that receives: a ring of `count` descriptors with one buffer of `size` bytes each. */
export function receiving(count: number, size = 0x600, mode = PR) {
  const chip = newChip();
  const setUp = (i: number) => {
    const end = i === count - 1 ? spec.END_OF_RING : 0;
    chip.describe(RX_RING + 16 * i, true, size | end, BUFFERS + 0x800 * i);
  };
  for (let i = 0; i < count; i++) setUp(i);
  chip.write(6, SR | mode);
  const status = (i: number) => chip.memory.read32(RX_RING + 16 * i);
  return { ...chip, setUp, status };
}

/** A frame of `length` bytes, all the same. */
export const frame = (length: number, fill = 4) => new Uint8Array(length).fill(fill);
