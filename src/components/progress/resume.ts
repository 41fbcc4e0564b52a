import { siteRoot } from '../../lib/root.ts';
import { part } from '../notebook/dom.ts';
import { addressOf, lastPlace, numberOf } from './state.ts';

/** On the landing page: a reader who was here before goes on where they were. */
const place = lastPlace();
if (place) {
  const link = part<HTMLAnchorElement>(document, '.start .button');
  link.href = addressOf(place);
  link.textContent = `Go on with lesson ${numberOf(place.lesson)}`;
  const progress = document.createElement('a');
  progress.href = new URL('progress/', siteRoot()).href;
  progress.className = 'prose-link';
  progress.textContent = 'Your progress';
  part(document, '.start span').replaceChildren(`${place.title}. `, progress);
}
