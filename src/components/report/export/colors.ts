import type { Paint } from './shapes.ts';

/** Brings whatever colour a browser computes, such as `color(srgb 0.1 0.2 0.3)`, to one that all know. */
export class Colors {
  #known = new Map<string, Paint | undefined>();
  #context: CanvasRenderingContext2D | undefined;

  /** The paint; none where nothing would be seen. `alpha` makes it fainter. */
  paint(css: string, alpha = 1): Paint | undefined {
    if (!this.#known.has(css)) this.#known.set(css, this.#measure(css));
    const paint = this.#known.get(css);
    return paint && { color: paint.color, alpha: paint.alpha * alpha };
  }

  #measure(css: string): Paint | undefined {
    if (css === 'none' || css === 'transparent' || css === 'rgba(0, 0, 0, 0)') return undefined;
    this.#context ??= this.#canvas();
    const context = this.#context;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    if (alpha === 0) return undefined;
    const two = (value: number) => value.toString(16).padStart(2, '0');
    return { color: `#${two(red)}${two(green)}${two(blue)}`, alpha: alpha / 255 };
  }

  #canvas(): CanvasRenderingContext2D {
    const canvas = document.createElement('canvas');
    canvas.width = 1;
    canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives no canvas to paint on');
    return context;
  }
}
