import { BulkSocket } from '../../machine/guest/bulk-socket.ts';
import type { StackEntry } from '../../machine/guest/net-device.ts';
import { MAX_FRAME, makeMac } from '../../machine/net/frame.ts';
import { StreamCheck, StreamPattern } from '../../machine/net/stream-check.ts';
import { headersOf, type TcpStream } from '../../machine/net/tcp.ts';
import {
  GUEST_KERNEL,
  GUEST_USER,
  HYPERVISOR,
  RING,
  ROOT_KERNEL,
  ROOT_USER,
} from '../../machine/partition/ledger.ts';
import { HyperVHost } from '../host.ts';
import type { NetworkAdapter } from '../network-adapter.ts';
import { LINES } from '../options.ts';
import { costsOf, findProfile } from '../profiles.ts';
import type { TableReport } from '../report.ts';
import { UsageError } from '../usage.ts';
import type { VMSwitch } from '../vm-switch.ts';

const MEBIBYTE = 1 << 20;
const MAX_EVENTS = 40_000_000;
/** What an application hands over in one call. */
const WRITE = 65536;
/** The stream's numbers pass 2^32 on their way. */
const FIRST = 0xfffe_0000;

/** What `bulkSend` takes; all of it may be left out. */
export interface BulkSendOptions {
  /** Whether the guest's stack leaves TCP's checksum to the host; yes when left out. */
  checksum?: boolean;
  /** Whether it leaves the cutting into segments to the host, which takes `checksum`; yes when left out. */
  segmentation?: boolean;
  /** Who cuts and sums: the NIC, or the root's virtual switch for a NIC that cannot. */
  by?: 'nic' | 'switch';
  ipv6?: boolean;
  /** Bytes of the stream, 1 to 64 MiB; 4 MiB when left out. */
  bytes?: number;
  /** Longest frame on the wire without FCS, 640 to 9014. */
  frame?: number;
  line?: string;
  profile?: string;
  seed?: number;
}

/** What a bulk send took. Cycles are of all processors, per byte of payload that arrived. */
export interface BulkSendReport {
  deliveredBytes: number;
  /** Frames that were wrong or out of place: zero on a healthy machine. */
  faults: number;
  wireFrames: number;
  /** Frames that the guest's stack handed to its driver, for each frame on the wire. */
  packetsPerWireFrame: number;
  /** Packets that driver and provider put into or took from their rings, for each frame on the wire. */
  ringPacketsPerWireFrame: number;
  cyclesPerByte: number;
  guestCyclesPerByte: number;
  rootCyclesPerByte: number;
  throughputGbps: number;
  /** Software copies of payload below the guest's stack, as a multiple of the payload. */
  copiesOfPayload: number;
}

/**
 * One virtual machine sends a stream of TCP segments over VMBus, and the far end checks every byte.
 * @throws UsageError for a length or a name that cannot be
 */
export function bulkSend(options: BulkSendOptions = {}): BulkSendReport {
  return new BulkRun(options).run();
}

/** The same stream three ways: nothing left to the host, the checksum, the cutting too. */
export function bulkSendTable(options: BulkSendOptions = {}): TableReport {
  const ways: [string, BulkSendOptions][] = [
    ['by the stack', { checksum: false, segmentation: false }],
    ['checksum by the host', { checksum: true, segmentation: false }],
    ['checksum and segments by the host', { checksum: true, segmentation: true }],
  ];
  const rows = ways.map(([name, way]) => {
    const report = bulkSend({ ...options, ...way });
    const { cyclesPerByte, packetsPerWireFrame, throughputGbps } = report;
    return [
      name,
      cyclesPerByte.toFixed(2),
      packetsPerWireFrame.toFixed(3),
      throughputGbps.toFixed(2),
    ];
  });
  return {
    kind: 'table',
    title: 'A stream of TCP segments over VMBus',
    columns: [
      { name: 'segments and checksums' },
      { name: 'cycles', unit: 'per byte' },
      { name: 'packets', unit: 'per wire frame' },
      { name: 'throughput', unit: 'Gb/s' },
    ],
    rows,
  };
}

