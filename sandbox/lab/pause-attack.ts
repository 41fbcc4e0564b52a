import {
  ETQF_ENABLE,
  ETQF_STOP_SENT,
  EXT_TYPE_SPOOF,
  REG_ETQF,
  TYPE_MAC_CONTROL,
} from '../machine/devices/sriov-nic/switch-spec.ts';
import { SECOND } from '../machine/engine/engine.ts';
import { WRITE } from '../machine/memory/guest-memory.ts';
import { MIN_FRAME, macBytes } from '../machine/net/frame.ts';
import type { Task } from '../machine/partition/virtual-processor.ts';
import { PauseReceiver } from '../machine/wire/pause.ts';
import { completeConfig } from './options.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** What `pauseAttack` takes. */
export interface PauseAttackOptions {
  /** Pause frames a second that the first machine sends, 0 to 10000. */
  perSecond: number;
  /** Whether the NIC keeps virtual functions from sending frames of that type. */
  filter?: boolean;
  line?: string;
  durationMs?: number;
}

export interface PauseAttackReport {
  /** What the other machine received, Gb/s of frames without what is around them on the wire. */
  neighbourGbps: number;
  /** Pause frames that the link partner honoured, and those that the NIC stopped. */
  honoured: number;
  stopped: number;
}

/** The reserved address of IEEE 802.3 annex 31B, and the longest pause. */
const PAUSE_ADDRESS = { high: 0x0180, low: 0xc2000001 };
const LONGEST_PAUSE = [0xff, 0xff];
const OPCODE_PAUSE = 1;
const FRAME = 1514;

/**
 * Two machines with virtual functions on one link. The second receives as fast as it can; the first sends pause
 * frames, which the link partner takes for the word of the whole port.
 * @throws UsageError for a rate or line that cannot be
 */
export function pauseAttack(options: PauseAttackOptions): PauseAttackReport {
  const { perSecond, filter = false, line = '10G', durationMs = 20 } = options;
  if (!(perSecond >= 0 && perSecond <= 10_000))
    throw new UsageError(`perSecond: ${perSecond} is not 0 to 10000`);
  const profile = 'sandybridge-2012';
  const config = completeConfig({
    profile,
    direction: 'rx',
    vms: 2,
    line,
    frame: FRAME,
    durationMs,
  });
  const bed = new Testbed('sriov', config, { digest: false });
  const { host, peer } = bed;
  const partner = new PauseReceiver(host.memory, host.lineIn, peer, () => host.engine.now);
  host.connectPeer(partner);
  const { switching } = host.nic;
  if (filter) {
    switching.registers.write(REG_ETQF, ETQF_ENABLE | ETQF_STOP_SENT | TYPE_MAC_CONTROL);
    switching.registers.write(EXT_TYPE_SPOOF, 3);
  }
  if (perSecond > 0) startAttack(bed, Math.round(SECOND / perSecond));
  let received = 0;
  bed.measurement.onArrival = ((then) => (flow: number, time: number) => {
    then?.(flow, time);
    if (flow === 1) received++;
  })(bed.measurement.onArrival);
  bed.run();
  const neighbourGbps = (received * FRAME * 8) / (durationMs * 1e6);
  return { neighbourGbps, honoured: partner.paused, stopped: switching.spoofed };
}

/**
 * The first machine's driver of the virtual function sends a pause frame now and then, past the synthetic
 * adapter that frames for groups take.
 */
function startAttack(bed: Testbed, period: number): void {
  const [{ iov, macAddress }] = bed.adapters;
  const device = iov?.vf?.guest;
  if (device === undefined) return;
  const bytes = new Uint8Array(MIN_FRAME);
  bytes.set([...macBytes(PAUSE_ADDRESS), ...macBytes(macAddress)]);
  const type = [TYPE_MAC_CONTROL >>> 8, TYPE_MAC_CONTROL & 0xff];
  bytes.set([...type, 0, OPCODE_PAUSE, ...LONGEST_PAUSE], 12);
  const processor = device.processorOf(0);
  const { engine } = bed.host;
  const task: Task = {
    run() {
      const gpa = device.claim(0);
      const at = gpa < 0 ? -1 : device.memory.span(gpa, bytes.length, WRITE);
      if (at < 0) return;
      device.memory.host.bytes.set(bytes, at);
      device.send(0, bytes.length, false);
    },
  };
  const timer = engine.timer({
    handle() {
      processor.post(task, 0, engine.now);
      timer.schedule(engine.now + period);
    },
  });
  timer.schedule(bed.start + Math.floor(period / 2));
}
