/** The settings that the panels have: what they are called, what they take, and when they matter. */

export type Value = string | number | boolean;
/** A value for each field, by its name. */
export type Panels = Record<string, Value>;

interface Common {
  name: string;
  label: string;
  /** A sentence below it. */
  note?: string;
  /** Whether it matters with these settings; always when left out. */
  when?: (panels: Panels) => boolean;
}
export type NumberField = Common & {
  type: 'number';
  usual: number;
  min: number;
  max: number;
  unit?: string;
};
export type ChoiceField = Common & {
  type: 'choice';
  usual: string;
  choices: readonly (readonly [value: string, words: string])[];
};
export type BoxField = Common & { type: 'box'; usual: boolean };
export type TextField = Common & { type: 'text'; usual: string; longest: number };
export type Field = NumberField | ChoiceField | BoxField | TextField;

export interface Panel {
  name: string;
  title: string;
  open: boolean;
  fields: readonly Field[];
}

const AS_PROFILE = ['profile', 'by generation'] as const;
const synthetic = (panels: Panels): boolean => panels.kind === 'synthetic';
const bulk = (panels: Panels): boolean => panels.traffic === 'bulk';
const clocked = (panels: Panels): boolean => !bulk(panels) && panels.load !== 'max';

const HOST: Panel = {
  name: 'host',
  title: 'Host',
  open: true,
  fields: [
    {
      type: 'choice',
      name: 'profile',
      label: 'Generation, and whose costs',
      usual: 'sandybridge-2012',
      choices: [
        ['nehalem-2008r2', 'Nehalem, 2008 R2'],
        ['sandybridge-2012', 'Sandy Bridge, 2012'],
        ['skylake-2017', 'Skylake, 2017'],
        ['icelake-zen3-2021', 'Ice Lake and Zen 3, 2021'],
        ['own', 'your own profile'],
      ],
    },
    {
      type: 'number',
      name: 'rootCores',
      label: 'Processors of the root',
      usual: 1,
      min: 1,
      max: 16,
    },
    {
      type: 'choice',
      name: 'line',
      label: 'Line',
      usual: '10G',
      choices: ['1G', '10G', '25G', '40G', '100G'].map((line) => [
        line,
        line.replace('G', ' Gb/s'),
      ]),
    },
    {
      type: 'choice',
      name: 'mitigations',
      label: 'Mitigations of 2018',
      usual: 'profile',
      choices: [AS_PROFILE, ['on', 'on'], ['off', 'off']],
    },
    {
      type: 'choice',
      name: 'posted',
      label: 'Posted interrupts',
      usual: 'profile',
      choices: [AS_PROFILE, ['on', 'on'], ['off', 'off']],
    },
    {
      type: 'choice',
      name: 'lacks',
      label: 'What it lacks for SR-IOV',
      usual: 'nothing',
      choices: [
        ['nothing', 'nothing'],
        ['slat', 'second-level translation'],
        ['interruptRemapping', 'interrupt remapping'],
        ['dmaRemapping', 'DMA remapping'],
        ['remappingEnabled', 'remapping, by a boot option'],
        ['biosSupport', 'the setting in the BIOS'],
        ['firmwareTables', 'right tables of the BIOS'],
        ['pciExpress', 'PCI Express, as reported'],
        ['expressControl', 'control of PCI Express'],
        ['acs', 'ACS at any root port'],
        ['acsInSlot', 'ACS above this card'],
        ['barSpace', 'address space for VFs'],
        ['busNumbers', 'bus numbers for VFs'],
        ['pfDriver', 'a driver with SR-IOV'],
        ['sriovKeyword', '*SRIOV on the card'],
      ],
    },
    {
      type: 'number',
      name: 'vfs',
      label: 'Virtual functions of the NIC',
      usual: 63,
      min: 1,
      max: 63,
    },
  ],
};