/** A run, open to tests that want to look at its parts. */
export class BulkRun {
  readonly host: HyperVHost;
  readonly vmSwitch: VMSwitch;
  readonly adapter: NetworkAdapter;
  readonly check: StreamCheck;
  readonly socket: BulkSocket;
  readonly stream: TcpStream;
  /** Frames on the wire, told before they are checked. */
  onFrame: (address: number, length: number) => void = () => {};
  #start: number;

  constructor(options: BulkSendOptions = {}) {
    const { checksum = true, segmentation = true, by = 'nic', ipv6 = false, seed = 1 } = options;
    const { bytes = 4 * MEBIBYTE, frame = MAX_FRAME, line = '10G' } = options;
    checkOptions(bytes, frame, line);
    const profile = findProfile(options.profile ?? 'sandybridge-2012');
    this.host = new HyperVHost({
      costs: costsOf(profile),
      lineGbps: LINES[line],
      rootCores: 1,
      maxFrame: frame,
      guestBytes: 24 * MEBIBYTE,
      postedInterrupts: profile.postedInterrupts,
    });
    const { memory, engine, lineOut } = this.host;
    this.vmSwitch = this.host.newVMSwitch();
    if (by === 'switch') this.vmSwitch.external.leaveFramesToSwitch();
    const macAddress = makeMac(1, 0);
    this.adapter = this.host
      .newVM({ memoryBytes: 12 * MEBIBYTE })
      .addNetworkAdapter({ switch: this.vmSwitch, macAddress, largeFrames: segmentation });
    const ports = { sourcePort: 49152, destinationPort: 5001 };
    this.stream = { source: macAddress, destination: makeMac(2, 0), ...ports, ipv6 };
    const pattern = new StreamPattern(seed);
    this.check = new StreamCheck(memory, this.stream, pattern, FIRST);
    this.host.connectPeer({
      receive: (address, length) => {
        this.onFrame(address, length);
        this.check.check(address, length, engine.now);
      },
    });
    engine.run(Infinity, MAX_EVENTS);
    const segment = frame - headersOf(this.stream);
    const plan = { bytes, write: WRITE, segment, first: FIRST, checksum, segmentation };
    const { device } = this.adapter;
    this.socket = new BulkSocket(device, 0, this.stream, plan, pattern);
    device.stack = stackOf(this.socket);
    this.host.ledger.reset();
    lineOut.frames = 0;
    this.#start = engine.now;
  }

  run(): BulkSendReport {
    const { host, check, socket } = this;
    socket.start(this.#start);
    host.engine.run(Infinity, MAX_EVENTS);
    const { ledger, lineOut } = host;
    const wireFrames = lineOut.frames;
    const perByte = (...actors: number[]) =>
      actors.reduce((sum, who) => sum + ledger.cyclesOf(who), 0) / check.bytes;
    const guest = perByte(GUEST_USER, GUEST_KERNEL);
    const root = perByte(ROOT_KERNEL, ROOT_USER, HYPERVISOR);
    const packets = ledger.countOf(GUEST_KERNEL, RING) + ledger.countOf(ROOT_KERNEL, RING);
    return {
      deliveredBytes: check.bytes,
      faults: check.damaged + check.misplaced,
      wireFrames,
      packetsPerWireFrame: socket.frames / wireFrames,
      ringPacketsPerWireFrame: packets / wireFrames,
      cyclesPerByte: guest + root,
      guestCyclesPerByte: guest,
      rootCyclesPerByte: root,
      throughputGbps: (8e3 * check.bytes) / (check.last - this.#start),
      copiesOfPayload: ledger.copiedBytes / check.bytes,
    };
  }
}

function checkOptions(bytes: number, frame: number, line: string): void {
  if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= 64 * MEBIBYTE))
    throw new UsageError(`bytes: ${bytes} is not a whole number from 1 to ${64 * MEBIBYTE}`);
  if (!(Number.isInteger(frame) && frame >= 640 && frame <= 9014))
    throw new UsageError(`frame: ${frame} is not a whole number from 640 to 9014 B`);
  if (LINES[line] === undefined)
    throw new UsageError(`line: '${line}' is not one of ${Object.keys(LINES).join(', ')}`);
}

function stackOf(socket: BulkSocket): StackEntry {
  return { received: () => undefined, room: (processor) => socket.room(processor) };
}
