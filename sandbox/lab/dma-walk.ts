import { formatRequesterId } from '../machine/bus/pci/requester-id.ts';
import { DMA_READ, DMA_WRITE, type Iommu } from '../machine/iommu/iommu.ts';
import { FAULT_TEXT } from '../machine/iommu/spec.ts';
import type { WalkStep } from '../machine/iommu/table-walker.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { completeConfig } from './options.ts';
import type { WalkEntry, WalkReport } from './report.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** Functions that a walk can be asked for. */
export const WALKERS = ['VM 0’s function', 'VM 1’s function', 'a function of nobody'] as const;
export type Walker = (typeof WALKERS)[number];

/** What `dmaWalk` takes. */
export interface DmaWalkOptions {
  who: Walker;
  /** Device address in bytes. The two machines have 4 MiB each, from 0. */
  address: number;
  write?: boolean;
  /** Whether the page is mapped by itself, 4 KiB, rather than as part of 2 MiB. */
  smallPage?: boolean;
}

/**
 * A machine with two virtual machines, each with a virtual function and a domain of its own, and the walk
 * that the IOMMU does for one request.
 * @throws UsageError for a function or an address that there is not
 */
export function dmaWalk({ who, address, write, smallPage }: DmaWalkOptions): WalkReport {
  if (!WALKERS.includes(who))
    throw new UsageError(`who: '${who}' is not one of ${WALKERS.join(', ')}`);
  if (!(Number.isInteger(address) && address >= 0 && address < 2 ** 52))
    throw new UsageError(`address: ${address} is not a whole number of bytes from 0 to 2^52`);
  const bed = new Testbed('sriov', completeConfig({ paths: ['sriov'], vms: 2, frames: 2 }));
  const { iommu } = bed.host;
  const functions = bed.adapters.map(({ requesterId = 0 }) => requesterId);
  const requesterId = [...functions, functions[1] + 2][WALKERS.indexOf(who)];
  if (smallPage === true) mapSmall(iommu, requesterId, address);
  return walkOf(iommu, requesterId, address, write === true);
}

/** The walk for one request as a report, and what came of it. */
export function walkOf(
  iommu: Iommu,
  requesterId: number,
  address: number,
  write: boolean,
): WalkReport {
  const access = write ? DMA_WRITE : DMA_READ;
  const entries = iommu.explain(requesterId, address, access).map(describe);
  const at = iommu.translate(requesterId, address, access);
  const { lastFault } = iommu;
  const verb = write ? 'writes to' : 'reads';
  return {
    kind: 'walk',
    title: `${formatRequesterId(requesterId)} ${verb} ${hex(address)}`,
    request: [`from ${formatRequesterId(requesterId)}`, hex(address)],
    entries,
    result:
      at >= 0
        ? ['host address', hex(at)]
        : [`fault ${hex(lastFault?.code ?? 0)}`, FAULT_TEXT[lastFault?.code ?? 0] ?? ''],
    refused: at < 0,
  };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Maps the page again, to where it leads already, but by itself. */
function mapSmall(iommu: Iommu, requesterId: number, address: number): void {
  const at = iommu.translate(requesterId, address, DMA_READ);
  if (at < 0) return;
  const [, context] = iommu.explain(requesterId, address, DMA_READ);
  const page = address - (address % PAGE_SIZE);
  iommu.map(context.words[0] & ~0xfff, page, at - (at % PAGE_SIZE), DMA_READ | DMA_WRITE, false);
}

function describe({ table, index, at, words }: WalkStep): WalkEntry {
  const address = (words[0] & ~0xfff) >>> 0;
  const entry = { index, address: at, words };
  const isPresent = (words[0] & 1) !== 0;
  const present = { name: 'present', value: isPresent ? '1' : '0' };
  if (table === 'root')
    return {
      ...entry,
      table: 'root table',
      by: 'bus',
      entries: 256,
      fields: isPresent ? [present, { name: 'context table', value: hex(address) }] : [present],
    };
  if (table === 'context')
    return {
      ...entry,
      table: 'context table',
      by: 'device and function',
      entries: 256,
      fields: isPresent ? [present, ...contextFields(words, address)] : [present],
    };
  const large = table === 2 && (words[0] & 0x80) !== 0;
  const leaf = large || table === 1;
  const target = {
    name: leaf ? `page of ${large ? '2 MiB' : '4 KiB'}` : 'next table',
    value: hex(address),
  };
  return {
    ...entry,
    table: `level ${table}`,
    by: `address bits ${9 * Number(table) + 11} to ${9 * Number(table) + 3}`,
    entries: 512,
    fields: [
      { name: 'read', value: String(words[0] & 1) },
      { name: 'write', value: String((words[0] >>> 1) & 1) },
      ...((words[0] & 3) === 0 ? [] : [target]),
    ],
  };
}

function contextFields(words: number[], address: number): WalkEntry['fields'] {
  return [
    { name: 'second-level table', value: hex(address) },
    { name: 'address width', value: ['', '39 bits', '48 bits'][words[2] & 7] ?? 'reserved' },
    { name: 'domain id', value: String((words[2] >>> 8) & 0xffff) },
  ];
}