const SWITCH: Panel = {
  name: 'vmSwitch',
  title: 'Virtual switch',
  open: true,
  fields: [
    { type: 'text', name: 'switchName', label: 'Name', usual: 'External', longest: 40 },
    {
      type: 'box',
      name: 'switchIov',
      label: 'Enable single-root I/O virtualization (SR-IOV)',
      note: 'Chosen when the switch is created. It cannot be changed afterwards.',
      usual: false,
    },
  ],
};

const MACHINES: Panel = {
  name: 'vms',
  title: 'Virtual machines',
  open: true,
  fields: [
    { type: 'number', name: 'vms', label: 'How many', usual: 1, min: 1, max: 60 },
    { type: 'number', name: 'processors', label: 'Processors of each', usual: 1, min: 1, max: 16 },
  ],
};

const ADAPTER: Panel = {
  name: 'adapter',
  title: 'Network adapter of each',
  open: true,
  fields: [
    {
      type: 'choice',
      name: 'kind',
      label: 'Kind',
      usual: 'synthetic',
      choices: [
        ['synthetic', 'network adapter'],
        ['legacy', 'legacy network adapter'],
      ],
    },
    {
      type: 'box',
      name: 'adapterIov',
      label: 'Enable SR-IOV',
      note: 'Sets the weight of this adapter to 100, or else to 0. A legacy adapter has no such box.',
      usual: false,
      when: synthetic,
    },
    {
      type: 'box',
      name: 'vmq',
      label: 'Enable virtual machine queue',
      usual: true,
      when: synthetic,
    },
    {
      type: 'number',
      name: 'queues',
      label: 'Queues',
      usual: 1,
      min: 1,
      max: 8,
      when: synthetic,
    },
    {
      type: 'box',
      name: 'vrss',
      label: 'Spread flows over the queues (vRSS)',
      usual: true,
      when: (panels) => synthetic(panels) && Number(panels.queues) > 1,
    },
    {
      type: 'number',
      name: 'limit',
      label: 'Maximum bandwidth, 0 for none',
      note: 'A policy of the port of the virtual switch.',
      usual: 0,
      min: 0,
      max: 100_000,
      unit: 'Mb/s',
    },
  ],
};

const WORKLOAD: Panel = {
  name: 'workload',
  title: 'Workload',
  open: true,
  fields: [
    {
      type: 'choice',
      name: 'direction',
      label: 'The guest',
      usual: 'tx',
      choices: [
        ['tx', 'sends'],
        ['rx', 'receives'],
        ['rr', 'sends requests, awaits replies'],
        ['both', 'sends and receives'],
      ],
    },
    {
      type: 'choice',
      name: 'traffic',
      label: 'What travels',
      usual: 'frames',
      choices: [
        ['frames', 'frames of one length'],
        ['imix', 'simple IMIX'],
        ['bulk', 'bulk transfer (TCP)'],
      ],
    },
    {
      type: 'number',
      name: 'frame',
      label: 'Frame, without FCS',
      usual: 1514,
      min: 60,
      max: 9014,
      unit: 'B',
      when: (panels) => panels.traffic !== 'imix',
    },
    {
      type: 'choice',
      name: 'load',
      label: 'Load',
      usual: 'max',
      choices: [
        ['max', 'as fast as it goes'],
        ['paced', 'paced: 250 a second'],
        ['rate', 'a rate of its own'],
      ],
      when: (panels) => !bulk(panels),
    },
    {
      type: 'number',
      name: 'rate',
      label: 'Rate of each machine',
      usual: 50_000,
      min: 1,
      max: 10_000_000,
      unit: 'frames/s',
      when: (panels) => !bulk(panels) && panels.load === 'rate',
    },
    {
      type: 'choice',
      name: 'arrivals',
      label: 'Arrivals',
      usual: 'regular',
      choices: [
        ['regular', 'regular'],
        ['poisson', 'at random (Poisson)'],
      ],
      when: clocked,
    },
    {
      type: 'number',
      name: 'inFlight',
      label: 'Requests under way',
      usual: 1,
      min: 1,
      max: 64,
      when: (panels) => !bulk(panels) && panels.direction === 'rr' && panels.load === 'max',
    },
    { type: 'box', name: 'checksum', label: 'Checksums by the NIC', usual: true, when: bulk },
    {
      type: 'box',
      name: 'segmentation',
      label: 'Segmentation by the NIC',
      usual: true,
      when: (panels) => bulk(panels) && panels.checksum === true,
    },
    {
      type: 'box',
      name: 'coalescing',
      label: 'Coalescing of what comes',
      usual: false,
      when: (panels) => bulk(panels) && panels.checksum === true,
    },
    {
      type: 'choice',
      name: 'length',
      label: 'How long',
      usual: 'usual',
      choices: [
        ['usual', 'as long as usual'],
        ['amount', 'so many frames, or bytes'],
        ['durationMs', 'so many milliseconds'],
      ],
    },
    {
      type: 'number',
      name: 'amount',
      label: 'Frames in all, or bytes of each stream',
      usual: 2000,
      min: 1,
      max: 5_000_000,
      when: (panels) => panels.length === 'amount',
    },
    {
      type: 'number',
      name: 'durationMs',
      label: 'Milliseconds of the machine',
      usual: 10,
      min: 1,
      max: 5000,
      unit: 'ms',
      when: (panels) => panels.length === 'durationMs',
    },
    {
      type: 'number',
      name: 'appShare',
      label: 'Processor time of an application',
      usual: 0,
      min: 0,
      max: 95,
      unit: '%',
    },
    { type: 'number', name: 'seed', label: 'Seed', usual: 1, min: 0, max: 4_294_967_295 },
  ],
};

