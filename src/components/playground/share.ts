import { addStyle } from '../../lib/style.ts';
import { h, part } from '../notebook/dom.ts';
import { encodeShare, fragmentOf, MOST_CHARS, SAFE_CHARS, ShareError } from '../share/codec.ts';
import type { TwoPlayground } from './playground.ts';
import css from './share.css?inline';

addStyle(css);

/** Shows a link with the panels and the code as they are, or puts it away. */
export async function toggleShare(playground: TwoPlayground): Promise<void> {
  const button = part(playground, '.writer-share');
  const open = playground.querySelector('.playground-link');
  button.setAttribute('aria-expanded', String(!open));
  if (open) return open.remove();
  const box = h('div', { class: 'playground-link', role: 'group', 'aria-label': 'Share' });
  part(playground, '.writer').after(box);
  box.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    box.remove();
    button.setAttribute('aria-expanded', 'false');
    button.focus();
  });
  box.append(...(await content(playground)));
  box.querySelector('input')?.select();
}

async function content(playground: TwoPlayground): Promise<HTMLElement[]> {
  const told = h('p', { role: 'status' });
  try {
    const state = { ...playground.state };
    const text = await encodeShare({ kind: 'playground', state });
    const href = location.href.replace(/#.*$/, '') + fragmentOf(text);
    if (href.length > MOST_CHARS)
      throw new ShareError('the code is too long for one; send it as a text');
    const field = h('input', {
      type: 'text',
      readonly: true,
      value: href,
      'aria-label': 'Link to this machine',
    });
    const copied = await navigator.clipboard.writeText(href).then(
      () => true,
      () => false,
    );
    const long = href.length > SAFE_CHARS ? ' It is long: some chat programs will cut it off.' : '';
    told.textContent = `${copied ? 'The link is copied.' : 'Copy the link.'} Whoever opens it sees what it changes; nothing runs by itself.${long}`;
    return [field, told];
  } catch (error) {
    const why = error instanceof ShareError ? error.message : 'something could not be loaded';
    told.textContent = `There is no link: ${why}.`;
    return [told];
  }
}
