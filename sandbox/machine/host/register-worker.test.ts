/** A worker process behind the registers of a VMBus adapter: an access, and who is told of it. */
import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { DOORBELL_PORT, REGISTER_COUNT, REGISTER_PORTS } from '../guest/register-netvsc.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { Hypervisor } from '../partition/hypervisor.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { type GuestCode, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { Channel } from '../vmbus/channel.ts';
import { InterceptService } from './intercept-service.ts';
import { RegisterWorker } from './register-worker.ts';

function bench() {
  const { engine, ledger, lp, processor: root } = oneProcessor('root');
  const host = new HostMemory(2 * LARGE_PAGE_SIZE);
  const hypervisor = new Hypervisor(host);
  hypervisor.root.add(root);
  const service = new InterceptService(host);
  const synic = service.enable(root);
  const partition = hypervisor.createPartition();
  const guest = new VirtualProcessor(new LogicalProcessor(engine, ledger, lp.costs), 'guest');
  partition.add(guest);
  const signals: number[] = [];
  const channels = [0, 1].map(
    (i) => ({ rootEnd: { signalled: () => void signals.push(i) } }) as unknown as Channel,
  );
  const window = { base: REGISTER_PORTS, bytes: 4 * REGISTER_COUNT, doorbell: DOORBELL_PORT };
  const worker = new RegisterWorker(hypervisor, host, channels, window);
  service.add(partition, worker);
  hypervisor.installIntercepts(partition, worker, synic);
  const got: number[] = [];
  function* access(port: number, write: boolean, value = 0): GuestCode {
    Object.assign(guest.access, { port, size: 4, write, value });
    got.push(yield);
  }
  const run = (code: GuestCode) => {
    guest.start(code, engine.now);
    engine.run();
  };
  return { worker, ledger, signals, got, access, run };
}

describe('registers that a process emulates', () => {
  test('a write of the doorbell wakes the channel that its value names, and no other', () => {
    const { worker, signals, access, run } = bench();
    run(access(DOORBELL_PORT, true, 1));
    run(access(DOORBELL_PORT, true, 0));
    expect([signals, worker.emulated]).toEqual([[1, 0], 2]);
  });

  test('a channel that there is not is nobody', () => {
    const { worker, signals, access, run } = bench();
    for (const value of [2, 0x7fffffff, 0xffffffff]) run(access(DOORBELL_PORT, true, value));
    expect([signals, worker.emulated]).toEqual([[], 3]);
  });

  test('other registers keep what was written, and signal nothing; reading the doorbell neither', () => {
    const { signals, got, access, run } = bench();
    run(access(REGISTER_PORTS + 4, true, 0x1234));
    run(access(REGISTER_PORTS + 8, true, 0x99));
    got.length = 0;
    for (const offset of [4, 8, 0]) run(access(REGISTER_PORTS + offset, false));
    expect([got, signals]).toEqual([[0x1234, 0x99, 0], []]);
  });

  test('each access switches to the worker’s thread and back, and goes through the root', () => {
    const { ledger, access, run } = bench();
    for (let i = 0; i < 3; i++) run(access(REGISTER_PORTS + 4, false));
    expect(ledger.contextSwitches).toBe(6);
  });

  test('the window ends where it ends', () => {
    const { worker } = bench();
    const end = REGISTER_PORTS + 4 * REGISTER_COUNT;
    expect(
      [REGISTER_PORTS - 1, REGISTER_PORTS, end - 1, end].map((at) => worker.claims(at)),
    ).toEqual([false, true, true, false]);
  });
});
