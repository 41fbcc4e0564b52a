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
  for (let i = 0; i <= Math.round((end - start) / step); i++)
    ticks.push(Number((start + i * step).toPrecision(12)));
  return { ticks, at: (value) => (value - start) / (end - start) };
}

const DECADE = [1, 2, 5];

/** The round numbers 1, 2, 5, 10, 20 ... from the last not above `low` to the first not below `high`. */
function roundNumbers(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const all: number[] = [];
  for (let power = first; power <= last; power++)
    for (const factor of DECADE) all.push(Number((factor * 10 ** power).toPrecision(12)));
  const start = all.findLastIndex((tick) => tick <= low * 1.000001);
  const end = all.findIndex((tick) => tick >= high * 0.999999);
  return all.slice(Math.max(0, start), end < 0 ? all.length : end + 1);
}

/** A logarithmic axis over the positive values, from a round number to a round number. */
export function logarithmic(values: readonly number[]): Scale {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  if (positive.length === 0) return linear([1, 10]);
  const low = Math.min(...positive);
  const round = roundNumbers(low, Math.max(Math.max(...positive), low * 2));
  const start = Math.log10(round[0] ?? 1);
  const span = Math.log10(round.at(-1) ?? 10) - start;
  const decades = round.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const ticks =
    round.length <= 8 ? round : decades.filter((_, i) => i % Math.ceil(decades.length / 8) === 0);
  return { ticks, at: (value) => (value > 0 ? (Math.log10(value) - start) / span : 0) };
}

/** Shortest interval, in nanoseconds, that a compressed time axis still tells from nothing. */
const GRAIN_NS = 25;

/**
 * A time axis for steps of very different length. `compressed`: every interval between two neighbouring
 * boundaries gets a width that grows with the logarithm of its length, so order and simultaneity stay true
 * while 10 ns and 100 µs are both visible. Otherwise to scale.
 */
export function timeScale(
  boundaries: readonly number[],
  compressed: boolean,
): Scale & { ticksAt(zoom: number): number[] } {
  const times = [...new Set(boundaries.filter(Number.isFinite))].sort((a, b) => a - b);
  const places = new Map<number, number>();
  let total = 0;
  times.forEach((time, index) => {
    const gap = index === 0 ? 0 : time - (times[index - 1] ?? time);
    total += compressed ? Math.log2(1 + gap / GRAIN_NS) : gap;
    places.set(time, total);
  });
  const at = (time: number) => (total === 0 ? 0 : (places.get(time) ?? 0) / total);
  const ticksAt = (zoom: number) => spaced(times, at, 0.12 / zoom);
  return { at, ticks: ticksAt(1), ticksAt };
}

/** Of all boundaries those that leave a label room, `room` of the width apart, the last always. */
function spaced(times: readonly number[], at: (time: number) => number, room: number): number[] {
  const end = times.at(-1);
  const ticks: number[] = [];
  for (const time of times) {
    const clear = ticks.every((tick) => at(time) - at(tick) >= room);
    if (clear && (time === end || 1 - at(time) >= room)) ticks.push(time);
  }
  return ticks;
}
