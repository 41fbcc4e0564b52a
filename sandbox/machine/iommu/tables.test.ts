/** VT-d chapter 9: the bits of the entries, and what each wrong one leads to. */
import { describe, expect, test } from 'vitest';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import { DMA_READ, DMA_WRITE, Iommu } from './iommu.ts';
import { FAULT_TEXT } from './spec.ts';

const VF = 0x0182;
const BOTH = DMA_READ | DMA_WRITE;

function machine(width: 39 | 48 = 39) {
  const host = new HostMemory(8 << 20);
  const iommu = new Iommu(host);
  const domain = iommu.createDomain(width);
  iommu.attach(VF, domain);
  iommu.map(domain, 0, 0x200000, BOTH, true);
  iommu.map(domain, 0x40003000, 0x123000, DMA_READ, false);
  const steps = iommu.explain(VF, 0x40003abc, DMA_READ);
  return { host, iommu, domain, steps };
}

describe('layout', () => {
  test('a walk reads root, context and three levels, each entry where its index says', () => {
    const { iommu, domain, steps } = machine();
    expect(steps.map(({ table, index }) => [table, index])).toEqual([
      ['root', 0x01],
      ['context', 0x82],
      [3, 1],
      [2, 0],
      [1, 3],
    ]);
    const [root, context, ...levels] = steps;
    expect(root.at).toBe(iommu.rootTable + 16);
    expect(context.at).toBe((root.words[0] & ~0xfff) + 0x82 * 16);
    expect(levels[0].at).toBe(domain + 8);
    for (let i = 1; i < levels.length; i++)
      expect(levels[i].at).toBe((levels[i - 1].words[0] & ~0xfff) + levels[i].index * 8);
  });

  test('9.1, 9.3: root entry present and pointer; context entry present, table, width, domain id', () => {
    const { iommu, domain, steps } = machine();
    const [root, context, , , leaf] = steps;
    expect([root.words[0] & 0xfff, ...root.words.slice(1)]).toEqual([1, 0, 0, 0]);
    const id = iommu.domainIdOf(domain);
    expect(context.words).toEqual([domain | 1, 0, (id << 8) | 1, 0]);
    expect(leaf.words).toEqual([0x123001, 0]);
  });

  test('a domain of 48 bits: address width 2, four levels', () => {
    const { iommu, domain, steps } = machine(48);
    expect(steps.map(({ table }) => table)).toEqual(['root', 'context', 4, 3, 2, 1]);
    expect(steps[1].words[2] & 7).toBe(2);
    const far = 2 ** 47 + 5 * LARGE_PAGE_SIZE;
    iommu.map(domain, far, 0x400000, BOTH, true);
    expect(iommu.translate(VF, far + 77, DMA_WRITE)).toBe(0x400000 + 77);
    expect(iommu.translate(VF, 2 ** 48, DMA_READ)).toBe(-1);
    expect(iommu.lastFault?.code).toBe(4);
  });

  test('a small page inside a large one splits it; the rest stays', () => {
    const { iommu, domain } = machine();
    iommu.translate(VF, 0, DMA_READ);
    iommu.map(domain, 5 * PAGE_SIZE, 0x123000, BOTH, false);
    expect(iommu.translate(VF, 5 * PAGE_SIZE + 1, DMA_READ)).toBe(0x123001);
    expect(iommu.translate(VF, 6 * PAGE_SIZE, DMA_WRITE)).toBe(0x200000 + 6 * PAGE_SIZE);
    expect(iommu.unmap(domain, 6 * PAGE_SIZE)).toBe(PAGE_SIZE);
    expect(iommu.translate(VF, 6 * PAGE_SIZE, DMA_READ)).toBe(-1);
    expect(iommu.translate(VF, 7 * PAGE_SIZE, DMA_READ)).toBe(0x200000 + 7 * PAGE_SIZE);
  });

  test('unmap: what was mapped is not, and nothing unmapped is 0 bytes', () => {
    const { iommu, domain } = machine();
    expect(iommu.translate(VF, 99, DMA_READ)).toBe(0x200063);
    expect(iommu.unmap(domain, 0)).toBe(LARGE_PAGE_SIZE);
    expect(iommu.unmap(domain, 0)).toBe(0);
    expect(iommu.unmap(domain, 2 ** 38)).toBe(0);
    expect(iommu.translate(VF, 99, DMA_READ)).toBe(-1);
    expect(iommu.translate(VF, 0x40003000, DMA_READ)).toBe(0x123000);
  });
});

