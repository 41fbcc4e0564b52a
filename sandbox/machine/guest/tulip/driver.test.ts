import { describe, expect, test } from 'vitest';
import { frameTo, MAC, TulipRig } from '../../../../tests/support/tulip.ts';
import {
  ABNORMAL_SUMMARY,
  CSR5_STATUS,
  CSR8_MISSED_FRAMES,
  NORMAL_SUMMARY,
  RDES0_ERROR,
  TIMER_EXPIRED,
  TRANSMIT_INTERRUPT,
} from '../../devices/dec21140/spec.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import { TulipDriver } from './driver.ts';

/** A rig that is open, its link checked, and at rest. */
function running(options = {}) {
  const rig = new TulipRig(options).open();
  rig.pass(3);
  rig.forget();
  return rig;
}

const numbers = (frames: Uint8Array[]) =>
  frames.map((frame) => (frame.at(-2) ?? 0) * 256 + (frame.at(-1) ?? 0));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('opening', () => {
  // Of the recording, phase `up`, without the accesses of CSR9 and the interrupts.
  test('writes the registers that the recorded driver writes, in its order', () => {
    const rig = new TulipRig();
    rig.driver.open();
    rig.rest();
    const from = rig.accesses.findLastIndex(
      ({ register, value }) => register === 6 && value === 0x40000,
    );
    const writes = rig.accesses.slice(from).filter(({ write }) => write);
    const words = writes
      .filter(({ register, value }) => register !== 5 || value !== 0x10004)
      .filter(({ register }) => register >= 0 && register !== 9 && register !== 3 && register !== 4)
      .map(({ register, value }) => `${register} ${value.toString(16)}`);
    expect(words.join(', ')).toBe(
      '6 40000, 0 1, 0 1a08000, 12 11f, 12 0, 12 8, 6 20e2000, 5 1ebef, 7 1ebef, 6 20e2002, 2 0, ' +
        '1 0, 6 20e2002',
    );
  });
});

describe('sending', () => {
  test('a frame sent singly is exactly 5 accesses, and arrives as it was', () => {
    const rig = running();
    for (let n = 0; n < 3; n++) {
      rig.forget();
      const frame = frameTo(MAC, 60 + 700 * n, n);
      expect(rig.send(frame)).toBe(true);
      expect(rig.words).toBe('W1 R5 W5 R5 R8');
      expect(rig.sent).toEqual([frame]);
    }
  });

  test('more than the ring holds, one after another: each once, in order, each counted', () => {
    const rig = running();
    for (const n of upTo(100)) expect(rig.send(frameTo(MAC, 60, n))).toBe(true);
    expect(numbers(rig.sent)).toEqual(upTo(100));
    expect(rig.accesses).toHaveLength(500);
    expect(rig.driver.statistics).toMatchObject({ sent: 100, transmitErrors: 0, dropped: 0 });
    expect(rig.driver.freeDescriptors).toBe(31);
  });

  /** Puts frames into the ring and demands a poll only when told to. */
  class Holding extends TulipDriver {
    protected override *transmit(length: number, more: boolean): GuestCode {
      if (more) this.fillDescriptor(length);
      else yield* super.transmit(length, more);
    }
  }

  test('a full ring takes no more, and goes on as soon as the chip has worked it off', () => {
    const rig = running({ driver: Holding });
    let room = 0;
    rig.driver.stack = { received: () => {}, room: () => room++ };
    let held = 0;
    while (rig.send(frameTo(MAC, 60, held), true)) held++;
    expect(held).toBe(30);
    expect(room).toBe(0);
    // Somebody else's poll demand, as a driver with a lost one would make.
    rig.chip.write(8, 4, 0);
    rig.arrive(frameTo(MAC));
    rig.rest();
    expect(numbers(rig.sent)).toEqual(upTo(30));
    expect(room).toBe(1);
    expect(rig.driver.statistics.sent).toBe(30);
    expect(rig.send(frameTo(MAC))).toBe(true);
    expect(rig.sent).toHaveLength(31);
  });

  test('a frame whose descriptor has an error is counted as one', () => {
    const rig = running();
    rig.afterAccess = ({ write, register }) => {
      if (!write || register !== 1) return;
      const at = rig.csr(4) + 3 * 16;
      rig.memory.write32(at, rig.memory.read32(at) | RDES0_ERROR);
    };
    rig.send(frameTo(MAC));
    expect(rig.driver.statistics).toMatchObject({ sent: 0, transmitErrors: 1 });
  });
});

