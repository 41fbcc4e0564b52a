import * as v from 'valibot';
import { sweepSchemas } from './sweep-schema.ts';

/**
 * The schema of what a run may put on the page. It mirrors the lab's report types, which the site checks
 * when it compiles; the sizes keep a hostile run from drowning the page.
 */

const words = v.pipe(v.string(), v.maxLength(100_000));
const label = v.pipe(v.string(), v.maxLength(300));
const optionalLabel = v.optional(label);
const list = <T extends v.GenericSchema>(item: T, most: number) =>
  v.pipe(v.array(item), v.maxLength(most));
const number = v.union([v.number(), v.nan()]);
const bytes = v.pipe(
  v.instance(Uint8Array),
  v.transform((b) => b as Uint8Array),
);

const actor = v.picklist([
  'guest-user',
  'guest-kernel',
  'hypervisor',
  'root-kernel',
  'root-user',
  'device',
  'wire',
]);
const path = v.picklist(['native', 'emulated', 'vmbus', 'sriov']);
const unit = optionalLabel;

const numbers = <K extends string>(...keys: K[]) =>
  v.object(Object.fromEntries(keys.map((key) => [key, number])) as Record<K, typeof number>);

const wayReport = v.object({
  deliveredFrames: number,
  deliveredBytes: number,
  deliveredSha256: label,
  throughputGbps: number,
  framesPerSecond: number,
  lossRate: number,
  latencyUs: numbers('p50', 'p99', 'p999'),
});

const pathReport = v.looseObject({
  deliveredFrames: number,
  deliveredBytes: number,
  deliveredSha256: label,
  traceHash: label,
  throughputGbps: number,
  framesPerSecond: number,
  lossRate: number,
  latencyUs: numbers('p50', 'p99', 'p999'),
  latencyHistogram: list(numbers('from', 'to', 'count'), 500),
  cyclesPerByte: number,
  cyclesPerFrame: number,
  perFrame: numbers(
    'exits',
    'ioExits',
    'deviceAccesses',
    'hypercalls',
    'copies',
    'copiedBytes',
    'interrupts',
    'contextSwitches',
    'events',
  ),
  exitsBy: v.record(label, number),
  cores: numbers('guest', 'hypervisor', 'rootKernel', 'rootUser'),
  limitedBy: label,
  resources: list(v.object({ name: label, busy: number }), 20),
  ledger: list(v.object({ who: actor, what: label, cycles: number, count: number }), 500),
  faults: number,
  ways: v.optional(v.object({ tx: wayReport, rx: wayReport })),
  appShare: v.optional(number),
  bulk: v.optional(
    v.object({
      coalescedIn: v.optional(v.picklist(['nic', 'switch', 'stack'])),
      framesPerSegmentSent: number,
      framesPerSegmentReceived: number,
      acknowledgementsSent: number,
      acknowledgementsReceived: number,
    }),
  ),
  note: v.optional(words),
});

const compareReport = v.object({
  kind: v.literal('compare'),
  title: optionalLabel,
  config: v.looseObject({
    paths: list(path, 4),
    profile: label,
    mitigations: v.optional(v.boolean()),
    line: label,
    frame: number,
    direction: v.picklist(['tx', 'rx', 'rr', 'both']),
    load: v.union([v.picklist(['max', 'paced']), number]),
    vms: number,
    queues: number,
    rootCores: number,
    guestCores: number,
    durationMs: v.optional(number),
    frames: v.optional(number),
    postedInterrupts: v.boolean(),
    arrivals: v.optional(v.picklist(['regular', 'poisson'])),
    sizes: v.optional(v.union([v.literal('imix'), list(number, 10_000)])),
    recorded: v.optional(list(numbers('length', 'time'), 200_000)),
    inFlight: v.optional(number),
    appShare: v.optional(number),
    bulk: v.optional(
      v.object({
        bytes: v.optional(number),
        checksum: v.boolean(),
        segmentation: v.boolean(),
        coalescing: v.union([v.boolean(), v.picklist(['nic', 'switch', 'stack'])]),
        window: number,
        ipv6: v.boolean(),
      }),
    ),
    seed: number,
  }),
  paths: v.object({
    native: v.optional(pathReport),
    emulated: v.optional(pathReport),
    vmbus: v.optional(pathReport),
    sriov: v.optional(pathReport),
  }),
});

const byteFields = v.optional(
  list(
    v.object({
      offset: number,
      length: number,
      name: label,
      value: optionalLabel,
      section: optionalLabel,
    }),
    1_000,
  ),
);

const step = {
  start: number,
  end: number,
  who: actor,
  what: label,
  detail: v.optional(words),
  bytes: v.optional(words),
  fields: byteFields,
  machine: optionalLabel,
};

const timelineReport = v.object({
  kind: v.literal('timeline'),
  title: label,
  path,
  frame: number,
  steps: list(v.object(step), 2_000),
});

const architectureReport = v.object({
  kind: v.literal('architecture'),
  title: label,
  path,
  frame: number,
  nodes: list(
    v.object({
      id: label,
      part: v.picklist([
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
      ]),
      who: actor,
      label,
      vm: v.optional(number),
    }),
    100,
  ),
  edges: list(v.object({ from: label, to: label }), 300),
  steps: list(
    v.object({
      ...step,
      at: optionalLabel,
      from: optionalLabel,
      to: optionalLabel,
      exits: number,
      copies: number,
      cycles: number,
      holder: optionalLabel,
    }),
    2_000,
  ),
});

const tableReport = v.object({
  kind: v.literal('table'),
  title: label,
  columns: list(v.object({ name: label, unit }), 50),
  rows: list(list(v.union([words, number]), 50), 5_000),
});

