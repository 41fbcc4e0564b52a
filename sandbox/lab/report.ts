/**
 * What a cell can put on the page. Plain data, structured-cloneable, without behaviour: the site draws
 * it, the command line prints it, and neither needs the machine to do so.
 */

import type { BulkConfig, BulkFigures } from './bulk/figures.ts';
import type { Profile } from './profile/schema.ts';
import type { SweepReport } from './sweep/report.ts';
import type { WayReport, WorkloadConfig } from './workload/config.ts';

export type * from './sweep/report.ts';
export type { RecordedFrame, WayReport, WorkloadConfig } from './workload/config.ts';

/** Who can spend a cycle, hold a byte or take a step. One colour and one shape per actor, everywhere. */
export type Actor =
  | 'guest-user'
  | 'guest-kernel'
  | 'hypervisor'
  | 'root-kernel'
  | 'root-user'
  | 'device'
  | 'wire';

/** The ways a frame can leave a machine. `native` is the same stack without virtualization. */
export type PathName = 'native' | 'emulated' | 'vmbus' | 'sriov';

/** One row of the ledger: cycles and occurrences of `what`, spent by `who`, over the measured run. */
export interface LedgerRow {
  who: Actor;
  what: string;
  cycles: number;
  count: number;
}

/** Means over delivered frames (over transactions for `rr`). */
export interface PerFrame {
  exits: number;
  ioExits: number;
  deviceAccesses: number;
  hypercalls: number;
  copies: number;
  copiedBytes: number;
  interrupts: number;
  contextSwitches: number;
  events: number;
}

/** Frames whose latency was from `from` to less than `to`, in microseconds. */
export interface HistogramBucket {
  from: number;
  to: number;
  count: number;
}

/** A part of the machine, and the share of the time that it was busy: 0 to 1. */
export interface Resource {
  name: string;
  busy: number;
}

/** What one path did with the workload. Latency in microseconds, cores as mean busy cores. */
export interface PathReport {
  deliveredFrames: number;
  deliveredBytes: number;
  deliveredSha256: string;
  traceHash: string;
  throughputGbps: number;
  framesPerSecond: number;
  lossRate: number;
  latencyUs: { p50: number; p99: number; p999: number };
  /** Buckets that are not empty, from the shortest latency on. */
  latencyHistogram: HistogramBucket[];
  cyclesPerByte: number;
  cyclesPerFrame: number;
  perFrame: PerFrame;
  exitsBy: Record<string, number>;
  cores: { guest: number; hypervisor: number; rootKernel: number; rootUser: number };
  limitedBy: string;
  /** What could have been it, from the wire inwards. */
  resources: Resource[];
  ledger: LedgerRow[];
  /** Frames that reached the far end damaged, out of order or twice. Zero on a healthy machine. */
  faults: number;
  /** For traffic in both directions at once: each of them. What stands beside it is of both together. */
  ways?: { tx: WayReport; rx: WayReport };
  /** With an application that takes a share of the guest's processors: the share that it got. */
  appShare?: number;
  /** Share of the time that each processor of the root was busy, where there is more than one. */
  rootCoresBusy?: number[];
  /** What the path did to the frames it was asked for, when it could not carry them as they were. */
  note?: string;
  /** Of a bulk transfer: how its segments travelled. */
  bulk?: BulkFigures;
}

/** The complete configuration of a comparison: every option with its value, defaults filled in. */
export interface CompareConfig extends WorkloadConfig {
  paths: PathName[];
  profile: string;
  /** The profile itself, when it is not one of the course's. */
  ownProfile?: Profile;
  /** With or without the mitigations of 2018, whatever the profile's own figures are. */
  mitigations?: boolean;
  line: string;
  frame: number;
  /** `both`: the guest sends and receives at once; `frames` are then those of each direction. */
  direction: 'tx' | 'rx' | 'rr' | 'both';
  load: 'max' | 'paced' | number;
  vms: number;
  queues: number;
  rootCores: number;
  guestCores: number;
  durationMs?: number;
  frames?: number;
  postedInterrupts: boolean;
  /** Whether each VM has a queue of the NIC, on a root core of its own as far as there are; yes when left out. */
  vmq?: boolean;
  /** Whether one VM's flows are spread over its queues and the root's cores; yes when left out. */
  vrss?: boolean;
  seed: number;
  /** Streams of TCP segments instead of frames. */
  bulk?: BulkConfig;
}

/** The paths side by side. Exactly the document that `lab compare --json` prints, plus `kind`. */
export interface CompareReport {
  kind: 'compare';
  title?: string;
  config: CompareConfig;
  paths: Partial<Record<PathName, PathReport>>;
}

