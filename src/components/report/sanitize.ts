import type {
  AddressMapPart,
  AddressMapReport,
  ArchitectureEdge,
  ArchitectureNode,
  ArchitecturePart,
  ArchitectureReport,
  BarsReport,
  BusMapFunction,
  BusMapReport,
  BusMapState,
  CaptureReport,
  ChartReport,
  CompareConfig,
  CompareReport,
  LedgerRow,
  PathReport,
  Report,
  SweepReport,
  TableReport,
  TextReport,
  TimelineReport,
  TimelineStep,
  WalkReport,
} from '../../../sandbox/lab/report.ts';
import { PATHS } from './actors.ts';
import { byteFields, hexdump, identifier, registers, ring } from './sanitize-memory.ts';
import { repeat, sensitivity } from './sanitize-metrics.ts';
import { sweepOf } from './sanitize-sweep.ts';
import {
  actor,
  Cutter,
  count,
  isObject,
  LIMITS,
  num,
  object,
  optional,
  path,
  type Raw,
  str,
} from './sanitize-tools.ts';
import { workloadConfig, workloadResults } from './sanitize-workload.ts';

const DIRECTIONS = ['tx', 'rx', 'rr', 'both'] as const;

/**
 * A report comes from code that anyone may have written. Here it becomes a report of the declared shape and
 * of a size that a page can draw; everything after this may trust its types. `cut` says what was left out.
 */
export interface Sanitized {
  report: Report;
  cut: string[];
}

export { LIMITS };

function ledgerRow(value: unknown): LedgerRow {
  const row = object(value);
  return {
    who: actor(row.who),
    what: str(row.what),
    cycles: count(row.cycles),
    count: count(row.count),
  };
}

function pathReport(value: unknown, cutter: Cutter): PathReport {
  const raw = object(value);
  const each = object(raw.perFrame);
  const cores = object(raw.cores);
  const latency = object(raw.latencyUs);
  const exitsBy = Object.entries(object(raw.exitsBy)).slice(0, 40);
  return {
    deliveredFrames: count(raw.deliveredFrames),
    deliveredBytes: count(raw.deliveredBytes),
    deliveredSha256: str(raw.deliveredSha256),
    traceHash: str(raw.traceHash),
    throughputGbps: num(raw.throughputGbps),
    framesPerSecond: num(raw.framesPerSecond),
    lossRate: num(raw.lossRate),
    latencyUs: { p50: num(latency.p50), p99: num(latency.p99), p999: num(latency.p999) },
    latencyHistogram: cutter.list(raw.latencyHistogram, LIMITS.points, 'buckets', (item) => {
      const bucket = object(item);
      return { from: count(bucket.from), to: count(bucket.to), count: count(bucket.count) };
    }),
    cyclesPerByte: num(raw.cyclesPerByte),
    cyclesPerFrame: num(raw.cyclesPerFrame),
    perFrame: {
      exits: num(each.exits),
      ioExits: num(each.ioExits),
      deviceAccesses: num(each.deviceAccesses),
      hypercalls: num(each.hypercalls),
      copies: num(each.copies),
      copiedBytes: num(each.copiedBytes),
      interrupts: num(each.interrupts),
      contextSwitches: num(each.contextSwitches),
      events: num(each.events),
    },
    exitsBy: Object.fromEntries(exitsBy.map(([cause, n]) => [str(cause), num(n)])),
    cores: {
      guest: num(cores.guest),
      hypervisor: num(cores.hypervisor),
      rootKernel: num(cores.rootKernel),
      rootUser: num(cores.rootUser),
    },
    limitedBy: str(raw.limitedBy),
    resources: cutter.list(raw.resources, LIMITS.resources, 'resources', (item) => {
      const resource = object(item);
      return { name: str(resource.name, 40), busy: Math.min(1, count(resource.busy)) };
    }),
    ledger: cutter.list(raw.ledger, LIMITS.rows, 'ledger rows', ledgerRow),
    faults: count(raw.faults),
    ...workloadResults(raw),
    note: optional(raw.note, LIMITS.detail),
  };
}

function compareConfig(value: unknown): CompareConfig {
  const raw = object(value);
  const direction = DIRECTIONS.find((known) => known === raw.direction) ?? 'tx';
  const load = raw.load === 'max' || raw.load === 'paced' ? raw.load : num(raw.load);
  return {
    paths: PATHS.filter((name) => Array.isArray(raw.paths) && raw.paths.includes(name)),
    profile: str(raw.profile),
    ...(typeof raw.mitigations === 'boolean' && { mitigations: raw.mitigations }),
    line: str(raw.line),
    frame: num(raw.frame),
    direction,
    load,
    vms: num(raw.vms),
    queues: num(raw.queues),
    rootCores: num(raw.rootCores),
    guestCores: num(raw.guestCores),
    postedInterrupts: raw.postedInterrupts === true,
    ...workloadConfig(raw),
    seed: num(raw.seed),
  };
}

