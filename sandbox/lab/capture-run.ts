import type { StackEntry } from '../machine/guest/net-device.ts';
import { READ, WRITE } from '../machine/memory/guest-memory.ts';
import { MAX_FRAME, type MacAddress, MIN_FRAME } from '../machine/net/frame.ts';
import type { Task, VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { HyperVHost } from './host.ts';
import { type NetworkAdapter, settingsFor } from './network-adapter.ts';
import { completeConfig, LINES } from './options.ts';
import { type CapturedFrame, readPcap, writePcap } from './pcap.ts';
import { costsOf, findProfile } from './profiles.ts';
import type { CaptureReport, PathName, TableReport } from './report.ts';
import { UsageError } from './usage.ts';

/** What `sendCapture` takes. */
export interface CaptureOptions {
  /** A classic capture file of Ethernet frames. */
  bytes: Uint8Array;
  path: PathName;
  line?: string;
  profile?: string;
}

const GUEST_BYTES = 8 << 20;

/** What became of one frame. */
interface Fate {
  direction: 'guest to wire' | 'wire to guest';
  sent: Uint8Array;
  arrived?: Uint8Array;
  microseconds?: number;
}

/**
 * Sends the frames of a capture through a path, each in the direction it had: the sender of the first
 * frame is taken to be the guest. Frame by frame what arrived is compared with what was sent, byte for
 * byte; padding to the Ethernet minimum is not a difference.
 * @throws UsageError for a file that is no capture, or a frame that no path carries
 */
export async function sendCapture(options: CaptureOptions): Promise<[TableReport, CaptureReport]> {
  const { profile, line } = completeConfig({
    paths: [options.path],
    profile: options.profile,
    line: options.line,
  });
  const frames = readPcap(options.bytes);
  for (const [i, { bytes }] of frames.entries())
    if (bytes.length < 14 || bytes.length > MAX_FRAME)
      throw new UsageError(
        `pcap: frame ${i + 1} has ${bytes.length} bytes, not 14 to ${MAX_FRAME}`,
      );
  const run = new CaptureRun(options.path, frames, profile, line);
  return run.report();
}

/** The machine, its one adapter, and both ends, all of which only compare bytes. */
class CaptureRun implements StackEntry, Task {
  #path: PathName;
  #host: HyperVHost;
  #adapter: NetworkAdapter;
  #fates: Fate[] = [];
  #current: Fate | undefined;
  #sentAt = 0;

  constructor(path: PathName, frames: CapturedFrame[], profile: string, line: string) {
    this.#path = path;
    this.#host = new HyperVHost({
      costs: costsOf(findProfile(profile)),
      lineGbps: LINES[line],
      rootCores: path === 'native' ? 0 : 1,
      maxFrame: MAX_FRAME,
      guestBytes: GUEST_BYTES,
      postedInterrupts: findProfile(profile).postedInterrupts,
    });
    const mac = frames.length > 0 ? sourceOf(frames[0].bytes) : { high: 0x0200, low: 1 };
    this.#adapter = this.#addAdapter(mac);
    this.#adapter.device.stack = this;
    this.#host.connectPeer({ receive: (address, length) => this.#arrived(address, length) });
    this.#host.engine.run();
    for (const frame of frames) this.#carry(frame, mac);
  }

  received(processor: VirtualProcessor, gpa: number, length: number): void {
    const at = this.#adapter.device.memory.span(gpa, length, READ);
    if (at >= 0) this.#arrived(at, length, processor.local);
  }

  room(): void {}

  /** The guest's application: writes the frame into a buffer of the driver and sends it. */
  run(processor: VirtualProcessor): void {
    const sent = this.#current?.sent;
    const { device } = this.#adapter;
    const gpa = device.claim(0);
    if (sent === undefined || gpa < 0) return;
    const at = device.memory.span(gpa, sent.length, WRITE);
    if (at < 0) return;
    this.#sentAt = processor.local;
    device.memory.host.bytes.set(sent, at);
    device.send(0, sent.length, false);
  }

  report(): [TableReport, CaptureReport] {
    const intact = this.#fates.filter(isIntact).length;
    const rows = this.#fates.map((fate, i) => [
      i + 1,
      fate.direction,
      fate.sent.length,
      fate.microseconds ?? Number.NaN,
      fate.arrived === undefined ? 'lost' : isIntact(fate) ? 'intact' : 'damaged',
    ]);
    const all = this.#fates.length;
    const table: TableReport = {
      kind: 'table',
      title: `${intact} of ${all} frames arrived intact on the ${this.#path} path`,
      columns: [
        { name: 'Frame' },
        { name: 'Direction' },
        { name: 'Length', unit: 'B' },
        { name: 'Took', unit: 'µs' },
        { name: 'Arrived' },
      ],
      rows,
    };
    return [table, this.#capture()];
  }

  /** What arrived, as a capture file. */
  #capture(): CaptureReport {
    let time = 0;
    const arrived = this.#fates.flatMap(({ arrived: bytes, microseconds = 0 }) => {
      time += microseconds;
      return bytes === undefined ? [] : [{ time, bytes }];
    });
    const name = `arrived-${this.#path}.pcap`;
    return { kind: 'capture', name, frames: arrived.length, bytes: writePcap(arrived) };
  }

  /** Sends one frame and lets the machine come to rest. */
  #carry(frame: CapturedFrame, guest: MacAddress): void {
    const from = sourceOf(frame.bytes);
    const outward = from.high === guest.high && from.low === guest.low;
    const { engine, lineIn, memory } = this.#host;
    const direction = outward ? 'guest to wire' : 'wire to guest';
    this.#current = { direction, sent: frame.bytes };
    this.#fates.push(this.#current);
    if (outward) this.#adapter.device.processorOf(0).post(this, 0, engine.now);
    else {
      const at = lineIn.claim();
      memory.bytes.set(frame.bytes, at);
      this.#sentAt = engine.now;
      lineIn.send(frame.bytes.length, engine.now);
    }
    engine.run();
  }

  #arrived(address: number, length: number, time = this.#host.engine.now): void {
    const fate = this.#current;
    if (fate === undefined || fate.arrived !== undefined) return;
    fate.arrived = this.#host.memory.bytes.slice(address, address + length);
    fate.microseconds = (time - this.#sentAt) / 1e6;
  }

  #addAdapter(macAddress: MacAddress): NetworkAdapter {
    const path = this.#path;
    const host = this.#host;
    if (path === 'native')
      return host.newVM({ memoryBytes: GUEST_BYTES }).addPhysicalAdapter(1, macAddress);
    const vmSwitch = host.newVMSwitch({ enableIov: path === 'sriov' });
    return host.newVM({ memoryBytes: GUEST_BYTES }).addNetworkAdapter({
      switch: vmSwitch,
      ...settingsFor(path),
      macAddress,
    });
  }
}

function sourceOf(frame: Uint8Array): MacAddress {
  const view = new DataView(frame.buffer, frame.byteOffset);
  return { high: view.getUint16(6), low: view.getUint32(8) };
}

/** Equal byte for byte; bytes beyond the sent ones must be the zeros that fill up to the minimum. */
function isIntact({ sent, arrived }: Fate): boolean {
  if (arrived === undefined || arrived.length !== Math.max(sent.length, MIN_FRAME)) return false;
  return arrived.every((byte, i) => byte === (i < sent.length ? sent[i] : 0));
}