describe('receiving', () => {
  test('a frame received singly is exactly 9 accesses, and reaches the stack as it was', () => {
    const rig = running();
    for (let n = 0; n < 3; n++) {
      rig.forget();
      const frame = frameTo(MAC, 60 + 700 * n, n);
      expect(rig.arrive(frame)).toBe(true);
      rig.rest();
      expect(rig.words).toBe('R5 W7 W5 R5 R8 R5 W5 R5 W7');
      expect(rig.received).toEqual([frame]);
    }
  });

  // 0.41 accesses a frame with bursts of 32 (measured with the recorded driver).
  test('a burst of 32 is 13 accesses', () => {
    const rig = running();
    for (const n of upTo(32)) rig.arrive(frameTo(MAC, 60, n));
    rig.rest();
    expect(numbers(rig.received)).toEqual(upTo(32));
    expect(rig.accesses).toHaveLength(13);
  });

  test('more than the ring holds, in bursts: each once and in order', () => {
    const rig = running();
    for (const n of upTo(1000)) {
      expect(rig.arrive(frameTo(MAC, 60, n))).toBe(true);
      if (n % 97 === 0) rig.rest();
    }
    rig.rest();
    expect(numbers(rig.received)).toEqual(upTo(1000));
    expect(rig.driver.statistics).toMatchObject({ received: 1000, missed: 0 });
  });

  test('overrun: what found no buffer is counted, and receiving goes on', () => {
    const rig = running();
    const taken = upTo(140).map((n) => rig.arrive(frameTo(MAC, 60, n)));
    expect(taken.filter((one) => one)).toHaveLength(128);
    rig.rest();
    expect(numbers(rig.received)).toEqual(upTo(128));
    expect(rig.words).toContain('W2');
    rig.arrive(frameTo(MAC, 60, 500));
    rig.rest();
    expect(numbers(rig.received).at(-1)).toBe(500);
    expect(rig.driver.statistics).toMatchObject({ received: 129, missed: 12 });
  });

  test('a frame with an error is counted and dropped, its buffer used again', () => {
    const rig = running();
    for (const n of upTo(300)) {
      rig.arrive(frameTo(MAC, 60, n));
      const at = rig.csr(3) + (n % 128) * 16;
      if (n % 3 === 0) rig.memory.write32(at, rig.memory.read32(at) | RDES0_ERROR | 2);
      rig.rest();
    }
    expect(rig.driver.statistics).toMatchObject({ received: 200, receiveErrors: 100 });
    expect(rig.received).toHaveLength(200);
  });

  test('a frame longer than the longest is dropped, over one buffer or two', () => {
    const rig = running();
    for (const length of [1515, 1536, 1540, 1700, 2000]) rig.arrive(frameTo(MAC, length));
    rig.arrive(frameTo(MAC, 1514));
    rig.rest();
    expect(rig.received.map((frame) => frame.length)).toEqual([1514]);
    expect(rig.driver.statistics).toMatchObject({ received: 1, oversize: 5, receiveErrors: 0 });
  });

  test('a descriptor that lies about its length gives the stack nothing', () => {
    const rig = running();
    rig.arrive(frameTo(MAC));
    rig.memory.write32(rig.csr(3), 0x00030300);
    rig.rest();
    expect(rig.received).toEqual([]);
    expect(rig.driver.statistics).toMatchObject({ received: 0, receiveErrors: 1 });
  });

  test('a frame that arrives at any moment of another one being served is not lost', () => {
    const usual = running();
    usual.arrive(frameTo(MAC));
    usual.rest();
    const moments = usual.accesses.length;
    expect(moments).toBe(9);
    for (let moment = 1; moment <= moments; moment++) {
      const rig = running();
      rig.afterAccess = () => {
        if (rig.accesses.length === moment) rig.chip.receive(frameTo(MAC, 60, 2), 60);
      };
      rig.arrive(frameTo(MAC, 60, 1));
      rig.rest();
      expect(numbers(rig.received)).toEqual([1, 2]);
      expect(rig.chip.pin).toBe(false);
    }
  });

  test('one that arrives at any moment of one being sent is not lost, nor is the other', () => {
    for (let moment = 1; moment <= 5; moment++) {
      const rig = running();
      rig.afterAccess = () => {
        if (rig.accesses.length === moment) rig.chip.receive(frameTo(MAC, 60, 2), 60);
      };
      rig.send(frameTo(MAC, 60, 1));
      expect(numbers(rig.sent)).toEqual([1]);
      expect(numbers(rig.received)).toEqual([2]);
      expect(rig.driver.statistics).toMatchObject({ sent: 1, received: 1 });
    }
  });
});