function compare(raw: Raw, cutter: Cutter): CompareReport {
  const given = object(raw.paths);
  const paths: CompareReport['paths'] = {};
  for (const name of PATHS)
    if (isObject(given[name])) paths[name] = pathReport(given[name], cutter);
  return {
    kind: 'compare',
    title: optional(raw.title, LIMITS.name),
    config: compareConfig(raw.config),
    paths,
  };
}

function timelineStep(item: unknown, cutter: Cutter): TimelineStep {
  const step = object(item);
  const start = count(step.start);
  return {
    start,
    end: Math.max(start, count(step.end)),
    who: actor(step.who),
    what: str(step.what),
    detail: optional(step.detail, LIMITS.detail),
    bytes: optional(step.bytes, 2 * LIMITS.detail)?.replace(/[^0-9a-f]/gi, ''),
    fields: byteFields(step.fields, 2 * LIMITS.detail, cutter),
    machine: identifier(step.machine),
  };
}

function timeline(raw: Raw, cutter: Cutter): TimelineReport {
  const steps = cutter.list(raw.steps, LIMITS.steps, 'steps', (item) => timelineStep(item, cutter));
  steps.sort((a, b) => a.start - b.start);
  return {
    kind: 'timeline',
    title: str(raw.title),
    path: path(raw.path) ?? 'native',
    frame: count(raw.frame),
    steps,
  };
}

const PARTS: readonly ArchitecturePart[] = [
  'application',
  'stack',
  'driver',
  'virtual-device',
  'channel',
  'worker',
  'kernel',
  'vsp',
  'switch',
  'pf-driver',
  'hypervisor',
  'pf',
  'vf',
  'nic-switch',
  'peer',
];

/** Parts that nobody knows, and places that are no part, are left out. */
function architecture(raw: Raw, cutter: Cutter): ArchitectureReport {
  const nodes = cutter
    .list(raw.nodes, LIMITS.parts, 'parts', (item): ArchitectureNode | undefined => {
      const { id, part, who, label, vm } = object(item);
      const known = PARTS.find((name) => name === part);
      if (!known) return undefined;
      const index = vm === undefined ? {} : { vm: Math.min(99, Math.floor(count(vm))) };
      return { id: str(id), part: known, who: actor(who), label: str(label, 40), ...index };
    })
    .filter((node) => node !== undefined);
  const ids = new Set(nodes.map(({ id }) => id));
  const place = (id: unknown) => (typeof id === 'string' && ids.has(id) ? id : undefined);
  const edges = cutter
    .list(raw.edges, LIMITS.edges, 'connections', (item): ArchitectureEdge | undefined => {
      const { from, to } = object(item);
      const [a, b] = [place(from), place(to)];
      return a !== undefined && b !== undefined ? { from: a, to: b } : undefined;
    })
    .filter((edge) => edge !== undefined);
  const steps = cutter.list(raw.steps, LIMITS.steps, 'steps', (item) => {
    const step = object(item);
    const [from, to] = [place(step.from), place(step.to)];
    return {
      ...timelineStep(item, cutter),
      ...(from !== undefined && to !== undefined ? { from, to } : { at: place(step.at) }),
      exits: count(step.exits),
      copies: count(step.copies),
      cycles: count(step.cycles),
      holder: place(step.holder),
    };
  });
  steps.sort((a, b) => a.start - b.start);
  return {
    kind: 'architecture',
    title: str(raw.title),
    path: path(raw.path) ?? 'native',
    frame: count(raw.frame),
    nodes,
    edges,
    steps,
  };
}

function table(raw: Raw, cutter: Cutter): TableReport {
  const columns = cutter.list(raw.columns, LIMITS.columns, 'columns', (item) => {
    const column = object(item);
    return { name: str(column.name), unit: optional(column.unit, 24) };
  });
  const cell = (value: unknown) => (typeof value === 'number' ? value : str(value, LIMITS.detail));
  const rows = cutter.list(raw.rows, LIMITS.rows, 'rows', (row) =>
    columns.map((_, index) => cell(Array.isArray(row) ? row[index] : undefined)),
  );
  return { kind: 'table', title: str(raw.title), columns, rows };
}

function chart(raw: Raw, cutter: Cutter): ChartReport {
  const axis = (value: unknown) => {
    const given = object(value);
    return { label: str(given.label), unit: optional(given.unit, 24), log: given.log === true };
  };
  const [x, y] = [axis(raw.x), axis(raw.y)];
  const drawable = (point: { x: number; y: number }) =>
    Number.isFinite(point.x) &&
    Number.isFinite(point.y) &&
    !(x.log && point.x <= 0) &&
    !(y.log && point.y <= 0);
  const series = cutter.list(raw.series, LIMITS.series, 'series', (item) => {
    const given = object(item);
    const points = cutter.list(given.points, LIMITS.points, 'points', (p) => ({
      x: num(object(p).x),
      y: num(object(p).y),
    }));
    return {
      name: str(given.name),
      path: path(given.path),
      actor: given.actor === undefined ? undefined : actor(given.actor),
      points: points.filter(drawable).sort((a, b) => a.x - b.x),
    };
  });
  return { kind: 'chart', title: str(raw.title), x, y, series };
}

