import type { Engine } from '../../engine/engine.ts';
import type { Iommu } from '../../iommu/iommu.ts';
import { MemoryBus } from '../../memory/memory-bus.ts';
import type { Costs } from '../../partition/costs.ts';

/** Bytes of a descriptor, which goes over the link beside its frame. */
const DESCRIPTOR_BYTES = 16;

/**
 * When the NIC's frames have gone over PCI Express, each direction of the link by itself: the link's rate,
 * round trips, walks of the IOMMU, and the memory behind it.
 */
export class DmaTiming {
  /** Picoseconds for which frames kept each direction of the link busy, for utilisation. */
  readBusy = 0;
  writeBusy = 0;
  #engine: Engine;
  #iommu: Iommu;
  #costs: Costs;
  #memory: MemoryBus;
  #picosecondsPerByte: number;
  #readUntil = 0;
  #writeUntil = 0;
  #walks = 0;

  constructor(parts: { engine: Engine; iommu: Iommu; costs: Costs; memory?: MemoryBus }) {
    this.#engine = parts.engine;
    this.#iommu = parts.iommu;
    this.#costs = parts.costs;
    this.#memory = parts.memory ?? new MemoryBus();
    this.#picosecondsPerByte = 8e12 / parts.costs.pcieBitsPerSecond;
  }

  /** When a frame whose doorbell arrives at `posted` has been read. */
  fetched(posted: number, length: number): number {
    const costs = this.#costs;
    const arrived = posted + costs.mmioWrite + costs.dmaReadDescriptor;
    const start = Math.max(arrived, this.#readUntil, this.#engine.now);
    const time = this.#time(length);
    this.#readUntil = start + time;
    this.readBusy += time;
    return Math.max(this.#readUntil, arrived + costs.dmaReadFrame) + this.#stall(length);
  }

  /** When a frame written now can be seen by a processor. */
  stored(length: number): number {
    const time = this.#time(length);
    this.#writeUntil = Math.max(this.#engine.now, this.#writeUntil) + time;
    this.writeBusy += time;
    return this.#writeUntil + this.#costs.dmaWrite + this.#stall(length);
  }

  /** How far the writing of received frames is behind what has arrived, in picoseconds. */
  get behind(): number {
    return this.#writeUntil - this.#engine.now;
  }

  /** Picoseconds in which the link moves that many bytes one way. */
  timeOf(bytes: number): number {
    return Math.round(bytes * this.#picosecondsPerByte);
  }

  #time(length: number): number {
    return this.timeOf(length + DESCRIPTOR_BYTES);
  }

  /** What walks since the last frame and a memory that is behind add. */
  #stall(length: number): number {
    const { walks } = this.#iommu;
    const since = walks - this.#walks;
    this.#walks = walks;
    const { now } = this.#engine;
    return since * this.#costs.iotlbMiss + this.#memory.move(length, now, now);
  }
}
