import type { Report } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { h } from './dom.ts';
import type { Format } from './export/index.ts';
import css from './tools.css?inline';

addStyle(css);

const FORMATS: readonly { format: Format; name: string; what: string }[] = [
  { format: 'csv', name: 'CSV', what: 'the table as CSV' },
  { format: 'png', name: 'PNG', what: 'the picture as PNG' },
  { format: 'svg', name: 'SVG', what: 'the picture as SVG' },
];

/**
 * Puts what `made` will be on the clipboard. The clipboard is asked at once, while the reader's press still
 * counts; what it is to hold may come later. Text formats go in as text, which every program takes.
 */
async function copy(format: Format, made: Promise<Blob>): Promise<void> {
  if (!('clipboard' in navigator) || typeof ClipboardItem === 'undefined')
    throw new Error('this browser gives pages no clipboard');
  const type = format === 'png' ? 'image/png' : 'text/plain';
  const content =
    format === 'png' ? made : made.then(async (blob) => new Blob([await blob.text()], { type }));
  await navigator.clipboard.write([new ClipboardItem({ [type]: content })]);
}

/** A link that saves what was made, for where the clipboard is refused. */
function saving(name: string, blob: Blob): HTMLAnchorElement {
  const url = URL.createObjectURL(blob);
  return h('a', { href: url, download: name, class: 'figure-save' }, `Download ${name}`);
}

/** “Copy: CSV · PNG · SVG” for what `shown` shows of the report that it has now. */
export function figureTools(report: () => Report, shown: () => Element | null): HTMLElement {
  const status = h('span', { class: 'figure-said', role: 'status' });
  let url: string | undefined;
  const run = async (format: Format, what: string) => {
    if (url) URL.revokeObjectURL(url);
    url = undefined;
    status.replaceChildren();
    const element = shown();
    if (!element) return;
    const files = import('./export/index.ts');
    const made = files.then(({ exported }) => exported(report(), element, format));
    try {
      await copy(format, made);
      status.textContent = `Copied ${what}.`;
    } catch {
      try {
        const link = saving((await files).fileName(report(), format), await made);
        url = link.href;
        status.replaceChildren('The browser refused the clipboard. ', link);
        link.focus();
      } catch {
        status.textContent = `Could not make ${what}.`;
      }
    }
  };
  const buttons = FORMATS.map(({ format, name, what }) => {
    const button = h('button', { type: 'button', 'aria-label': `Copy ${what}` }, name);
    button.addEventListener('click', () => run(format, what));
    return button;
  });
  return h(
    'div',
    { class: 'figure-tools', role: 'group', 'aria-label': 'Take this figure along' },
    h('span', { 'aria-hidden': 'true' }, 'Copy:'),
    ...buttons,
    status,
  );
}
