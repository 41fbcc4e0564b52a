/** VT-d chapter 6: what the caches remember until they are told to forget, and what each telling covers. */
import { describe, expect, test } from 'vitest';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import { InterruptRemapping } from './interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from './iommu.ts';
import { IommuRegisters } from './registers.ts';
import * as spec from './spec.ts';

const BOTH = DMA_READ | DMA_WRITE;
const A = 0x0180;
const B = 0x0182;

/** Two domains with a function each; both have a large page at 0 and a small one at 1 GiB, all known. */
function machine() {
  const host = new HostMemory(16 << 20);
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping({ host, recording: iommu.recording });
  const registers = new IommuRegisters(iommu, remapping);
  const domains = [A, B].map((requesterId, i) => {
    const domain = iommu.createDomain();
    iommu.attach(requesterId, domain);
    iommu.map(domain, 0, (i + 2) * LARGE_PAGE_SIZE, BOTH, true);
    iommu.map(domain, 2 ** 30, (i + 2) * LARGE_PAGE_SIZE, BOTH, false);
    return domain;
  });
  const touch = () => {
    for (const id of [A, B]) for (const at of [0, 2 ** 30]) iommu.translate(id, at, DMA_READ);
  };
  touch();
  return { host, iommu, registers, domains, touch };
}

/** Walks and context reads that a second round of all four pages takes. */
function again({ iommu, touch }: ReturnType<typeof machine>): [number, number] {
  const { walks, contextReads } = iommu;
  touch();
  return [iommu.walks - walks, iommu.contextReads - contextReads];
}

const ID = (m: ReturnType<typeof machine>, i: number) => m.iommu.domainIdOf(m.domains[i]);

describe('IOTLB and context cache', () => {
  test('a second round needs no walk', () => {
    const m = machine();
    expect(again(m)).toEqual([0, 0]);
  });

  test('functions of one domain share its entries', () => {
    const m = machine();
    m.iommu.attach(0x0184, m.domains[0]);
    const { walks } = m.iommu;
    expect(m.iommu.translate(0x0184, 5, DMA_READ)).toBe(2 * LARGE_PAGE_SIZE + 5);
    expect(m.iommu.walks).toBe(walks);
  });

  test('an entry that was cleared by hand is still good, until it is invalidated', () => {
    const m = machine();
    const leaf = m.iommu.explain(A, 0, DMA_READ)[3];
    m.host.write32(leaf.at, 0);
    expect(m.iommu.translate(A, 9, DMA_WRITE)).toBe(2 * LARGE_PAGE_SIZE + 9);
    invalidatePages(m, ID(m, 0), 0, 0);
    expect(m.iommu.translate(A, 9, DMA_WRITE)).toBe(-1);
  });

  test('so is a context entry', () => {
    const m = machine();
    const context = m.iommu.explain(A, 0, DMA_READ)[1];
    m.host.write32(context.at, 0);
    expect(m.iommu.translate(A, 9, DMA_WRITE)).toBeGreaterThan(0);
    m.registers.write32(spec.REG_CONTEXT_COMMAND, A << 16);
    m.registers.write32(spec.REG_CONTEXT_COMMAND + 4, 0xe0000000);
    expect(m.iommu.translate(A, 9, DMA_WRITE)).toBe(-1);
    expect(m.iommu.lastFault?.code).toBe(2);
  });

  test('turning translation off and on forgets everything', () => {
    const m = machine();
    m.registers.write32(spec.REG_GLOBAL_COMMAND, spec.COMMAND_INTERRUPT_REMAPPING);
    expect(m.registers.read32(spec.REG_GLOBAL_STATUS) >>> 31).toBe(0);
    expect(m.iommu.translate(A, 0x1234, DMA_WRITE)).toBe(0x1234);
    expect(m.iommu.translate(0x7777, 16 << 20, DMA_WRITE)).toBe(-1);
    m.registers.write32(spec.REG_GLOBAL_COMMAND, spec.COMMAND_TRANSLATION);
    expect(again(m)).toEqual([4, 2]);
  });
});

function invalidatePages(m: ReturnType<typeof machine>, id: number, page: number, mask: number) {
  m.registers.write32(spec.REG_INVALIDATE_ADDRESS, ((page % 2 ** 20) * PAGE_SIZE) | mask);
  m.registers.write32(spec.REG_INVALIDATE_ADDRESS + 4, Math.floor(page / 2 ** 20));
  m.registers.write32(spec.REG_IOTLB_INVALIDATE + 4, 0xb0000000 | id);
}