describe('interrupts', () => {
  test('a storm is masked after a bounded number of accesses, and ends by the chip timer', () => {
    const rig = running();
    let left = 40;
    rig.afterAccess = ({ write, register }) => {
      if (write && register === 5 && left-- > 0) rig.raise(NORMAL_SUMMARY | TRANSMIT_INTERRUPT);
    };
    rig.send(frameTo(MAC));
    expect(rig.driver.statistics.storms).toBe(1);
    expect(rig.words).toMatch(/^W1( R5 W5){25} R5 W7 W11/);
    rig.raise(NORMAL_SUMMARY | TIMER_EXPIRED);
    rig.arrive(frameTo(MAC));
    rig.rest();
    expect(rig.csr(7) & 0x1ffff).toBe(0x1ebef);
    expect(rig.received).toHaveLength(1);
  });

  test('a handler of your own needs no more than its helpers', () => {
    class Mine extends TulipDriver {
      protected override *handleInterrupt(): GuestCode {
        const status = yield* this.in(CSR5_STATUS);
        yield* this.out(CSR5_STATUS, status & 0x1ffff);
        this.reclaim();
        while (this.takeFrame());
        this.refill();
        this.countMissed(yield* this.in(CSR8_MISSED_FRAMES));
      }
    }
    const rig = running({ driver: Mine });
    for (const n of upTo(200)) {
      rig.arrive(frameTo(MAC, 60, n));
      rig.rest();
      expect(rig.send(frameTo(MAC, 60, n))).toBe(true);
    }
    expect(numbers(rig.received)).toEqual(upTo(200));
    expect(numbers(rig.sent)).toEqual(upTo(200));
    expect(rig.accesses).toHaveLength(200 * 3 + 200 * 4);
  });

  test('frames taken and not given back: the ring is empty once, not read again', () => {
    class Keeping extends TulipDriver {
      protected override refill(): void {}
    }
    const rig = running({ driver: Keeping });
    for (const n of upTo(200)) {
      rig.arrive(frameTo(MAC, 60, n));
      rig.rest();
    }
    expect(numbers(rig.received)).toEqual(upTo(128));
  });
});

describe('trouble that the chip has by itself', () => {
  test.each([
    ['transmission stopped', 1 << 1, 13],
    ['an underflow', 1 << 5, 13],
    ['reception stopped', 1 << 8, 1],
  ])('%s: both processes are started again, and frames go on', (_name, bits, start) => {
    const rig = running();
    rig.chip.write(8 * 6, 4, rig.csr(6) & ~(1 << start));
    rig.raise(ABNORMAL_SUMMARY | bits);
    rig.rest();
    expect(rig.driver.restarts).toBe(2);
    rig.forget();
    rig.send(frameTo(MAC));
    rig.arrive(frameTo(MAC));
    rig.rest();
    expect([rig.sent.length, rig.received.length]).toEqual([1, 1]);
  });

  test('a bus error: the chip is set up anew', () => {
    const rig = running();
    rig.raise(ABNORMAL_SUMMARY | (1 << 13));
    rig.rest();
    expect(rig.driver.statistics.resets).toBe(1);
    rig.forget();
    rig.send(frameTo(MAC));
    expect(rig.sent).toHaveLength(1);
  });
});