/** A mean, and the interval that holds the true one with 95 % confidence. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** A comparison with several seeds. `units` and the figures of each path are by the figure's name. */
export interface RepeatReport {
  kind: 'repeat';
  title?: string;
  config: CompareConfig;
  seeds: number[];
  units: Record<string, string>;
  paths: Partial<Record<PathName, Record<string, Interval>>>;
}

/** A cost that was divided and multiplied by a factor, and what a figure then was on each path. */
export interface SensitivityRow {
  cost: string;
  value: number;
  unit: string;
  status: string;
  less: Partial<Record<PathName, number>>;
  more: Partial<Record<PathName, number>>;
  /** Whether the paths then came out in another order. */
  turns: boolean;
}

/** Which cost a conclusion hangs on: rows with the widest swing first. */
export interface SensitivityReport {
  kind: 'sensitivity';
  title?: string;
  config: CompareConfig;
  figure: string;
  unit: string;
  /** The factor. */
  by: number;
  base: Partial<Record<PathName, number>>;
  /** The paths from the best to the worst: `sriov > vmbus = native`. */
  order: string;
  rows: SensitivityRow[];
}

/** A stretch of bytes with a name. `section` says where its meaning is written. */
export interface ByteField {
  offset: number;
  length: number;
  name: string;
  value?: string;
  section?: string;
}

/** A step of one frame. Times in nanoseconds from the first step; `bytes` is a hex string. */
export interface TimelineStep {
  start: number;
  end: number;
  who: Actor;
  what: string;
  detail?: string;
  bytes?: string;
  /** What the bytes are. */
  fields?: ByteField[];
  /** The class or function of the machine that did it. */
  machine?: string;
}

/** One frame followed from the sender to the far end: a swim lane per actor. */
export interface TimelineReport {
  kind: 'timeline';
  title: string;
  path: PathName;
  frame: number;
  steps: TimelineStep[];
}

/** What a part of the architecture is; where it stands in the picture follows from it. */
export type ArchitecturePart =
  | 'application'
  | 'stack'
  | 'driver'
  | 'virtual-device'
  | 'channel'
  | 'worker'
  | 'kernel'
  | 'vsp'
  | 'switch'
  | 'pf-driver'
  | 'hypervisor'
  | 'pf'
  | 'vf'
  | 'nic-switch'
  | 'peer';

/** A part of the machine. `vm` numbers the child partition that it is in, or that it is there for, from 0. */
export interface ArchitectureNode {
  id: string;
  part: ArchitecturePart;
  who: Actor;
  label: string;
  vm?: number;
}

/** Two parts, by id, between which something can pass. */
export interface ArchitectureEdge {
  from: string;
  to: string;
}

/**
 * A step in its place: at a part, or on the way from one to another, by id. With it go the exits, the
 * copies and the cycles that it added, and the part that has the frame in hand when it is over.
 */
export interface ArchitectureStep extends TimelineStep {
  at?: string;
  from?: string;
  to?: string;
  exits: number;
  copies: number;
  cycles: number;
  holder?: string;
}

/** The machine as a drawing in which one frame can be followed. */
export interface ArchitectureReport {
  kind: 'architecture';
  title: string;
  path: PathName;
  frame: number;
  nodes: ArchitectureNode[];
  edges: ArchitectureEdge[];
  steps: ArchitectureStep[];
}

/** Rows and columns. A cell of a row is text or a number; numbers are aligned and formatted by `unit`. */
export interface TableReport {
  kind: 'table';
  title: string;
  columns: { name: string; unit?: string }[];
  rows: (string | number)[][];
}

/** Lines over a common x. `actor` gives a series that actor's colour. Never more than 8 series. */
export interface ChartReport {
  kind: 'chart';
  title: string;
  x: { label: string; unit?: string; log?: boolean };
  y: { label: string; unit?: string; log?: boolean };
  series: { name: string; path?: PathName; actor?: Actor; points: { x: number; y: number }[] }[];
}

/** Stacked bars: who spent what, for each bar. Every segment has an actor. */
export interface BarsReport {
  kind: 'bars';
  title: string;
  unit: string;
  bars: { name: string; segments: { who: Actor; what: string; value: number }[] }[];
}

/** Bytes with the fields in them. Offsets and lengths in bytes. */
export interface HexdumpReport {
  kind: 'hexdump';
  title: string;
  bytes: Uint8Array;
  fields?: ByteField[];
  /** What the layout rests on. */
  source?: string;
}

