import type { InterruptRemapping } from '../../iommu/interrupt-remapping.ts';
import { DMA_WRITE, type Iommu } from '../../iommu/iommu.ts';
import { isInterruptRange } from '../../iommu/memory-requests.ts';
import type { HostMemory } from '../../memory/host-memory.ts';

/** What a message of an MSI-X table passes through. */
export interface MessagePath {
  host: HostMemory;
  iommu: Iommu;
  remapping: InterruptRemapping;
}

/**
 * Sends a message of `requesterId` at `at`: a write of 32 bits to the interrupt range. One that software has
 * pointed at memory is translated like any other write.
 */
export function sendInterruptMessage(
  { host, iommu, remapping }: MessagePath,
  requesterId: number,
  address: number,
  data: number,
  at: number,
): void {
  if (isInterruptRange(address)) {
    remapping.message(requesterId, address, data, at);
    return;
  }
  const to = iommu.translate(requesterId, address, DMA_WRITE);
  if (to >= 0) host.write32(to, data);
}
