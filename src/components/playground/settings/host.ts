import type { Panel } from './field.ts';

const AS_PROFILE = ['profile', 'by generation'] as const;

export const HOST: Panel = {
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
