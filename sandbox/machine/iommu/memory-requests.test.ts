import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../memory/host-memory.ts';
import { InterruptRemapping } from './interrupt-remapping.ts';
import { DMA_READ, DMA_WRITE, Iommu } from './iommu.ts';
import { MemoryRequests, type RequestRoute } from './memory-requests.ts';

const VF = 0x0180;
const PEER_BAR = 0xd0000000;

/** A function in a domain of 2 MiB, and a peer with 64 bytes of memory behind a BAR. */
function machine(redirect = true) {
  const { engine, processor } = oneProcessor('bare');
  const taken: number[] = [];
  processor.install(9, {
    interrupt(_processor, vector) {
      taken.push(vector);
      return undefined;
    },
  });
  const host = new HostMemory(8 << 20);
  const iommu = new Iommu(host);
  const remapping = new InterruptRemapping({ host, recording: iommu.recording });
  const domain = iommu.createDomain();
  iommu.attach(VF, domain);
  iommu.map(domain, 0, 2 * LARGE_PAGE_SIZE, DMA_READ | DMA_WRITE, true);
  const peer = new Uint8Array(64);
  const writes: [number, number, number][] = [];
  const window = {
    size: peer.length,
    read: (offset: number, size: number) =>
      Array.from({ length: size }, (_, i) => peer[offset + i] * 256 ** i).reduce((a, b) => a + b),
    write: (offset: number, size: number, value: number) => {
      writes.push([offset, size, value]);
      for (let i = 0; i < size; i++) peer[offset + i] = Math.floor(value / 256 ** i);
    },
  };
  const target = { window: (bar: number) => (bar === 0 ? window : undefined) };
  const router = {
    route: (_requesterId: number, address: number): RequestRoute => {
      if (address >= 0xe0000000 && address < 0xe0001000)
        return { kind: 'blocked', by: '00:1c.0', reason: 'source validation' };
      const offset = address - PEER_BAR;
      if (redirect || offset < 0 || offset >= 4096) return { kind: 'upstream' };
      return { kind: 'peer', target, bar: offset < 2048 ? 0 : 1, offset: offset % 2048 };
    },
  };
  const requests = new MemoryRequests({ host, iommu, remapping, router });
  return { engine, host, iommu, remapping, requests, peer, processor, taken, writes };
}

describe('requests that go upstream', () => {
  test('memory: through the domain, page by page', () => {
    const { host, requests } = machine();
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
    expect(requests.write(VF, PAGE_SIZE - 50, bytes, 0)).toBe('memory');
    expect(host.bytes.slice(2 * LARGE_PAGE_SIZE + PAGE_SIZE - 50).slice(0, 100)).toEqual(bytes);
    const back = new Uint8Array(100);
    expect(requests.read(VF, PAGE_SIZE - 50, back)).toBe('memory');
    expect(back).toEqual(bytes);
  });

  test('I7: outside the domain, and from a function without one: a fault, no byte changed', () => {
    const { host, iommu, requests } = machine();
    const before = host.bytes.slice();
    expect(requests.write32(VF, LARGE_PAGE_SIZE, 1, 0)).toBe('fault');
    expect(requests.write32(0x0182, 0, 1, 0)).toBe('fault');
    const bytes = new Uint8Array(4);
    expect(requests.read(0x0182, 0, bytes)).toBe('fault');
    expect([...bytes]).toEqual([255, 255, 255, 255]);
    expect(Buffer.compare(before, host.bytes)).toBe(0);
    expect(iommu.recording.drain().map(({ reason }) => reason)).toEqual([5, 2, 2]);
  });

  test('a double word to 0xfeex_xxxx is a message: remapping decides, not the domain', () => {
    const { engine, remapping, requests, processor, taken, host } = machine();
    const before = host.bytes.slice(0x100000);
    const index = remapping.add({ sourceId: VF, processor, vector: 9, posted: false });
    const { address, data } = remapping.messageFor(index);
    expect(requests.write32(VF, address, data, 0)).toBe('message');
    expect(requests.write32(0x0182, address, data, 0)).toBe('fault');
    remapping.enabled = false;
    const forged = remapping.compatibilityMessage(0, 0x29);
    expect(requests.write32(0x0182, forged.address, forged.data, 0)).toBe('message');
    engine.run();
    expect(taken).toEqual([9]);
    expect(Buffer.compare(before, host.bytes.subarray(0x100000))).toBe(0);
  });

  test.each([
    ['a frame', 0xfee00000, 64],
    ['half a double word', 0xfee00000, 2],
    ['a double word across', 0xfee00002, 4],
  ])(
    '%s written there is neither message nor memory, even where it is mapped',
    (_name, at, bytes) => {
      const { iommu, requests, remapping } = machine();
      remapping.enabled = false;
      const domain = iommu.createDomain();
      iommu.attach(VF, domain);
      iommu.map(domain, 0xfee00000, 2 * LARGE_PAGE_SIZE, DMA_READ | DMA_WRITE, true);
      expect(iommu.translate(VF, 0xfef00000, DMA_WRITE)).toBe(2 * LARGE_PAGE_SIZE + 0x100000);
      expect(requests.write(VF, at, new Uint8Array(bytes), 0)).toBe('fault');
      expect(requests.read(VF, 0xfee00000, new Uint8Array(4))).toBe('fault');
      expect(iommu.lastFault?.reason).toBe('interrupt range');
      expect(remapping.delivered + remapping.unclaimed).toBe(0);
    },
  );
});

