import { NicRegisters } from '../../sandbox/machine/devices/sriov-nic/nic-registers.ts';
import { nvmImage } from '../../sandbox/machine/devices/sriov-nic/nvm.ts';
import { QueueStorage } from '../../sandbox/machine/devices/sriov-nic/queue-storage.ts';
import { SwitchRegisters } from '../../sandbox/machine/devices/sriov-nic/switch-registers.ts';
import { Engine } from '../../sandbox/machine/engine/engine.ts';

export const STATION = Uint8Array.of(0x52, 0x54, 0x00, 0x12, 0x34, 0x56);

/** A message: function (0 is the physical one), vector, time in picoseconds. */
export type Sent = readonly [functionIndex: number, vector: number, at: number];

/** The registers of an 82576 without its data path, in the layout of the real part unless `wide`. */
export function newRegisters(wide = false) {
  const engine = new Engine();
  const sent: Sent[] = [];
  const resets: number[] = [];
  const registers = new NicRegisters({
    engine,
    wide,
    nvm: nvmImage(STATION),
    queues: new QueueStorage(),
    filters: new SwitchRegisters(),
    sender: {
      sendMessage: (fn, vector) => {
        sent.push([fn, vector, engine.now]);
        rig.onMessage(fn, vector);
      },
    },
    onReset: (fn) => resets.push(fn),
  });
  const rig = {
    /** Called with every message. */
    onMessage: (_functionIndex: number, _vector: number) => {},
    engine,
    registers,
    sent,
    resets,
    read: (offset: number) => registers.file.read(offset),
    write: (offset: number, value: number) => registers.file.write(offset, value, engine.now),
    vf: (n: number) => registers.window(n),
  };
  return rig;
}
