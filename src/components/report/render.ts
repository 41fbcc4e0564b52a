import type { Report } from '../../../sandbox/lab/report.ts';

let draw: ((report: Report) => HTMLElement) | undefined;

/**
 * An element that shows the report. The drawing code comes with a page's first result, not with the page:
 * until it is there the element is empty, afterwards it is filled at once.
 */
export function renderReport(report: Report): HTMLElement {
  const host = document.createElement('div');
  host.className = 'report-host';
  if (draw) host.append(draw(report));
  else
    import('./draw.ts')
      .then(({ drawReport }) => {
        draw = drawReport;
        host.append(drawReport(report));
      })
      .catch(() =>
        host.append('The result is there, but the code that draws it could not be loaded.'),
      );
  return host;
}
