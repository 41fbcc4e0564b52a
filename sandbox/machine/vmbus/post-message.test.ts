/** HvPostMessage through the hypercall's input page (facts, sections 1 and 3). */
import { expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import * as status from '../partition/hypercall-status.ts';
import { Hypervisor } from '../partition/hypervisor.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { PORT_MESSAGE } from '../partition/ports.ts';
import { Synic } from '../partition/synic.ts';
import { MSR_SCONTROL, MSR_SIMP, MSR_SINT0 } from '../partition/synic-spec.ts';
import { VirtualProcessor } from '../partition/virtual-processor.ts';
import { postMessage } from './post-message.ts';

const PAYLOAD = Uint8Array.from({ length: 240 }, (_, i) => i);

/** A child with connection 1 to the root's SINT 2, and an input page at `gpa`. */
function setUp(gpa: number) {
  const { engine, ledger, processor: root } = oneProcessor('root');
  const host = new HostMemory(4 * LARGE_PAGE_SIZE);
  const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const child = new VirtualProcessor(new LogicalProcessor(engine, ledger, COSTS), 'guest');
  hypervisor.createPartition(memory).add(child);
  const synic = new Synic(host, root);
  synic.writeMsr(MSR_SIMP, synic.messagePage + 1, 0);
  synic.writeMsr(MSR_SINT0 + 2, 0x22, 0);
  synic.writeMsr(MSR_SCONTROL, 1, 0);
  hypervisor.createPort(root, 1, 11, 2, { type: PORT_MESSAGE, sint: 2, vp: 0 });
  hypervisor.connectPort(root, 2, 1, 1, 11);
  ledger.reset();
  const page = {
    address: gpa,
    write: (bytes: Uint8Array) => void memory.writeFrom(gpa, bytes, 0, bytes.length),
  };
  const post = (payload = PAYLOAD, connectionId = 1) =>
    postMessage(hypervisor, child, page, { connectionId, messageType: 1, payload });
  const slot = () => host.bytes.slice(synic.slot(2), synic.slot(2) + 256);
  return { post, slot, memory, ledger };
}

test('the input lies in the page as the interface has it, and the payload arrives whole', () => {
  const { post, slot, memory, ledger } = setUp(0x5000);
  expect(post()).toBe(status.HV_STATUS_SUCCESS);
  expect([0, 4, 8, 12].map((at) => memory.read32(0x5000 + at))).toEqual([1, 0, 1, 240]);
  expect(slot().slice(16)).toEqual(PAYLOAD);
  expect([ledger.hypercalls, ledger.totalExits]).toEqual([1, 1]);
});

test('the connection is what the page says', () => {
  expect(setUp(0x5000).post(PAYLOAD, 9)).toBe(status.HV_STATUS_INVALID_CONNECTION_ID);
});

test.each([
  ['misaligned', 0x5004, status.HV_STATUS_INVALID_ALIGNMENT],
  ['across two pages', 0x5f08, status.HV_STATUS_INVALID_ALIGNMENT],
  ['outside the memory', 4 * LARGE_PAGE_SIZE, status.HV_STATUS_INVALID_PARAMETER],
])('an input page that is %s: a status, and no message', (_name, gpa, wanted) => {
  const { post, slot } = setUp(gpa);
  expect(post()).toBe(wanted);
  expect(slot()[0]).toBe(0);
});

test('the last place of a page where the input fits', () => {
  expect(setUp(0x5f00).post()).toBe(status.HV_STATUS_SUCCESS);
});

test('what does not fit is not sent', () => {
  const { post, ledger } = setUp(0x5000);
  expect(post(new Uint8Array(241))).toBe(status.HV_STATUS_INVALID_PARAMETER);
  expect(ledger.hypercalls).toBe(0);
});