const axis = v.object({ label, unit, log: v.optional(v.boolean()) });
const chartReport = v.object({
  kind: v.literal('chart'),
  title: label,
  x: axis,
  y: axis,
  series: list(
    v.object({
      name: label,
      path: v.optional(path),
      actor: v.optional(actor),
      points: list(v.object({ x: number, y: number }), 5_000),
    }),
    8,
  ),
});

const barsReport = v.object({
  kind: v.literal('bars'),
  title: label,
  unit: label,
  bars: list(
    v.object({
      name: label,
      segments: list(v.object({ who: actor, what: label, value: number }), 200),
    }),
    100,
  ),
});

const hexdumpReport = v.object({
  kind: v.literal('hexdump'),
  title: label,
  bytes: v.pipe(
    bytes,
    v.check((b) => b.length <= 65_536, 'a hexdump has at most 65,536 bytes'),
  ),
  fields: byteFields,
  source: optionalLabel,
});

const registerField = v.object({
  name: label,
  value: label,
  bit: v.optional(number),
  bits: v.optional(number),
});
const registersReport = v.object({
  kind: v.literal('registers'),
  title: label,
  registers: list(
    v.object({
      name: label,
      offset: number,
      value: number,
      width: v.optional(number),
      section: optionalLabel,
      fields: v.optional(list(registerField, 64)),
    }),
    1_000,
  ),
  source: optionalLabel,
});

const slot = v.object({
  owner: v.picklist(['software', 'device', 'free']),
  label,
  fields: v.optional(list(v.object({ name: label, value: label, section: optionalLabel }), 64)),
});

const ringReport = v.object({
  kind: v.literal('ring'),
  title: label,
  size: number,
  head: number,
  tail: number,
  slots: list(slot, 4_096),
  source: optionalLabel,
});

const busMapReport = v.object({
  kind: v.literal('bus-map'),
  title: label,
  buses: list(v.object({ bus: number, routed: v.boolean() }), 16),
  functions: list(
    v.object({
      requesterId: number,
      place: label,
      label,
      name: label,
      role: v.picklist(['pf', 'vf']),
      group: number,
      state: v.picklist(['answers', 'not enabled', 'silent', 'no bus']),
    }),
    1_024,
  ),
});

const addressMapReport = v.object({
  kind: v.literal('address-map'),
  title: label,
  base: number,
  size: number,
  parts: list(
    v.object({ name: label, group: label, start: number, size: number, used: v.boolean() }),
    2_048,
  ),
});

const pair = v.tuple([words, words]);
const walkReport = v.object({
  kind: v.literal('walk'),
  title: label,
  request: pair,
  entries: list(
    v.object({
      table: label,
      by: label,
      index: number,
      entries: number,
      address: number,
      words: list(number, 8),
      fields: list(v.object({ name: label, value: label }), 16),
    }),
    16,
  ),
  result: pair,
  refused: v.boolean(),
});

const captureReport = v.object({ kind: v.literal('capture'), name: label, frames: number, bytes });

const textReport = v.object({ kind: v.literal('text'), text: words });

const { sweepReport, progress } = sweepSchemas({
  label,
  path,
  config: compareReport.entries.config,
  run: v.omit(pathReport, ['ledger']),
});
export const ProgressSchema = progress;
export type SweepProgress = v.InferOutput<typeof ProgressSchema>;

const byPath = v.record(path, number);
const repeatReport = v.object({
  kind: v.literal('repeat'),
  title: optionalLabel,
  config: compareReport.entries.config,
  seeds: list(number, 100),
  units: v.record(label, label),
  paths: v.record(path, v.record(label, numbers('mean', 'low', 'high'))),
});

const sensitivityReport = v.object({
  kind: v.literal('sensitivity'),
  title: optionalLabel,
  config: compareReport.entries.config,
  figure: label,
  unit: label,
  by: number,
  base: byPath,
  order: label,
  rows: list(
    v.object({
      cost: label,
      value: number,
      unit: label,
      status: label,
      less: byPath,
      more: byPath,
      turns: v.boolean(),
    }),
    100,
  ),
});

export const ReportSchema = v.variant('kind', [
  compareReport,
  repeatReport,
  sensitivityReport,
  timelineReport,
  architectureReport,
  tableReport,
  chartReport,
  barsReport,
  hexdumpReport,
  registersReport,
  ringReport,
  busMapReport,
  addressMapReport,
  walkReport,
  captureReport,
  sweepReport,
  textReport,
]);
export type Report = v.InferOutput<typeof ReportSchema>;

export const KnobSchema = v.variant('type', [
  v.object({
    type: v.literal('number'),
    label,
    value: v.number(),
    default: v.number(),
    min: v.number(),
    max: v.number(),
    step: v.number(),
    unit,
  }),
  v.object({
    type: v.literal('choice'),
    label,
    value: v.union([label, v.number()]),
    default: v.union([label, v.number()]),
    choices: list(v.union([label, v.number()]), 100),
  }),
  v.object({
    type: v.literal('switch'),
    label,
    value: v.boolean(),
    default: v.boolean(),
    dialog: v.optional(v.object({ title: label, page: label, note: optionalLabel })),
  }),
]);
export type KnobSpec = v.InferOutput<typeof KnobSchema>;
export type KnobValue = number | string | boolean;

export const ExpectationSchema = v.object({
  name: label,
  passed: v.boolean(),
  wanted: words,
  seen: words,
});
export type Expectation = v.InferOutput<typeof ExpectationSchema>;
