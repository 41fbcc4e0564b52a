import { siteRoot } from '../../lib/root.ts';

interface Hit {
  url: string;
  excerpt: string;
  meta: { title?: string };
  sub_results: { title: string; url: string; excerpt: string }[];
}
interface Pagefind {
  options(o: { baseUrl: string; excerptLength: number }): Promise<void>;
  debouncedSearch(q: string): Promise<{ results: { data(): Promise<Hit> }[] } | null>;
}

const LIMIT = 8;
let loading: Promise<Pagefind> | undefined;

/** Pagefind and its index from beside the pages, wherever the site was copied to. */
function pagefind(): Promise<Pagefind> {
  loading ??= (async () => {
    const root = siteRoot();
    const url = new URL('pagefind/pagefind.js', root).href;
    const api = (await import(/* @vite-ignore */ url)) as Pagefind;
    await api.options({ baseUrl: root.pathname, excerptLength: 24 });
    return api;
  })();
  return loading;
}

/** Pagefind marks words with <mark>; everything else in an excerpt is text. */
function excerpt(html: string): HTMLElement {
  const line = document.createElement('p');
  const parsed = new DOMParser().parseFromString(html, 'text/html').body;
  for (const node of parsed.childNodes) {
    const part =
      node.nodeName === 'MARK' ? document.createElement('mark') : document.createElement('span');
    part.textContent = node.textContent;
    line.append(part.tagName === 'MARK' ? part : (node.textContent ?? ''));
  }
  return line;
}

function item(hit: Hit): HTMLLIElement[] {
  const parts = hit.sub_results.length > 0 ? hit.sub_results.slice(0, 3) : [{ ...hit, title: '' }];
  return parts.map((part) => {
    const link = document.createElement('a');
    link.href = part.url;
    const title = document.createElement('strong');
    title.textContent = hit.meta.title ?? part.title;
    link.append(title);
    if (part.title && part.title !== hit.meta.title) {
      const section = document.createElement('span');
      section.textContent = ` · ${part.title}`;
      link.append(section);
    }
    link.append(excerpt(part.excerpt));
    const li = document.createElement('li');
    li.append(link);
    return li;
  });
}

/** `<course-search>`: a button and a dialog. Opens with `/` or Ctrl+K. */
export class CourseSearch extends HTMLElement {
  connectedCallback(): void {
    const open = this.querySelector<HTMLButtonElement>('.open');
    const input = this.querySelector('input');
    const dialog = this.querySelector('dialog');
    if (!open || !input || !dialog) return;
    const show = () => {
      if (!dialog.open) dialog.showModal();
      input.select();
    };
    open.disabled = false;
    open.addEventListener('click', show);
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    input.addEventListener('input', () => void this.search(input.value));
    this.addEventListener('submit', (event) => {
      if ((event as SubmitEvent).submitter) return;
      event.preventDefault();
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.querySelector<HTMLAnchorElement>('li a')?.click();
    });
    document.addEventListener('keydown', (event) => {
      const typing = (event.target as HTMLElement).closest(
        'input, textarea, select, [contenteditable], .monaco-editor',
      );
      const slash =
        event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (slash || (event.key === 'k' && (event.ctrlKey || event.metaKey) && !typing)) {
        event.preventDefault();
        show();
      }
    });
  }

  private async search(query: string): Promise<void> {
    const status = this.querySelector('.status');
    const list = this.querySelector('ol');
    if (!status || !list) return;
    if (!query.trim()) {
      status.textContent = '';
      list.replaceChildren();
      return;
    }
    if (this.dataset.dev !== undefined) {
      status.textContent = 'Search works in the built site only.';
      return;
    }
    try {
      const found = await (await pagefind()).debouncedSearch(query);
      if (!found) return;
      const hits = await Promise.all(found.results.slice(0, LIMIT).map((r) => r.data()));
      list.replaceChildren(...hits.flatMap(item));
      const count = list.childElementCount;
      status.textContent =
        count === 0
          ? `Nothing found for “${query}”.`
          : `${count} ${count === 1 ? 'place' : 'places'}`;
    } catch {
      status.textContent = 'The search index could not be loaded.';
    }
  }
}