const BESIDE: Panel = {
  name: 'beside',
  title: 'Compare with',
  open: true,
  fields: [
    { type: 'box', name: 'native', label: 'No virtualization', usual: false },
    {
      type: 'box',
      name: 'emulated',
      label: 'Emulated',
      usual: true,
      when: (panels) => !bulk(panels),
    },
    { type: 'box', name: 'vmbus', label: 'VMBus', usual: true },
    { type: 'box', name: 'sriov', label: 'SR-IOV', usual: true },
  ],
};

export const PANELS: readonly Panel[] = [HOST, SWITCH, MACHINES, ADAPTER, WORKLOAD, BESIDE];
export const FIELDS: readonly Field[] = PANELS.flatMap(({ fields }) => fields);

/** The panels as they stand at first. */
export function usualPanels(): Panels {
  return Object.fromEntries(FIELDS.map(({ name, usual }) => [name, usual]));
}

/** What is wrong with a value for a field, in words; undefined for nothing. */
export function problemOf(field: Field, value: unknown): string | undefined {
  const { label } = field;
  if (field.type === 'number') {
    const { min, max, unit = '' } = field;
    const good = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
    const range = `${min.toLocaleString('en')} to ${max.toLocaleString('en')} ${unit}`.trim();
    return good ? undefined : `${label}: a whole number from ${range}.`;
  }
  if (field.type === 'box') return typeof value === 'boolean' ? undefined : `${label}: on or off.`;
  if (field.type === 'choice')
    return field.choices.some(([choice]) => choice === value)
      ? undefined
      : `${label}: one of the choices.`;
  const text = typeof value === 'string' ? value.trim() : '';
  const good = text !== '' && text.length <= field.longest && !/[\p{Cc}\p{Cf}]/u.test(text);
  return good ? undefined : `${label}: 1 to ${field.longest} characters.`;
}

/** Panels from what was kept or came with a link: what is no value of a field is as usual. */
export function panelsFrom(value: unknown): Panels {
  const given = typeof value === 'object' && value !== null ? value : {};
  const panels = usualPanels();
  for (const field of FIELDS) {
    if (!Object.hasOwn(given, field.name)) continue;
    const own = (given as Record<string, unknown>)[field.name];
    if (problemOf(field, own) === undefined) panels[field.name] = own as Value;
  }
  return panels;
}
