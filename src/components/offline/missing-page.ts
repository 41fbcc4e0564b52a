import { siteRoot } from '../../lib/root.ts';
import { part } from '../notebook/dom.ts';

/** Milliseconds between two looks at whether the network or the newer version is there. */
const LOOK_MS = 2_000;

/** `<missing-page>`: says why the page in the address cannot be shown, and leads on when it can. */
export class MissingPage extends HTMLElement {
  connectedCallback(): void {
    const asked = new URLSearchParams(location.search);
    const page = pageIn(asked.get('page'));
    if (page === undefined) return;
    this.hidden = false;
    part<HTMLAnchorElement>(this, '.missing-again').href = page;
    if (asked.get('why') === 'version') void this.#otherVersion(page);
    else {
      this.#say('That page has not been opened in this browser yet, and there is no network now.');
      void this.#awaitNetwork(page);
    }
  }

  /** Goes on when the server answers; browsers do not always tell when there is a network again. */
  async #awaitNetwork(page: string): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      // Not a GET, so that it is the server that answers.
      const answer = await fetch(page, { method: 'HEAD' }).catch(() => undefined);
      if (answer?.ok) return location.replace(page);
    }
  }

  /** The server has a newer course: goes on with it when it is ready, at once if this is the only page. */
  async #otherVersion(page: string): Promise<void> {
    const { ask, takeOver, leaveWorker } = await import('../../offline/page.ts');
    navigator.serviceWorker.addEventListener('controllerchange', () => location.replace(page));
    this.#say('A newer version of the course is being made ready for that page.');
    for (;;) {
      const { newer, open } = await ask({ ask: 'update' });
      if (newer === 'none') break;
      if (newer === 'waiting' && open <= 1) return takeOver();
      if (newer === 'waiting')
        return this.#offer(
          `That page belongs to a newer version of the course. Using it reloads ${open} open pages.`,
          'Use the newer version',
          takeOver,
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#offer(
      'The site is being changed, and this page is not of the version that you have. Try again in a minute, or drop what this browser keeps of the course and take what the server has. What you wrote stays.',
      'Drop it and go on',
      async () => {
        await leaveWorker();
        location.replace(page);
      },
    );
  }

  #say(words: string): void {
    part(this, '.missing-words').textContent = words;
  }

  #offer(words: string, label: string, action: () => Promise<void>): void {
    this.#say(words);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = label;
    button.addEventListener('click', () => void action());
    part(this, '.missing-again').before(button, ' ');
  }
}

/** The page that is asked for, if it is one of this site; an address can carry anything. */
function pageIn(path: string | null): string | undefined {
  if (path === null) return undefined;
  const root = siteRoot();
  try {
    const page = new URL(path, root);
    return page.origin === root.origin && page.pathname.startsWith(root.pathname)
      ? page.href
      : undefined;
  } catch {
    return undefined;
  }
}
