import type {
  Actor,
  LedgerRow,
  PathName,
  PathReport,
  Report,
  TimelineStep,
} from '../../../sandbox/lab/report.ts';
import { ARCHITECTURE } from './architecture-sample.ts';
import { metricsSamples } from './metrics-samples.ts';

/**
 * Reports of the right shape and plausible size, for tests and for work on the pictures. The figures are
 * made up: no page may show them.
 */

type Spend = [Actor, string, number, number];

function path(spends: Spend[], over: Partial<PathReport>): PathReport {
  const frames = 2000;
  const ledger: LedgerRow[] = spends.map(([who, what, cycles, times]) => ({
    who,
    what,
    cycles: cycles * frames,
    count: times * frames,
  }));
  const cyclesPerFrame = spends.reduce((sum, [, , cycles]) => sum + cycles, 0);
  return {
    deliveredFrames: frames,
    deliveredBytes: frames * 1514,
    deliveredSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    traceHash: 'a1b2c3d4',
    throughputGbps: 1,
    framesPerSecond: 1,
    lossRate: 0,
    latencyUs: { p50: 1, p99: 2, p999: 2.4 },
    latencyHistogram: [{ from: 1, to: 2, count: frames }],
    cyclesPerByte: cyclesPerFrame / 1514,
    cyclesPerFrame,
    perFrame: {
      exits: 0,
      ioExits: 0,
      deviceAccesses: 0,
      hypercalls: 0,
      copies: 0,
      copiedBytes: 0,
      interrupts: 0,
      contextSwitches: 0,
      events: 12,
    },
    exitsBy: {},
    cores: { guest: 0.4, hypervisor: 0.2, rootKernel: 0.3, rootUser: 0.1 },
    limitedBy: 'guest core',
    resources: [
      { name: 'link', busy: 0.4 },
      { name: 'guest core', busy: 0.99 },
    ],
    ledger,
    faults: 0,
    ...over,
  };
}

const emulated = path(
  [
    ['guest-kernel', 'stack', 2783, 1],
    ['guest-kernel', 'driver', 1290, 1],
    ['hypervisor', 'intercept', 13_000, 6.5],
    ['root-kernel', 'switch', 900, 1],
    ['root-kernel', 'context switch', 21_096, 4],
    ['root-user', 'emulation', 28_000, 6.5],
    ['root-user', 'copy', 1817, 1],
  ],
  {
    throughputGbps: 0.48,
    framesPerSecond: 39_420,
    latencyUs: { p50: 31.2, p99: 58.4, p999: 70.1 },
    perFrame: {
      exits: 9.2,
      ioExits: 6.5,
      deviceAccesses: 6.5,
      hypercalls: 0,
      copies: 1,
      copiedBytes: 1514,
      interrupts: 1,
      contextSwitches: 4,
      events: 60,
    },
    exitsBy: { 'port I/O': 6.5, interrupt: 1, 'end of interrupt': 1, halt: 0.7 },
    limitedBy: 'worker process',
  },
);

const vmbus = path(
  [
    ['guest-kernel', 'stack', 2783, 1],
    ['guest-kernel', 'NetVSC', 810, 1],
    ['hypervisor', 'hypercall', 312, 0.1],
    ['root-kernel', 'NetVSP', 1150, 1],
    ['root-kernel', 'switch', 900, 1],
    ['root-kernel', 'copy', 1817, 1],
  ],
  {
    throughputGbps: 6.1,
    framesPerSecond: 503_634,
    latencyUs: { p50: 12.8, p99: 26.9, p999: 32.3 },
    perFrame: {
      exits: 0.3,
      ioExits: 0.1,
      deviceAccesses: 0,
      hypercalls: 0.1,
      copies: 1,
      copiedBytes: 1514,
      interrupts: 0.12,
      contextSwitches: 0.1,
      events: 14,
    },
    exitsBy: { hypercall: 0.1, interrupt: 0.1, 'end of interrupt': 0.1 },
    limitedBy: 'root core',
  },
);

const sriov = path(
  [
    ['guest-kernel', 'stack', 2783, 1],
    ['guest-kernel', 'VF driver', 645, 1],
    ['hypervisor', 'interrupt', 420, 0.12],
    ['device', 'DMA', 0, 2],
    ['wire', 'frame', 0, 1],
  ],
  {
    throughputGbps: 9.84,
    framesPerSecond: 812_744,
    latencyUs: { p50: 4.6, p99: 7.1, p999: 8.5 },
    perFrame: {
      exits: 0.24,
      ioExits: 0,
      deviceAccesses: 0.25,
      hypercalls: 0,
      copies: 0,
      copiedBytes: 0,
      interrupts: 0.12,
      contextSwitches: 0,
      events: 9,
    },
    exitsBy: { interrupt: 0.12, 'end of interrupt': 0.12 },
    limitedBy: 'line',
  },
);

const FRAME = '00155d010203525400123456080045000024000040004011b6c40a00020f0a000202';