function bars(raw: Raw, cutter: Cutter): BarsReport {
  const list = cutter.list(raw.bars, LIMITS.bars, 'bars', (item) => {
    const bar = object(item);
    const segments = cutter.list(bar.segments, LIMITS.segments, 'segments', (s) => {
      const segment = object(s);
      return { who: actor(segment.who), what: str(segment.what), value: count(segment.value) };
    });
    return { name: str(bar.name), segments };
  });
  return { kind: 'bars', title: str(raw.title), unit: str(raw.unit, 24), bars: list };
}

const STATES: readonly BusMapState[] = ['answers', 'not enabled', 'silent', 'no bus'];

/** A bus number and a requester id are brought into their ranges, so that each has a place in the grid. */
function busMap(raw: Raw, cutter: Cutter): BusMapReport {
  const whole = (value: unknown, most: number) => Math.min(most, Math.floor(count(value)));
  const buses = cutter.list(raw.buses, LIMITS.buses, 'buses', (item) => {
    const bus = object(item);
    return { bus: whole(bus.bus, 255), routed: bus.routed === true };
  });
  const functions = cutter.list(raw.functions, LIMITS.functions, 'functions', (item) => {
    const one = object(item);
    const clean: BusMapFunction = {
      requesterId: whole(one.requesterId, 0xffff),
      place: str(one.place, 12),
      label: str(one.label, 4),
      name: str(one.name, 40),
      role: one.role === 'pf' ? 'pf' : 'vf',
      group: whole(one.group, 7),
      state: STATES.find((state) => state === one.state) ?? 'not enabled',
    };
    return clean;
  });
  return { kind: 'bus-map', title: str(raw.title), buses, functions };
}

/** What lies outside of the window is cut at its ends; what lies wholly outside is left out. */
function addressMap(raw: Raw, cutter: Cutter): AddressMapReport {
  const [base, size] = [count(raw.base), count(raw.size)];
  const parts = cutter
    .list(raw.parts, LIMITS.stretches, 'parts', (item): AddressMapPart => {
      const part = object(item);
      const start = Math.max(base, count(part.start));
      const end = Math.min(base + size, count(part.start) + count(part.size));
      return {
        name: str(part.name, 60),
        group: str(part.group, 40),
        start,
        size: Math.max(0, end - start),
        used: part.used === true,
      };
    })
    .filter((part) => part.size > 0);
  return { kind: 'address-map', title: str(raw.title), base, size, parts };
}

function walk(raw: Raw, cutter: Cutter): WalkReport {
  const pair = (value: unknown): [string, string] => {
    const given = Array.isArray(value) ? value : [];
    return [str(given[0]), str(given[1])];
  };
  const whole = (value: unknown) => Math.floor(count(value));
  const entries = cutter.list(raw.entries, LIMITS.entries, 'entries', (item) => {
    const entry = object(item);
    const total = Math.max(1, whole(entry.entries));
    return {
      table: str(entry.table),
      by: str(entry.by),
      index: Math.min(whole(entry.index), total - 1),
      entries: total,
      address: whole(entry.address),
      words: cutter.list(entry.words, 8, 'words', (word) => num(word) >>> 0),
      fields: cutter.list(entry.fields, 16, 'fields', (f) => ({
        name: str(object(f).name),
        value: str(object(f).value),
      })),
    };
  });
  return {
    kind: 'walk',
    title: str(raw.title),
    request: pair(raw.request),
    entries,
    result: pair(raw.result),
    refused: raw.refused === true,
  };
}

function capture(raw: Raw, cutter: Cutter): CaptureReport {
  const name = str(raw.name, 80)
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '');
  return {
    kind: 'capture',
    name: name || 'capture.pcap',
    frames: Math.floor(count(raw.frames)),
    bytes: cutter.bytes(raw.bytes, LIMITS.captureBytes),
  };
}

function sweep(raw: Raw, cutter: Cutter): SweepReport {
  const run = (value: unknown): PathReport => pathReport(value, cutter);
  return sweepOf(raw, cutter, { run, config: compareConfig });
}

const KINDS: Record<string, (raw: Raw, cutter: Cutter) => Report> = {
  compare,
  repeat: (raw) => repeat(raw, compareConfig(raw.config)),
  sensitivity: (raw, cutter) => sensitivity(raw, compareConfig(raw.config), cutter),
  timeline,
  architecture,
  table,
  chart,
  bars,
  hexdump,
  registers,
  ring,
  'bus-map': busMap,
  'address-map': addressMap,
  walk,
  capture,
  sweep,
};

/** Never throws; an unknown kind becomes a text that says so. */
export function sanitize(value: unknown): Sanitized {
  const raw = object(value);
  const kind = typeof raw.kind === 'string' ? raw.kind : '';
  const cutter = new Cutter();
  const text = (words: string): TextReport => ({ kind: 'text', text: words });
  if (kind === 'text') {
    const words = str(raw.text, LIMITS.text);
    return { report: text(words), cut: words.length > LIMITS.text ? ['text'] : [] };
  }
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!make)
    return { report: text(`A report of kind “${str(raw.kind, 40)}” cannot be shown.`), cut: [] };
  return { report: make(raw, cutter), cut: cutter.cut };
}
