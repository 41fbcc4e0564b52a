import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { ROOT_KERNEL, ROOT_USER } from '../partition/ledger.ts';
import { KernelMode, UserMode } from './service-mode.ts';

describe('in the kernel', () => {
  test('there is nothing to get to and nothing to pay', () => {
    const { processor, ledger } = oneProcessor('root');
    const mode = new KernelMode();
    mode.enter();
    mode.call();
    mode.leave();
    expect(mode.actor(processor)).toBe(ROOT_KERNEL);
    expect([ledger.contextSwitches, processor.local]).toEqual([0, 0]);
  });
});

describe('in a process', () => {
  test('its work is the user’s; a batch costs two switches, however often it is entered', () => {
    const { processor, ledger } = oneProcessor('root');
    const mode = new UserMode();
    expect(mode.actor(processor)).toBe(ROOT_USER);
    for (let batch = 1; batch <= 3; batch++) {
      mode.enter(processor);
      mode.enter(processor);
      mode.leave(processor);
      mode.leave(processor);
      expect(ledger.contextSwitches).toBe(2 * batch);
    }
    const { threadSwitch } = processor.lp.costs;
    expect(ledger.cyclesOf(ROOT_KERNEL)).toBe(6 * threadSwitch);
  });

  test('each call is a system call of the kernel', () => {
    const { processor, ledger } = oneProcessor('root');
    const mode = new UserMode();
    for (let i = 0; i < 5; i++) mode.call(processor);
    expect(ledger.cyclesOf(ROOT_KERNEL)).toBe(5 * processor.lp.costs.syscall);
    expect(ledger.cyclesOf(ROOT_USER)).toBe(0);
  });

  test('each processor of the root has a thread of its own', () => {
    const [a, b] = [oneProcessor('root'), oneProcessor('root')];
    const mode = new UserMode();
    mode.enter(a.processor);
    mode.leave(b.processor);
    expect([a.ledger.contextSwitches, b.ledger.contextSwitches]).toEqual([1, 0]);
    mode.enter(b.processor);
    expect(b.ledger.contextSwitches).toBe(1);
  });
});
