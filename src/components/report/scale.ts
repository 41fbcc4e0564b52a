/** Positions on an axis, as a share between 0 and 1, and the ticks worth a label. */
export interface Scale {
  at(value: number): number;
  ticks: number[];
}

function niceStep(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = rough / power;
  return (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10) * power;
}

/** A linear axis that includes zero when the data come near it, with about `count` round ticks. */
export function linear(values: readonly number[], count = 5): Scale {
  const finite = values.filter(Number.isFinite);
  let low = Math.min(...finite, Number.POSITIVE_INFINITY);
  let high = Math.max(...finite, Number.NEGATIVE_INFINITY);
  if (finite.length === 0) [low, high] = [0, 1];
  if (low > 0 && low < high * 0.5) low = 0;
  if (low === high) [low, high] = low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, high)];
  const step = niceStep(high - low, count);
  const start = Math.floor(low / step + 1e-9) * step;
  const end = Math.ceil(high / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let i = 0; i <= Math.round((end - start) / step); i++) ticks.push(Number((start + i * step).toPrecision(12)));
  return { ticks, at: (value) => (value - start) / (end - start) };
}

/** A logarithmic axis over the positive values; a tick per decade, and 2 and 5 when there are few decades. */
export function logarithmic(values: readonly number[]): Scale {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  if (positive.length === 0) return linear([1, 10]);
  const low = Math.floor(Math.log10(Math.min(...positive)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  const within = high - low <= 2 ? [1, 2, 5] : [1];
  const stride = Math.ceil((high - low) / 7);
  const ticks: number[] = [];
  for (let decade = low; decade <= high; decade += stride)
    for (const factor of within) {
      const tick = factor * 10 ** decade;
      if (tick <= 10 ** high * 1.001) ticks.push(Number(tick.toPrecision(12)));
    }
  return { ticks, at: (value) => (value > 0 ? (Math.log10(value) - low) / (high - low) : 0) };
}

/** Shortest interval, in nanoseconds, that a compressed time axis still tells from nothing. */
const GRAIN_NS = 25;

/**
 * A time axis for steps of very different length. `compressed`: every interval between two neighbouring
 * boundaries gets a width that grows with the logarithm of its length, so order and simultaneity stay true
 * while 10 ns and 100 µs are both visible. Otherwise to scale.
 */
export function timeScale(boundaries: readonly number[], compressed: boolean): Scale {
  const times = [...new Set(boundaries.filter(Number.isFinite))].sort((a, b) => a - b);
  const places = new Map<number, number>();
  let total = 0;
  times.forEach((time, index) => {
    const gap = index === 0 ? 0 : time - (times[index - 1] ?? time);
    total += compressed ? Math.log2(1 + gap / GRAIN_NS) : gap;
    places.set(time, total);
  });
  const at = (time: number) => (total === 0 ? 0 : (places.get(time) ?? 0) / total);
  return { at, ticks: spaced(times, at) };
}

/** Of all boundaries those that leave a label room: about an eighth of the width apart, the last always. */
function spaced(times: readonly number[], at: (time: number) => number): number[] {
  const end = times.at(-1);
  const ticks: number[] = [];
  for (const time of times) {
    const clear = ticks.every((tick) => at(time) - at(tick) >= 0.12);
    if (clear && (time === end || 1 - at(time) >= 0.12)) ticks.push(time);
  }
  return ticks;
}