function steps(): TimelineStep[] {
  const list: [Actor, string, number, string?, string?][] = [
    ['guest-user', 'send', 300, 'A program writes 1472 bytes to a socket.'],
    ['guest-kernel', 'network stack', 950, 'Headers are put before the payload.', FRAME],
    [
      'guest-kernel',
      'write descriptor',
      60,
      'TDES0 gets its OWN bit.',
      '000000808005006000401f0000000000',
    ],
    ['hypervisor', 'port I/O intercept', 680, 'OUT to CSR1 leaves the guest.'],
    ['root-kernel', 'intercept message', 1800, 'The message wakes the worker process.'],
    ['root-user', 'CSR1 handler', 2400, 'The model polls the descriptor list.'],
    ['root-user', 'read descriptor', 140, undefined, '000000808005006000401f0000000000'],
    ['root-user', 'copy frame', 620, 'From guest memory to the worker’s buffer.', FRAME],
    [
      'root-kernel',
      'virtual switch',
      320,
      'Destination 52:54:00:12:34:56 is behind the physical NIC.',
    ],
    ['device', 'DMA', 410],
    [
      'wire',
      'frame on the wire',
      1230,
      '1514 bytes and 24 of preamble, check sequence and gap at 10 Gb/s.',
    ],
    ['hypervisor', 'resume guest', 300],
    ['guest-kernel', 'return from send', 90_000, 'Until the next tick nothing happens.'],
  ];
  let at = 0;
  return list.map(([who, what, took, detail, bytes]) => {
    const start = at;
    at += took;
    const fields =
      bytes === FRAME ? [{ offset: 0, length: 6, name: 'to', section: 'IEEE 802.3' }] : undefined;
    return { start, end: at, who, what, detail, bytes, fields, machine: 'WorkerProcess' };
  });
}

function mixed(): Uint8Array {
  return Uint8Array.from({ length: 96 }, (_, i) =>
    i < 34 ? Number.parseInt(FRAME.slice(2 * i, 2 * i + 2), 16) || 0 : 32 + ((i * 7) % 90),
  );
}

/** A classic capture of a few frames, some microseconds apart. */
function capture(): Uint8Array {
  const lengths = [42, 42, 98, 98, 1514, 60];
  const file = new Uint8Array(24 + lengths.reduce((sum, length) => sum + 16 + length, 0));
  const view = new DataView(file.buffer);
  for (const [at, word] of [0xa1b2c3d4, 0x00040002, 0, 0, 65_535, 1].entries())
    view.setUint32(4 * at, word, true);
  let at = 24;
  for (const [index, length] of lengths.entries()) {
    for (const [n, word] of [1, 250 * index * index, length, length].entries())
      view.setUint32(at + 4 * n, word, true);
    file.set(mixed().subarray(0, 42), at + 16);
    at += 16 + length;
  }
  return file;
}

const config = {
  paths: ['emulated', 'vmbus', 'sriov'],
  profile: 'nehalem-2008r2',
  line: '10G',
  frame: 1514,
  direction: 'tx',
  load: 'max',
  vms: 1,
  queues: 1,
  rootCores: 1,
  guestCores: 1,
  frames: 2000,
  postedInterrupts: false,
  seed: 1,
} as const;

const sizes = [64, 128, 256, 512, 1024, 1514];