/** A field of a register: its lowest bit and how many bits it has, where that is known. */
export interface RegisterField {
  name: string;
  value: string;
  bit?: number;
  bits?: number;
}

/** A register. `value` is an unsigned 32-bit number; `section` says where its meaning is written. */
export interface Register {
  name: string;
  offset: number;
  value: number;
  /** Bits that it has, 32 when left out. */
  width?: number;
  section?: string;
  fields?: RegisterField[];
}

/** A device's registers by name. `source` is what their meaning rests on. */
export interface RegistersReport {
  kind: 'registers';
  title: string;
  registers: Register[];
  source?: string;
}

/** A slot of a ring. `fields` are those of the descriptor or packet in it. */
export interface RingSlot {
  owner: 'software' | 'device' | 'free';
  label: string;
  fields?: { name: string; value: string; section?: string }[];
}

/** Both rings of a channel, or a descriptor ring. Slots in ring order. */
export interface RingReport {
  kind: 'ring';
  title: string;
  size: number;
  head: number;
  tail: number;
  slots: RingSlot[];
  /** What the layout rests on. */
  source?: string;
}

/** Whether a function answers at its requester id, and why not. */
export type BusMapState = 'answers' | 'not enabled' | 'silent' | 'no bus';

/** A function in its place. `group` tells the ports of a card apart, from 0. */
export interface BusMapFunction {
  /** Bus 15:8, device 7:3, function 2:0. */
  requesterId: number;
  /** The same as text: `01:10.2`. */
  place: string;
  /** A few letters for the place in the grid. */
  label: string;
  name: string;
  role: 'pf' | 'vf';
  group: number;
  state: BusMapState;
}

/** Buses as grids of 32 devices by 8 functions, and what stands on them. */
export interface BusMapReport {
  kind: 'bus-map';
  title: string;
  /** `routed`: whether a port sends requests for that bus down. */
  buses: { bus: number; routed: boolean }[];
  functions: BusMapFunction[];
}

/** A stretch of addresses. Parts of one `group` belong together; `used` ones are in use. */
export interface AddressMapPart {
  name: string;
  group: string;
  start: number;
  /** Bytes. */
  size: number;
  used: boolean;
}

/** A window of addresses, `size` bytes from `base`, and what lies in it. */
export interface AddressMapReport {
  kind: 'address-map';
  title: string;
  base: number;
  size: number;
  parts: AddressMapPart[];
}

/** An entry that a walk read: which of a table's entries, where it stands, its 32-bit words and what they say. */
export interface WalkEntry {
  table: string;
  /** What the index is taken from. */
  by: string;
  index: number;
  /** Entries of the table. */
  entries: number;
  address: number;
  words: number[];
  fields: { name: string; value: string }[];
}

/** A walk from table to table: the request, the entries it led through, and where it ended. */
export interface WalkReport {
  kind: 'walk';
  title: string;
  /** Each in a line or two: what it is, and its value. */
  request: [string, string];
  entries: WalkEntry[];
  result: [string, string];
  refused: boolean;
}

/** A capture file to download. `bytes` is a complete classic pcap file. */
export interface CaptureReport {
  kind: 'capture';
  name: string;
  frames: number;
  bytes: Uint8Array;
}

/** Words. Printed as they are, never interpreted as markup. */
export interface TextReport {
  kind: 'text';
  text: string;
}

export type Report =
  | CompareReport
  | RepeatReport
  | SensitivityReport
  | TimelineReport
  | ArchitectureReport
  | TableReport
  | ChartReport
  | BarsReport
  | HexdumpReport
  | RegistersReport
  | RingReport
  | BusMapReport
  | AddressMapReport
  | WalkReport
  | CaptureReport
  | SweepReport
  | TextReport;

/** A settings dialog that a switch is drawn in: its title, the page of settings it is on, and a note. */
export interface KnobDialog {
  title: string;
  page: string;
  note?: string;
}

/** A control that a cell asked for, with the value it ran with. */
export type KnobSpec =
  | {
      type: 'number';
      label: string;
      value: number;
      default: number;
      min: number;
      max: number;
      step: number;
      unit?: string;
    }
  | {
      type: 'choice';
      label: string;
      value: string | number;
      default: string | number;
      choices: (string | number)[];
    }
  | { type: 'switch'; label: string; value: boolean; default: boolean; dialog?: KnobDialog };

/** One expectation of an exercise's check: what was wanted, what was seen. */
export interface Expectation {
  name: string;
  passed: boolean;
  wanted: string;
  seen: string;
}
