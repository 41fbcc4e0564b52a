/** Pixels by which results may fall short of the place kept for them before it is given back: two lines. */
const SLACK = 40;

/** What will still grow: results whose drawing code is under way. */
const COMING = '.report-host:empty, [data-coming]';

/**
 * The place of something that a run will bring, kept from the press on, so that what stands below moves once
 * and at the reader's own word. How high it will be was measured when the lesson was made:
 * `data-heights="0:812 640:700"` reads 812 px in a cell at least 0 px wide, 700 px from 640 px on, at a font of
 * 16 px.
 */
export class Place {
  #element: HTMLElement;
  #watch = new ResizeObserver(() => this.#settle());
  /** Whether a run has ended well: what it left is a better guess than what was measured. */
  #known = false;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** Call it within the press: a browser takes what moves later for a jump. */
  take(): void {
    this.#watch.disconnect();
    const { offsetHeight } = this.#element;
    const height = this.#known ? offsetHeight : Math.max(offsetHeight, this.#measured());
    if (height === 0) return;
    this.#element.style.minHeight = `${height}px`;
    this.#element.hidden = false;
  }

  /** The run is over: the place goes back once what came has filled it, or is not going to. */
  end(well: boolean): void {
    this.#known ||= well;
    if (this.#empty) return this.#free();
    // Each is reported once now, before the next frame of the screen, and whenever it grows.
    for (const child of this.#element.children) this.#watch.observe(child);
  }

  #settle(): void {
    if (this.#element.querySelector(COMING)) return;
    const gap = this.#gap();
    if (gap <= 1 || gap > SLACK) this.#free();
  }

  #free(): void {
    this.#watch.disconnect();
    this.#element.style.minHeight = '';
    if (this.#empty) this.#element.hidden = true;
  }

  get #children(): HTMLElement[] {
    return [...this.#element.children] as HTMLElement[];
  }

  get #empty(): boolean {
    return this.#children.every((child) => child.hidden || child.childNodes.length === 0);
  }

  #gap(): number {
    const { offsetTop, offsetHeight } = this.#element;
    const end =
      offsetTop + offsetHeight - Number.parseFloat(getComputedStyle(this.#element).paddingBottom);
    return end - Math.max(...this.#children.map((child) => child.offsetTop + child.offsetHeight));
  }

  #measured(): number {
    const { parentElement, dataset } = this.#element;
    const font = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const width = (parentElement?.clientWidth ?? 0) / font;
    const heights = (dataset.heights ?? '').split(' ').map((pair) => pair.split(':').map(Number));
    const [, height = 0] = heights.findLast(([from = 0]) => from <= width) ?? [];
    return height * font;
  }
}
