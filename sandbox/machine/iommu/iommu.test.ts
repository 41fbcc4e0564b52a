import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import { DMA_READ, DMA_WRITE, Iommu } from './iommu.ts';

const VF0 = 0x0180;
const VF1 = 0x0182;
const BOTH = DMA_READ | DMA_WRITE;

function withDomain(requesterId = VF0) {
  const iommu = new Iommu(new HostMemory(8 << 20));
  const domain = iommu.createDomain();
  iommu.attach(requesterId, domain);
  return { iommu, domain };
}

describe('DMA remapping', () => {
  test('a 4 KiB entry translates its page and no other', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0x40000000 + 3 * PAGE_SIZE, 0x123000, BOTH, false);
    expect(iommu.translate(VF0, 0x40003abc, DMA_READ)).toBe(0x123abc);
    expect(iommu.translate(VF0, 0x40004000, DMA_READ)).toBe(-1);
    expect(iommu.translate(VF0, 0x40002fff, DMA_READ)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({
      requesterId: VF0,
      address: 0x40002fff,
      reason: 'not present',
    });
  });

  test('a 2 MiB entry translates all of its bytes', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 5 * LARGE_PAGE_SIZE, 2 * LARGE_PAGE_SIZE, BOTH, true);
    for (const offset of [0, 1, PAGE_SIZE, LARGE_PAGE_SIZE - 1])
      expect(iommu.translate(VF0, 5 * LARGE_PAGE_SIZE + offset, DMA_WRITE)).toBe(
        2 * LARGE_PAGE_SIZE + offset,
      );
    expect(iommu.translate(VF0, 6 * LARGE_PAGE_SIZE, DMA_WRITE)).toBe(-1);
  });

  test('a host with more than 2 GiB: the target is not taken for a negative number', () => {
    const host = new HostMemory(0x80000000 + LARGE_PAGE_SIZE);
    for (const large of [false, true]) {
      const iommu = new Iommu(host);
      const domain = iommu.createDomain();
      iommu.attach(VF0, domain);
      iommu.map(domain, 0, 0x80000000, BOTH, large);
      expect(iommu.translate(VF0, 0x123, DMA_READ)).toBe(0x80000123);
    }
  });

  test('the requester id selects the domain: another function gets another page, or a fault', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0, 0x200000, BOTH, true);
    expect(iommu.translate(VF1, 0x10, DMA_READ)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({
      requesterId: VF1,
      address: 0x10,
      reason: 'no context',
    });
    const other = iommu.createDomain();
    iommu.map(other, 0, 0x400000, BOTH, true);
    iommu.attach(VF1, other);
    expect(iommu.translate(VF1, 0x10, DMA_READ)).toBe(0x400010);
    expect(iommu.translate(VF0, 0x10, DMA_READ)).toBe(0x200010);
    expect(iommu.translate(0xff80, 0x10, DMA_READ)).toBe(-1);
    expect(iommu.faults).toBe(2);
  });

  test.each([
    ['not writable', DMA_READ, DMA_WRITE],
    ['not readable', DMA_WRITE, DMA_READ],
  ])('permission: a page that is %s', (reason, granted, wanted) => {
    for (const large of [false, true]) {
      const { iommu, domain } = withDomain();
      iommu.map(domain, 0, 0x200000, granted, large);
      expect(iommu.translate(VF0, 0, granted)).toBe(0x200000);
      expect(iommu.translate(VF0, 0, wanted)).toBe(-1);
      expect(iommu.lastFault?.reason).toBe(reason);
    }
  });

  test('detach: every later request is a fault, even one that the IOTLB knew', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0, 0x200000, BOTH, true);
    iommu.attach(VF1, domain);
    expect(iommu.translate(VF0, 0, DMA_READ)).toBe(0x200000);
    iommu.detach(VF0);
    expect(iommu.translate(VF0, 0, DMA_READ)).toBe(-1);
    expect(iommu.lastFault?.reason).toBe('no context');
    expect(iommu.translate(VF1, 0, DMA_READ)).toBe(0x200000);
    iommu.detach(0x7700);
  });

  test('remapping a page takes effect at once: the IOTLB is flushed', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0, 0x200000, BOTH, true);
    expect(iommu.translate(VF0, 8, DMA_READ)).toBe(0x200008);
    iommu.map(domain, 0, 0x400000, BOTH, true);
    expect(iommu.translate(VF0, 8, DMA_READ)).toBe(0x400008);
  });

  test('the IOTLB remembers a large page: one walk for many accesses, one more after a flush', () => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0, 0x200000, BOTH, true);
    for (let at = 0; at < 100; at++) iommu.translate(VF0, at * 64, DMA_READ);
    expect(iommu.walks).toBe(1);
    iommu.flush();
    iommu.translate(VF0, 0, DMA_READ);
    expect(iommu.walks).toBe(2);
  });

  test.each([2 ** 39, 2 ** 52, 2 ** 63, -1])('an address beyond 39 bits faults: %d', (address) => {
    const { iommu, domain } = withDomain();
    iommu.map(domain, 0, 0x200000, BOTH, true);
    expect(iommu.translate(VF0, address, DMA_READ)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({ reason: 'beyond width', code: 4 });
  });

  test('no address of one function reaches what the IOTLB holds for another', () => {
    const { iommu, domain } = withDomain(0x0280);
    iommu.map(domain, 0, 0x200000, BOTH, true);
    // So many in between that both fall into the same places of the IOTLB.
    for (let i = 0; i < 255; i++) iommu.createDomain();
    iommu.attach(VF0, iommu.createDomain());
    const third = iommu.createDomain();
    iommu.map(third, 0, 0x400000, BOTH, true);
    iommu.attach(VF1, third);
    expect(iommu.translate(0x0280, 0, DMA_READ)).toBe(0x200000);
    expect(iommu.translate(VF1, 0, DMA_READ)).toBe(0x400000);
    iommu.translate(VF0, 0, DMA_READ);
    for (const step of [2 ** 32, 2 ** 36])
      for (let distance = -0x200; distance <= 0x200; distance++)
        expect(iommu.translate(VF0, distance * step * LARGE_PAGE_SIZE, DMA_READ)).toBe(-1);
  });

  test('property: against a map from pages to pages', () => {
    const entry = fc.record({
      page: fc.integer({ min: 0, max: 2 ** 18 }),
      target: fc.integer({ min: 1, max: 2047 }),
      access: fc.constantFrom(DMA_READ, DMA_WRITE, BOTH),
      offset: fc.nat(PAGE_SIZE - 1),
      asked: fc.constantFrom(DMA_READ, DMA_WRITE, BOTH),
    });
    const agree = fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const { iommu, domain } = withDomain();
      const model = new Map<number, { target: number; access: number }>();
      for (const { page, target, access } of entries) {
        iommu.map(domain, page * PAGE_SIZE, target * PAGE_SIZE, access, false);
        model.set(page, { target, access });
      }
      for (const { page, offset, asked } of entries)
        for (const near of [page, page + 1]) {
          const mapped = model.get(near);
          const allowed = mapped !== undefined && (mapped.access & asked) === asked;
          const wanted = allowed ? mapped.target * PAGE_SIZE + offset : -1;
          expect(iommu.translate(VF0, near * PAGE_SIZE + offset, asked)).toBe(wanted);
        }
    });
    fc.assert(agree, { seed: 4, numRuns: 60 });
  });
});