describe('granularity (10.4.7, 10.4.8)', () => {
  test.each<[string, (m: ReturnType<typeof machine>) => void, [number, number]]>([
    ['IOTLB, all', (m) => m.registers.write32(spec.REG_IOTLB_INVALIDATE + 4, 0x90000000), [4, 0]],
    [
      'IOTLB, one domain',
      (m) => m.registers.write32(spec.REG_IOTLB_INVALIDATE + 4, 0xa0000000 | ID(m, 1)),
      [2, 0],
    ],
    ['IOTLB, a page of a domain', (m) => invalidatePages(m, ID(m, 0), 2 ** 18, 0), [1, 0]],
    ['IOTLB, another page', (m) => invalidatePages(m, ID(m, 0), 2 ** 18 + 1, 0), [0, 0]],
    ['IOTLB, 512 pages from 0', (m) => invalidatePages(m, ID(m, 0), 0, 9), [1, 0]],
    [
      'IOTLB, a mask that is too large: the domain',
      (m) => invalidatePages(m, ID(m, 0), 0, 40),
      [2, 0],
    ],
    [
      'IOTLB, the command bit clear',
      (m) => m.registers.write32(spec.REG_IOTLB_INVALIDATE + 4, 0x10000000),
      [0, 0],
    ],
    ['contexts, all', (m) => m.registers.write32(spec.REG_CONTEXT_COMMAND + 4, 0xa0000000), [0, 2]],
    [
      'contexts, one domain',
      (m) => {
        m.registers.write32(spec.REG_CONTEXT_COMMAND, ID(m, 1));
        m.registers.write32(spec.REG_CONTEXT_COMMAND + 4, 0xc0000000);
      },
      [0, 1],
    ],
    ['both, by flush', (m) => m.iommu.flush(), [4, 2]],
  ])('%s', (_name, invalidate, expected) => {
    const m = machine();
    invalidate(m);
    expect(again(m)).toEqual(expected);
  });

  test('the command bit reads 0 when it is done, and the granularity is told', () => {
    const { registers } = machine();
    registers.write32(spec.REG_IOTLB_INVALIDATE + 4, 0x90000000);
    expect(registers.read32(spec.REG_IOTLB_INVALIDATE + 4)).toBe(0x12000000);
  });
});

describe('registers', () => {
  test('capabilities say what the unit has', () => {
    const { registers, iommu } = machine();
    const low = registers.read32(spec.REG_CAPABILITY);
    const high = registers.read32(spec.REG_CAPABILITY + 4);
    expect(low & 7).toBe(6);
    expect((low >>> 8) & 0x1f).toBe(0b00110);
    expect((low >>> 24) * 16).toBe(spec.REG_FAULT_RECORDS);
    expect(((high >>> 8) & 0xff) + 1).toBe(iommu.recording.size);
    expect((registers.read32(spec.REG_EXTENDED_CAPABILITY) >>> 3) & 1).toBe(1);
  });

  test('a new root table counts from the moment its pointer is set', () => {
    const { host, iommu, registers } = machine();
    registers.write32(spec.REG_ROOT_TABLE, host.allocate(PAGE_SIZE));
    iommu.flush();
    expect(iommu.translate(A, 0, DMA_READ)).toBeGreaterThan(0);
    registers.write32(
      spec.REG_GLOBAL_COMMAND,
      spec.COMMAND_TRANSLATION + spec.COMMAND_ROOT_POINTER,
    );
    iommu.flush();
    expect(iommu.translate(A, 0, DMA_READ)).toBe(-1);
    expect(iommu.lastFault?.code).toBe(1);
  });

  test('10.4.9, 10.4.14: pending, index, record, overflow; written ones clear', () => {
    const { iommu, registers } = machine();
    for (let i = 0; i < iommu.recording.size + 3; i++)
      iommu.translate(B, 0x5_0000_0000 + i * PAGE_SIZE + 7, i % 2 === 0 ? DMA_READ : DMA_WRITE);
    expect(registers.read32(spec.REG_FAULT_STATUS)).toBe(3);
    const second = spec.REG_FAULT_RECORDS + 16;
    expect(registers.read32(second)).toBe(0x1000);
    expect(registers.read32(second + 4)).toBe(5);
    expect(registers.read32(second + 8)).toBe(B);
    expect(registers.read32(second + 12)).toBe(0x80000005);
    registers.write32(spec.REG_FAULT_RECORDS + 12, 0x80000000);
    expect(registers.read32(spec.REG_FAULT_STATUS)).toBe(0x103);
    expect(iommu.recording.lost).toBe(3);
    iommu.translate(B, 0x600000000, DMA_READ);
    expect(iommu.recording.lost).toBe(4);
    registers.write32(spec.REG_FAULT_STATUS, 1);
    iommu.translate(B, 0x600000000, DMA_READ);
    expect(registers.read32(spec.REG_FAULT_RECORDS + 4)).toBe(6);
    expect(iommu.recording.drain()).toHaveLength(iommu.recording.size);
    expect(registers.read32(spec.REG_FAULT_STATUS)).toBe(0);
  });

  test('a write to what is read-only changes nothing', () => {
    const { registers } = machine();
    for (const offset of [spec.REG_VERSION, spec.REG_CAPABILITY, spec.REG_GLOBAL_STATUS, 0x1fc]) {
      const before = registers.read32(offset);
      registers.write32(offset, 0xffffffff);
      expect(registers.read32(offset)).toBe(before);
    }
  });
});
