import { CSR5_STATUS, CSR7_INTERRUPT_ENABLE, knob, runTulip, TulipDriver } from 'two-checkboxes';

const period = knob('Ask every', 1000, { min: 100, max: 5000, step: 100, unit: 'µs' });

/** Is told: an interrupt for whatever comes, and everything done in its handler. */
class Told extends TulipDriver {
  protected override *handleInterrupt() {
    let status = yield* this.in(CSR5_STATUS);
    while ((status & 0x18000) !== 0) {
      yield* this.out(CSR5_STATUS, status);
      while (this.takeFrame()) this.refill();
      this.reclaim();
      status = yield* this.in(CSR5_STATUS);
    }
  }
}

/** Asks: no interrupts at all, and a look at CSR5 by the clock. */
class Asking extends TulipDriver {
  protected override *bringUp() {
    yield* super.bringUp();
    yield* this.out(CSR7_INTERRUPT_ENABLE, 0);
    const { engine } = this.processor.lp;
    const again = () => timer.schedule(engine.now + period * 1e6);
    const handle = () => {
      this.processor.start(this.ask(), engine.now);
      again();
    };
    const timer = engine.timer({ handle }, 0, true);
    again();
  }

  *ask() {
    const status = yield* this.in(CSR5_STATUS);
    if ((status & 0xc0) === 0) return;
    yield* this.out(CSR5_STATUS, 0xc0);
    while (this.takeFrame()) this.refill();
  }
}

const drivers = [
  { name: 'told', driver: Told },
  { name: 'asks', driver: Asking },
  { name: 'both, like the real one', driver: TulipDriver },
];
const rates = [250, 4000, 20_000, 40_000, 80_000];
const runs: { name: string; x: number; accesses: number; latency: number }[] = [];
for (const { name, driver } of drivers)
  for (const load of rates) {
    const { perFrame, latencyUs } = await runTulip({ driver, direction: 'rx', load, frames: 200 });
    runs.push({ name, x: load, accesses: perFrame.deviceAccesses, latency: latencyUs.p50 });
  }
const lines = (y: 'accesses' | 'latency') =>
  drivers.map(({ name }) => ({
    name,
    points: runs.filter((run) => run.name === name).map((run) => ({ x: run.x, y: run[y] })),
  }));
const x = { label: 'Frames a second, received', log: true };

export default [
  {
    kind: 'chart',
    title: 'What a frame costs: register accesses',
    x,
    y: { label: 'Accesses per frame', log: true },
    series: lines('accesses'),
  },
  {
    kind: 'chart',
    title: 'How long a frame waits, the median one',
    x,
    y: { label: 'Latency', unit: 'µs', log: true },
    series: lines('latency'),
  },
];