export const SAMPLES: Record<string, Report> = {
  compare: {
    kind: 'compare',
    config: { ...config, paths: [...config.paths] },
    paths: { emulated, vmbus, sriov },
  },
  ...metricsSamples({ ...config, paths: ['vmbus', 'sriov'] }),
  timeline: {
    kind: 'timeline',
    title: 'One frame, emulated path',
    path: 'emulated',
    frame: 1514,
    steps: steps(),
  },
  architecture: ARCHITECTURE,
  'bus-map': {
    kind: 'bus-map',
    title: 'Functions on their buses',
    buses: [
      { bus: 1, routed: true },
      { bus: 2, routed: false },
    ],
    functions: Array.from({ length: 41 }, (_, n) => ({
      requesterId: n === 0 ? 0x0100 : 0x0180 + 7 * (n - 1),
      place: `place ${n}`,
      label: n === 0 ? 'PF' : String(n - 1),
      name: n === 0 ? 'PF' : `VF ${n - 1}`,
      role: n === 0 ? 'pf' : 'vf',
      group: n % 2,
      state: (['answers', 'silent', 'not enabled', 'no bus'] as const)[n % 4],
    })),
  },
  'address-map': {
    kind: 'address-map',
    title: 'Memory of virtual functions',
    base: 0xe0000000,
    size: 1 << 20,
    parts: [0, 3].flatMap((bar) =>
      Array.from({ length: 8 }, (_, n) => ({
        name: `VF ${n}, BAR ${bar}`,
        group: `VF BAR ${bar}`,
        start: 0xe0000000 + (bar === 0 ? 0 : 0x40000) + n * 0x4000,
        size: 0x4000,
        used: n < 3,
      })),
    ),
  },
  chart: {
    kind: 'chart',
    title: 'Throughput by frame size',
    x: { label: 'Frame size', unit: 'B', log: true },
    y: { label: 'Throughput', unit: 'Gb/s', log: true },
    series: [
      { name: 'emulated', path: 'emulated', points: sizes.map((x) => ({ x, y: x / 3200 })) },
      { name: 'VMBus', path: 'vmbus', points: sizes.map((x) => ({ x, y: x / 248 })) },
      {
        name: 'SR-IOV',
        path: 'sriov',
        points: sizes.map((x) => ({ x, y: Math.min(9.8, x / 60) })),
      },
    ],
  },
  bars: {
    kind: 'bars',
    title: 'Cycles of one exit',
    unit: 'cycles',
    bars: [
      { name: 'in hypervisor', segments: [{ who: 'hypervisor', what: 'exit', value: 3000 }] },
      {
        name: 'in worker',
        segments: [
          { who: 'hypervisor', what: 'exit', value: 3000 },
          { who: 'root-kernel', what: 'wake', value: 5274 },
          { who: 'root-user', what: 'emulate', value: 4300 },
        ],
      },
    ],
  },
  table: {
    kind: 'table',
    title: 'Frames per second',
    columns: [
      { name: 'Frame', unit: 'B' },
      { name: 'Frames a second at 10G' },
      { name: 'Verdict' },
    ],
    rows: [
      [64, 14_880_952, 'never from one core'],
      [1518, 812_744, 'within reach'],
    ],
  },
  hexdump: {
    kind: 'hexdump',
    title: 'An Ethernet frame',
    bytes: mixed(),
    fields: [
      { offset: 0, length: 6, name: 'destination', value: '00:15:5d:01:02:03' },
      { offset: 6, length: 6, name: 'source', value: '52:54:00:12:34:56' },
      { offset: 12, length: 2, name: 'type', value: 'IPv4' },
    ],
  },
  registers: {
    kind: 'registers',
    title: 'DEC 21140',
    source: 'facts of the sample',
    registers: [
      {
        name: 'CSR5 status',
        offset: 0x28,
        value: 0xf0010004,
        section: 'section 2, CSR5',
        fields: [
          { name: 'TU', value: '1', bit: 2 },
          { name: 'NIS', value: '1', bit: 16 },
          { name: 'RS', value: '3: waits', bit: 17, bits: 3 },
          { name: 'TS', value: '0: stopped', bit: 20, bits: 3 },
        ],
      },
      {
        name: 'CSR6',
        offset: 0x30,
        value: 0x020e2002,
        fields: [{ name: 'ST', value: '1', bit: 13 }],
      },
      { name: 'Control', offset: 0x168, value: 0x19, width: 16, fields: [] },
    ],
  },
  ring: {
    kind: 'ring',
    title: 'Transmit ring',
    size: 16,
    head: 5,
    tail: 11,
    source: 'facts of the sample',
    slots: Array.from({ length: 16 }, (_, i) => ({
      owner:
        i >= 5 && i < 11 ? ('device' as const) : i < 2 ? ('software' as const) : ('free' as const),
      label: i >= 5 && i < 11 ? `frame ${i}` : '',
      fields: [
        { name: 'OWN', value: i >= 5 && i < 11 ? '1' : '0', section: 'section 3, TDES0' },
        { name: 'TBS1', value: String(60 + i), section: 'section 3, TDES1' },
      ],
    })),
  },
  walk: {
    kind: 'walk',
    title: '01:10.2 reads 0x101000',
    request: ['from 01:10.2', '0x101000'],
    entries: [
      {
        table: 'root table',
        by: 'bus',
        index: 1,
        entries: 256,
        address: 0x1010,
        words: [0x3001, 0, 0, 0],
        fields: [
          { name: 'present', value: '1' },
          { name: 'context table', value: '0x3000' },
        ],
      },
      {
        table: 'context table',
        by: 'device and function',
        index: 0x82,
        entries: 256,
        address: 0x3820,
        words: [0x2001, 0, 0x101, 0],
        fields: [{ name: 'domain id', value: '1' }],
      },
      {
        table: 'level 3',
        by: 'address bits 38 to 30',
        index: 0,
        entries: 512,
        address: 0x2000,
        words: [0x4003, 0],
        fields: [{ name: 'next table', value: '0x4000' }],
      },
      {
        table: 'level 2',
        by: 'address bits 29 to 21',
        index: 511,
        entries: 512,
        address: 0x4ff8,
        words: [0x600083, 0],
        fields: [{ name: 'page of 2 MiB', value: '0x600000' }],
      },
    ],
    result: ['host address', '0x701000'],
    refused: false,
  },
  sweep: {
    kind: 'sweep',
    find: 'run',
    over: { option: 'frame', values: sizes },
    config: { ...config, paths: [...config.paths] },
    figure: 'throughputGbps',
    points: sizes.slice(0, 5).flatMap((value) =>
      Object.entries({ emulated, vmbus, sriov }).map(([name, { ledger: _, ...run }]) => ({
        value,
        path: name as PathName,
        run: { ...run, throughputGbps: (run.throughputGbps * value) / 1514 },
      })),
    ),
  },
  capture: { kind: 'capture', name: 'wire.pcap', frames: 6, bytes: capture() },
  text: { kind: 'text', text: '18 frames sent, 18 arrived, every byte equal.' },
};
