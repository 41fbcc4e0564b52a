import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { EXIT_ROOT_HYPERCALL, HYPERVISOR } from '../partition/ledger.ts';
import { HypervisorCopies } from './hypervisor-copies.ts';

function bench() {
  const { processor, ledger } = oneProcessor('root');
  const host = new HostMemory(1 << 21);
  const mover = new HypervisorCopies(host, 1000);
  const frameOf = (length: number, value: number) => {
    const list = new ScatterList();
    host.bytes.fill(value, 0x101000, 0x101000 + length);
    list.add(0x101000, length >> 1);
    list.add(0x101000 + 0x800 + (length >> 1), length - (length >> 1));
    host.bytes.fill(value, 0x101800 + (length >> 1), 0x101800 + length);
    return list;
  };
  return { processor, ledger, host, mover, frameOf };
}

describe('frames that the hypervisor carries', () => {
  test('out of the guest: two copies and one hypercall, and the root has a frame of its own', () => {
    const { processor, ledger, host, mover, frameOf } = bench();
    const frame = frameOf(600, 7);
    expect(mover.fetch(processor, frame)).toBe(true);
    host.bytes.fill(0, 0x101000, 0x103000);
    expect([frame.count, frame.length]).toEqual([1, 600]);
    for (let i = 0; i < 600; i++) expect(frame.byte(host, i)).toBe(7);
    expect([ledger.copies, ledger.copiedBytes]).toEqual([2, 1200]);
    expect(ledger.exits[EXIT_ROOT_HYPERCALL]).toBe(1);
    const { copyCold, copyWarm, vmexit } = processor.lp.costs;
    expect(ledger.cyclesOf(HYPERVISOR)).toBe(vmexit + 600 * (copyCold + copyWarm));
  });

  test('two frames at a time do not lie over each other', () => {
    const { processor, host, mover, frameOf } = bench();
    const first = frameOf(500, 1);
    mover.fetch(processor, first);
    const second = frameOf(500, 2);
    mover.fetch(processor, second);
    expect([first.byte(host, 0), first.byte(host, 499)]).toEqual([1, 1]);
    expect([second.byte(host, 0), second.byte(host, 499)]).toEqual([2, 2]);
  });

  test('into the guest: exactly the frame’s bytes', () => {
    const { processor, host, mover, frameOf } = bench();
    expect(mover.store(processor, frameOf(300, 9), 0x108000)).toBe(true);
    expect([...host.bytes.subarray(0x108000, 0x10812c)]).toEqual(new Array(300).fill(9));
    expect([host.bytes[0x107fff], host.bytes[0x10812c]]).toEqual([0, 0]);
  });

  test('longer ones do not cross, and cost nothing', () => {
    const { processor, ledger, host, mover, frameOf } = bench();
    const frame = frameOf(1001, 3);
    expect(mover.fetch(processor, frame)).toBe(false);
    expect(mover.store(processor, frame, 0x108000)).toBe(false);
    expect([ledger.copies, host.bytes[0x108000], frame.count]).toEqual([0, 0, 2]);
  });
});
