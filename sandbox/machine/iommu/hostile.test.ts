/** Random requests and random tables: no byte outside the domain, no address outside the host, no throw. */
import { expect, test } from 'vitest';
import { Random } from '../engine/random.ts';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import { InterruptRemapping } from './interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from './iommu.ts';
import { IommuRegisters } from './registers.ts';

const REQUESTERS = [0x0100, 0x0180, 0x0182, 0x01fe, 0x0280, 0xff80, 0x0000];
const SMALL_PER_LARGE = LARGE_PAGE_SIZE / PAGE_SIZE;

/**
 * The reference: for each domain a map from 4 KiB page to host page and permission, nothing else. It shares
 * no code with the model: no tables, no caches.
 */
class Reference {
  readonly domains: Map<number, { target: number; access: number }>[] = [];
  readonly attached = new Map<number, number>();

  map(domain: number, page: number, target: number, access: number, count: number): void {
    for (let i = 0; i < count; i++)
      this.domains[domain].set(page + i, { target: target + i, access });
  }

  translate(requesterId: number, address: number, access: number): number {
    const domain = this.attached.get(requesterId);
    if (domain === undefined) return -1;
    const mapped = this.domains[domain].get(Math.floor(address / PAGE_SIZE));
    if (mapped === undefined || (mapped.access & access) !== access) return -1;
    return mapped.target * PAGE_SIZE + (address % PAGE_SIZE);
  }
}

/** An address: mostly near what is mapped, sometimes anywhere. */
function anyAddress(random: Random): number {
  const kind = random.below(10);
  if (kind === 0) return random.next() * 2 ** random.below(32);
  if (kind === 1) return 2 ** 39 - 4096 + random.below(8192);
  const gigabyte = kind < 6 ? 0 : random.below(3);
  return gigabyte * 2 ** 30 + random.below(6 * LARGE_PAGE_SIZE);
}

test('a million requests of seven functions, while mappings change, against a reference', () => {
  const random = new Random(53);
  const host = new HostMemory(64 << 20);
  const iommu = new Iommu(host);
  const reference = new Reference();
  const domains = [0, 1, 2, 3].map(() => {
    reference.domains.push(new Map());
    return iommu.createDomain();
  });
  const pages = host.size / PAGE_SIZE;
  const change = () => {
    const which = random.below(domains.length);
    const page = random.below(3) * 2 ** 18 + random.below(6 * SMALL_PER_LARGE);
    const access = 1 + random.below(3);
    const requesterId = REQUESTERS[random.below(REQUESTERS.length)];
    switch (random.below(6)) {
      case 0: {
        const first = page - (page % SMALL_PER_LARGE);
        const target = random.below(pages / SMALL_PER_LARGE) * SMALL_PER_LARGE;
        iommu.map(domains[which], first * PAGE_SIZE, target * PAGE_SIZE, access, true);
        reference.map(which, first, target, access, SMALL_PER_LARGE);
        break;
      }
      case 1:
      case 2: {
        const target = random.below(pages);
        iommu.map(domains[which], page * PAGE_SIZE, target * PAGE_SIZE, access, false);
        reference.map(which, page, target, access, 1);
        break;
      }
      case 3: {
        const size = iommu.unmap(domains[which], page * PAGE_SIZE) / PAGE_SIZE;
        const first = size === 0 ? page : page - (page % size);
        for (let i = 0; i < Math.max(1, size); i++) reference.domains[which].delete(first + i);
        break;
      }
      case 4:
        iommu.attach(requesterId, domains[which]);
        reference.attached.set(requesterId, which);
        break;
      default:
        if (random.below(4) > 0) break;
        iommu.detach(requesterId);
        reference.attached.delete(requesterId);
    }
  };
  let reached = 0;
  for (let i = 0; i < 1_000_000; i++) {
    if (i % 500 === 0) change();
    const requesterId = random.below(20) === 0 ? random.below(65536) : REQUESTERS[random.below(7)];
    const address = anyAddress(random);
    const access = 1 + random.below(3);
    const wanted = reference.translate(requesterId, address, access);
    const at = iommu.translate(requesterId, address, access);
    if (at !== wanted) expect([i, requesterId, address, access, at]).toEqual([wanted]);
    if (at >= 0) reached++;
  }
  expect(reached).toBeGreaterThan(100_000);
  expect(iommu.faults).toBe(1_000_000 - reached);
});

test('tables of random words: nothing thrown, no address outside the host', () => {
  const random = new Random(7);
  const host = new HostMemory(4 << 20);
  const iommu = new Iommu(host);
  const domain = iommu.createDomain();
  for (const requesterId of REQUESTERS) iommu.attach(requesterId, domain);
  for (let i = 0; i < 6; i++)
    iommu.map(domain, i * LARGE_PAGE_SIZE, (i % 2) * LARGE_PAGE_SIZE, 3, i % 3 === 0);
  const tables = host.allocate(PAGE_SIZE);
  const clean = host.bytes.slice(0, tables);
  let reached = 0;
  for (let i = 0; i < 200_000; i++) {
    if (i % 200 === 0) host.bytes.set(clean);
    const word = random.below(tables / 4);
    if (random.below(4) > 0) host.u32[word] ^= 1 << random.below(32);
    else host.u32[word] = random.next();
    if (random.below(3) === 0) iommu.flush();
    const requesterId = REQUESTERS[random.below(REQUESTERS.length)];
    const address = anyAddress(random);
    const at = iommu.translate(requesterId, address, DMA_READ);
    if (at >= 0) reached++;
    if (!(at === -1 || (at >= 0 && at < host.size))) expect(at).toBe(-1);
  }
  expect(reached).toBeGreaterThan(1000);
});

test('random registers, messages and entries: nothing thrown, nothing written but requests', () => {
  const random = new Random(11);
  const host = new HostMemory(2 << 20);
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping({ host, recording: iommu.recording, entries: 256 });
  const registers = new IommuRegisters(iommu, remapping);
  iommu.attach(0x0180, iommu.createDomain());
  for (let i = 0; i < 100_000; i++) {
    registers.write32(random.below(0x80) * 4, random.next());
    registers.read32(random.below(0x100) * 4);
    host.u32[random.below(host.u32.length)] = random.next();
    remapping.message(random.below(65536), 0xfee00000 + random.below(1 << 20), random.next(), 0);
    const at = iommu.translate(random.below(65536), random.next(), DMA_READ | DMA_WRITE);
    if (!(at === -1 || (at >= 0 && at < host.size))) expect(at).toBe(-1);
  }
  expect(remapping.blocked).toBeGreaterThan(1000);
  expect(host.bytes.length).toBe(2 << 20);
});

test('addresses that are no addresses', () => {
  const host = new HostMemory(2 << 20);
  const iommu = new Iommu(host);
  const domain = iommu.createDomain();
  iommu.attach(0x0180, domain);
  iommu.map(domain, 0, 0, DMA_READ, true);
  for (const address of [-1, -0.5, Number.NaN, Infinity, -Infinity, 2 ** 64, 1e300])
    expect(iommu.translate(0x0180, address, DMA_READ)).toBe(-1);
  iommu.enabled = false;
  for (const address of [-1, Number.NaN, Infinity, host.size])
    expect(iommu.translate(0x0180, address, DMA_READ)).toBe(-1);
});
