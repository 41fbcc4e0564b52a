import type { Report } from '../../../sandbox/lab/report.ts';

type Drawing = typeof import('./draw.ts');

let drawing: Drawing | undefined;

/**
 * An element that shows the report. The drawing code comes with a page's first result, not with the page:
 * until it is there the element is empty, afterwards it is filled at once.
 */
export function renderReport(report: Report): HTMLElement {
  const host = document.createElement('div');
  host.className = 'report-host';
  if (drawing) drawing.drawReport(host, report);
  else
    import('./draw.ts')
      .then((loaded) => {
        drawing = loaded;
        loaded.drawReport(host, report);
      })
      .catch(() =>
        host.append('The result is there, but the code that draws it could not be loaded.'),
      );
  return host;
}

/** Shows a sweep with what has come since in the element that shows it. */
export function updateReport(host: HTMLElement, report: Report): void {
  const [element] = host.children;
  if (drawing && element) drawing.redrawReport(element, report);
}