describe('wrong entries', () => {
  /** Which step of the walk, word of its entry, bits to set or clear, and the reason VT-d gives. */
  test.each<[string, number, number, number, number, number]>([
    ['root entry not present', 0, 0, 0, 1, 0x1],
    ['context entry not present', 1, 0, 0, 1, 0x2],
    ['translation type with device TLB', 1, 0, 1 << 2, 0, 0x3],
    ['translation type reserved', 1, 0, 3 << 2, 0, 0x3],
    ['address width of 57 bits', 1, 2, 2, 0, 0x3],
    ['context table beyond memory', 0, 0, 0xf0000000, 0, 0x9],
    ['second-level table beyond memory', 1, 0, 0xf0000000, 0, 0x7],
    ['next table beyond memory', 3, 0, 0xf0000000, 0, 0x7],
    ['reserved low bits of the root entry', 0, 0, 0x800, 0, 0xa],
    ['reserved upper half of the root entry', 0, 3, 1, 0, 0xa],
    ['root entry beyond the host address width', 0, 1, 1 << 14, 0, 0xa],
    ['reserved low bits of the context entry', 1, 0, 0x10, 0, 0xb],
    ['reserved upper bits of the context entry', 1, 2, 0x01000000, 0, 0xb],
    ['a large page at level 3', 2, 0, 0x80, 0, 0xc],
    ['a large page that is not aligned', 3, 0, 0x80, 0, 0xc],
    ['a page beyond the host address width', 4, 1, 1 << 15, 0, 0xc],
    ['snoop without the capability', 4, 0, 1 << 11, 0, 0xc],
    ['a level without read permission', 2, 0, 0, 1, 0x6],
    ['a page beyond memory', 4, 0, 0xf0000000, 0, 0x101],
  ])('%s', (_name, step, word, set, clear, code) => {
    const { host, iommu, steps } = machine();
    const { at, words } = steps[step];
    host.write32(at + word * 4, ((words[word] & ~clear) | set) >>> 0);
    expect(iommu.translate(VF, 0x40003abc, DMA_READ)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({ requesterId: VF, address: 0x40003abc, code });
    expect(FAULT_TEXT[code]).toBeDefined();
    const [record] = iommu.recording.drain();
    if (code < 0x100)
      expect(record).toEqual({
        requesterId: VF,
        address: 0x40003000,
        access: 'read',
        reason: code,
      });
    else expect(record).toBeUndefined();
  });

  test('a write to a page that may be read is reason 5, a read of nothing 6', () => {
    const { iommu } = machine();
    expect(iommu.translate(VF, 0x40003000, BOTH)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({ code: 5, reason: 'not writable', access: 'write' });
    expect(iommu.translate(VF, 0x40000000, DMA_READ)).toBe(-1);
    expect(iommu.lastFault).toMatchObject({ code: 6, reason: 'not present', access: 'read' });
  });

  test('fault disable in the context entry: refused, counted, and not recorded', () => {
    const { host, iommu, steps } = machine();
    host.write32(steps[1].at, steps[1].words[0] | 2);
    for (let i = 0; i < 3; i++) expect(iommu.translate(VF, 0x50000000, DMA_READ)).toBe(-1);
    expect(iommu.faults).toBe(3);
    expect(iommu.recording.pending).toBe(false);
  });

  test('pass-through: the address is the host’s, to the end of memory', () => {
    const { host, iommu, steps } = machine();
    host.write32(steps[1].at, steps[1].words[0] | (2 << 2));
    expect(iommu.translate(VF, 0x7fffff, DMA_WRITE)).toBe(0x7fffff);
    expect(iommu.translate(VF, 0x800000, DMA_WRITE)).toBe(-1);
    expect(iommu.translate(VF, 0xfee00000, DMA_WRITE)).toBe(-1);
  });
});
