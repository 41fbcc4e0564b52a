/**
 * The pending-event set: a binary heap over typed arrays, keyed (time, sequence), that knows where each
 * timer stands, so that a timer can be moved or taken out in O(log n) without a search.
 *
 * A slot is a small integer that stands for one timer. It is in the heap at most once.
 */
export class EventHeap {
  /** Number of pending slots. */
  size = 0;
  #times: Float64Array;
  #sequences: Float64Array;
  #slots: Int32Array;
  #positions: Int32Array;

  constructor(capacity = 64) {
    this.#times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#positions = new Int32Array(capacity).fill(-1);
  }

  /** Time of the earliest slot, or Infinity when nothing is pending. */
  get nextTime(): number {
    return this.size === 0 ? Infinity : this.#times[0];
  }

  /** Whether `slot` is pending. */
  has(slot: number): boolean {
    return slot < this.#positions.length && this.#positions[slot] >= 0;
  }

  /** Time at which `slot` is due; NaN when it is not pending. */
  timeOf(slot: number): number {
    return this.has(slot) ? this.#times[this.#positions[slot]] : Number.NaN;
  }

  /** Puts `slot` at (time, sequence); moves it there when it is pending already. */
  set(slot: number, time: number, sequence: number): void {
    if (slot >= this.#positions.length) this.#growSlots(slot + 1);
    const at = this.#positions[slot];
    if (at < 0) {
      if (this.size === this.#times.length) this.#growHeap();
      this.#siftUp(this.size++, slot, time, sequence);
      return;
    }
    const later =
      time > this.#times[at] || (time === this.#times[at] && sequence > this.#sequences[at]);
    if (later) this.#siftDown(at, slot, time, sequence);
    else this.#siftUp(at, slot, time, sequence);
  }

  /** Takes `slot` out. Nothing happens when it is not pending. */
  delete(slot: number): void {
    if (!this.has(slot)) return;
    const at = this.#positions[slot];
    this.#positions[slot] = -1;
    this.#fill(at);
  }

  /** Takes the earliest slot out and returns it; -1 when nothing is pending. */
  pop(): number {
    if (this.size === 0) return -1;
    const slot = this.#slots[0];
    this.#positions[slot] = -1;
    this.#fill(0);
    return slot;
  }

  /** Closes the hole at `at` with the last element. */
  #fill(at: number): void {
    const last = --this.size;
    if (at === last) return;
    const slot = this.#slots[last];
    const time = this.#times[last];
    const sequence = this.#sequences[last];
    const parent = (at - 1) >> 1;
    const rises =
      at > 0 &&
      (time < this.#times[parent] ||
        (time === this.#times[parent] && sequence < this.#sequences[parent]));
    if (rises) this.#siftUp(at, slot, time, sequence);
    else this.#siftDown(at, slot, time, sequence);
  }

  #siftUp(start: number, slot: number, time: number, sequence: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const positions = this.#positions;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const t = times[parent];
      if (t < time || (t === time && sequences[parent] < sequence)) break;
      times[at] = t;
      sequences[at] = sequences[parent];
      slots[at] = slots[parent];
      positions[slots[at]] = at;
      at = parent;
    }
    times[at] = time;
    sequences[at] = sequence;
    slots[at] = slot;
    positions[slot] = at;
  }

  /**
   * From the bottom up: the hole goes down to a leaf along the earlier children, and the element then rises
   * from there, mostly not at all. No branch hangs on which child is earlier, since none could be predicted.
   */
  #siftDown(start: number, slot: number, time: number, sequence: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const positions = this.#positions;
    const size = this.size;
    let at = start;
    for (let left = 2 * at + 1; left < size; left = 2 * at + 1) {
      let child = left;
      let earliest = times[left];
      if (left + 1 < size) {
        const right = times[left + 1];
        child += Number(right < earliest);
        if (right === earliest) child += Number(sequences[left + 1] < sequences[left]);
        earliest = times[child];
      }
      const moved = slots[child];
      times[at] = earliest;
      sequences[at] = sequences[child];
      slots[at] = moved;
      positions[moved] = at;
      at = child;
    }
    this.#siftUp(at, slot, time, sequence);
  }

  #growHeap(): void {
    const capacity = this.#times.length * 2;
    this.#times = copyInto(new Float64Array(capacity), this.#times);
    this.#sequences = copyInto(new Float64Array(capacity), this.#sequences);
    this.#slots = copyInto(new Int32Array(capacity), this.#slots);
  }

  #growSlots(needed: number): void {
    const capacity = Math.max(needed, this.#positions.length * 2);
    this.#positions = copyInto(new Int32Array(capacity).fill(-1), this.#positions);
  }
}

function copyInto<T extends Float64Array | Int32Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
