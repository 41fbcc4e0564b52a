import { type HostCapabilities, knob, threeFacts, tickBoxes, whatIsInTheWay } from 'two-checkboxes';

const PARTS: Record<string, Partial<HostCapabilities>> = {
  nothing: {},
  'no SLAT': { slat: false },
  'no interrupt remapping': { interruptRemapping: false },
  'no DMA remapping': { dmaRemapping: false },
  'remapping turned off by a boot option': { remappingEnabled: false },
  'BIOS setting off': { biosSupport: false },
  'BIOS tables wrong': { firmwareTables: false },
  'no PCI Express reported': { pciExpress: false },
  'BIOS keeps control of PCI Express': { expressControl: false },
  'no ACS at any root port': { acs: false },
  'no ACS above this card': { acsInSlot: false },
  'no address space for VFs': { barSpace: false },
  'no bus numbers for VFs': { busNumbers: false },
  'driver without SR-IOV': { pfDriver: false },
  '*SRIOV off on the card': { sriovKeyword: false },
};
const choices = Object.keys(PARTS);
const first = knob('Broken', 'BIOS keeps control of PCI Express', { choices });
const second = knob('And', 'nothing', { choices });

const capabilities = { ...PARTS[first], ...PARTS[second] };
const machine = tickBoxes({ onSwitch: true, onAdapter: true, capabilities });

export default [
  threeFacts(machine, 'The layers of this host'),
  whatIsInTheWay(machine, 'What keeps the adapter from a virtual function'),
];
