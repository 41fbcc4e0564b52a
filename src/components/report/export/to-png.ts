import type { Paint, PathShape, Picture, TextShape } from './shapes.ts';

/** Pixels for each of the page's, unless the picture would be larger than browsers can hold. */
const SCALE = 2;
const MOST_PIXELS = 16_000_000;
const LONGEST = 16_000;

function paintPath(context: CanvasRenderingContext2D, shape: PathShape, scale: number): void {
  const path = new Path2D(shape.d);
  const [a, b, c, d, e, f] = shape.matrix;
  const fill = (paint: Paint) => {
    context.globalAlpha = paint.alpha;
    context.fillStyle = paint.color;
    context.fill(path);
  };
  context.setTransform(a * scale, b * scale, c * scale, d * scale, e * scale, f * scale);
  if (shape.fill) fill(shape.fill);
  const { stroke } = shape;
  if (!stroke) return;
  let outline = path;
  if (shape.nonScaling) {
    outline = new Path2D();
    outline.addPath(path, new DOMMatrix(shape.matrix));
    context.setTransform(scale, 0, 0, scale, 0, 0);
  }
  context.globalAlpha = stroke.alpha;
  context.strokeStyle = stroke.color;
  context.lineWidth = stroke.width;
  context.lineCap = stroke.round ? 'round' : 'butt';
  context.lineJoin = stroke.round ? 'round' : 'miter';
  context.setLineDash(stroke.dash);
  context.stroke(outline);
}

function paintText(context: CanvasRenderingContext2D, shape: TextShape, scale: number): void {
  const { text, x, y, width, fill, size, family, weight, italic } = shape;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.globalAlpha = fill.alpha;
  context.fillStyle = fill.color;
  context.font = `${italic ? 'italic ' : ''}${weight} ${size}px ${family}`;
  const measured = context.measureText(text).width;
  // Digits of one width are the page's, not the canvas's: the words keep the width that they had.
  const stretch = measured > 0 ? width / measured : 1;
  context.transform(stretch, 0, 0, 1, x, y);
  context.fillText(text, 0, 0);
}

/** The picture in pixels. It is painted shape by shape, so nothing foreign is ever in the canvas. */
export function toPng({ width, height, background, shapes }: Picture): Promise<Blob> {
  const fits = Math.min(
    Math.sqrt(MOST_PIXELS / (width * height)),
    LONGEST / Math.max(width, height),
  );
  const scale = Math.min(SCALE, fits);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas to paint on');
  context.fillStyle = background.color;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const shape of shapes)
    if (shape.kind === 'path') paintPath(context, shape, scale);
    else paintText(context, shape, scale);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made'))),
      'image/png',
    ),
  );
}
