import { MSIX_CONTROL } from '../../machine/bus/pci/capabilities/msix.ts';
import type { MemoryWindow } from '../../machine/bus/pci/pci-function.ts';
import type { VirtualFunction } from '../../machine/bus/pci/virtual-function.ts';
import {
  MSIX_BAR,
  REGISTER_BAR,
  VF_BAR_BYTES,
  VF_MSIX,
} from '../../machine/devices/sriov-nic/configuration-spec.ts';
import type { SriovNic } from '../../machine/devices/sriov-nic/nic.ts';
import type { HostPci } from './pci.ts';

const MSIX_ENABLED = 0x8000;
const MSIX_MASKED = 0x4000;

/** What stands behind base address register `bar` of virtual function `n`, while a port has its queues. */
export function vfWindow(nic: SriovNic, n: number, bar: number): MemoryWindow | undefined {
  if (bar === REGISTER_BAR)
    return {
      size: VF_BAR_BYTES,
      read: (offset, size) => (size === 4 ? (nic.functions[n + 1]?.read(offset) ?? ONES) : ONES),
      write: (offset, size, value, at) => {
        if (size === 4) nic.functions[n + 1]?.write(offset, value, at);
      },
    };
  if (bar !== MSIX_BAR) return undefined;
  return {
    size: VF_BAR_BYTES,
    read: (offset, size) => (size === 4 ? (nic.functions[n + 1]?.msix?.read32(offset) ?? 0) : 0),
    write: (offset, size, value, at) => {
      if (size === 4) nic.functions[n + 1]?.msix?.write32(offset, value, at);
    },
  };
}

const ONES = 0xffffffff;

/** Lets configuration space act on the NIC's functions: resets, and what a driver switches on there. */
export function connectFunctions(pci: HostPci, nic: SriovNic): void {
  for (const vf of pci.nic.vfs) {
    const reset = vf.configuration.written;
    vf.configuration.written = () => {
      reset?.();
      update(vf, nic);
    };
    vf.onReset = () => nic.resetVf(vf.index + 1);
  }
}

/** Bus Master Enable, and Message Control of MSI-X. */
function update({ index, configuration }: VirtualFunction, nic: SriovNic): void {
  const target = nic.functions[index + 1];
  if (target === undefined) return;
  nic.setBusMaster(index + 1, configuration.busMaster);
  const control = configuration.read(VF_MSIX + MSIX_CONTROL, 2);
  const enabled = (control & MSIX_ENABLED) !== 0;
  target.msix?.functionEnable(enabled, (control & MSIX_MASKED) !== 0, nic.engine.now);
}