describe('requests to a peer (I7)', () => {
  test('ACS redirects: the request comes upstream, and the domain does not have the address', () => {
    const { iommu, requests, peer } = machine(true);
    expect(requests.write32(VF, PEER_BAR + 4, 0xdeadbeef, 0)).toBe('fault');
    expect(iommu.faults).toBe(1);
    expect(peer.every((byte) => byte === 0)).toBe(true);
  });

  test('without ACS it reaches the peer, and no IOMMU hears of it', () => {
    const { iommu, requests, peer } = machine(false);
    expect(requests.write32(VF, PEER_BAR + 4, 0xdeadbeef, 0)).toBe('peer');
    expect([...peer.subarray(4, 8)]).toEqual([0xef, 0xbe, 0xad, 0xde]);
    const bytes = new Uint8Array(6);
    expect(requests.read(VF, PEER_BAR + 4, bytes)).toBe('peer');
    expect([...bytes]).toEqual([0xef, 0xbe, 0xad, 0xde, 0, 0]);
    expect(iommu.faults + iommu.walks + iommu.contextReads).toBe(0);
  });

  test('an odd piece is written in bytes and double words', () => {
    const { requests, writes } = machine(false);
    requests.write(VF, PEER_BAR + 3, Uint8Array.of(1, 2, 3, 4, 5, 6), 0);
    expect(writes).toEqual([
      [3, 1, 1],
      [4, 4, 0x05040302],
      [8, 1, 6],
    ]);
  });

  test('beyond what the peer has: unanswered, and reads give ones', () => {
    const { requests } = machine(false);
    expect(requests.write32(VF, PEER_BAR + 64, 1, 0)).toBe('unanswered');
    const bytes = new Uint8Array(2);
    expect(requests.read(VF, PEER_BAR + 2048, bytes)).toBe('unanswered');
    expect([...bytes]).toEqual([255, 255]);
  });

  test('blocked by a port: who and why is kept', () => {
    const { requests, iommu } = machine();
    expect(requests.write32(VF, 0xe0000000, 1, 0)).toBe('blocked');
    expect(requests.read(VF, 0xe0000000, new Uint8Array(4))).toBe('blocked');
    expect(requests.lastBlocked).toEqual({ by: '00:1c.0', reason: 'source validation' });
    expect(requests.counts).toMatchObject({ blocked: 2, memory: 0 });
    expect(iommu.faults).toBe(0);
  });
});
