import { describe, expect, test } from 'vitest';
import { COSTS, oneProcessor } from '../../../tests/support/machine.ts';
import { Hypervisor } from './hypervisor.ts';
import * as ledger from './ledger.ts';
import type { GuestCode } from './virtual-processor.ts';

/** A guest with intercepts on ports 100 to 103, whose worker answers at once with 77. */
function setUp() {
  const rig = oneProcessor('guest');
  const hypervisor = new Hypervisor();
  const messages: number[] = [];
  hypervisor.installIntercepts(rig.processor, {
    claims: (port) => port >= 100 && port < 104,
    intercepted(processor, at) {
      messages.push(at);
      processor.resume(77, at);
    },
  });
  const values: number[] = [];
  function* read(port: number): GuestCode {
    rig.processor.access.port = port;
    values.push(yield);
  }
  return { ...rig, hypervisor, messages, values, read };
}

describe('port intercepts', () => {
  test('an access on a claimed port is one exit and one message to the root', () => {
    const { engine, processor, ledger: book, messages, values, read } = setUp();
    processor.start(read(101), 0);
    engine.run();
    expect(values).toEqual([77]);
    expect(messages).toEqual([COSTS.haltWake + COSTS.vmexit * 1000]);
    expect([book.ioExits, book.deviceAccesses]).toEqual([1, 1]);
    expect(book.exits[ledger.EXIT_PORT_IO]).toBe(1);
  });

  test('a port that nobody claims reads ones and reaches no worker', () => {
    const { engine, processor, hypervisor, messages, values, read } = setUp();
    processor.start(read(104), 0);
    engine.run();
    expect(values).toEqual([0xffffffff]);
    expect(messages).toEqual([]);
    expect(hypervisor.unclaimed).toBe(1);
  });
});

describe('signals', () => {
  test("a guest's is a hypercall and an I/O exit; the root's is neither", () => {
    const { engine, processor, hypervisor, ledger: book } = setUp();
    const target = { processor, vector: 2 };
    processor.post({ run: () => hypervisor.signalFromGuest(processor, target) }, 0, 0);
    engine.run();
    expect([book.ioExits, book.hypercalls]).toEqual([1, 1]);
    hypervisor.signalFromRoot(processor, target);
    expect([book.ioExits, book.hypercalls]).toEqual([1, 1]);
    expect(book.exits[ledger.EXIT_ROOT_HYPERCALL]).toBe(1);
  });
});
