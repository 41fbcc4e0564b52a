import type { Panel, Panels } from './field.ts';

const synthetic = (panels: Panels): boolean => panels.kind === 'synthetic';

export const SWITCH: Panel = {
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

export const MACHINES: Panel = {
  name: 'vms',
  title: 'Virtual machines',
  open: true,
  fields: [
    { type: 'number', name: 'vms', label: 'How many', usual: 1, min: 1, max: 60 },
    { type: 'number', name: 'processors', label: 'Processors of each', usual: 1, min: 1, max: 16 },
  ],
};

export const ADAPTER: Panel = {
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
