/** Small builders for HTML and SVG. Strings become text nodes: nothing here parses markup. */
type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string | number | undefined | false;

function fill(node: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name === 'style') (node as HTMLElement).style.cssText = String(value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children)
    if (child !== undefined && child !== false)
      node.append(typeof child === 'number' ? String(child) : child);
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(node, attributes, children);
  return node;
}

let last = 0;

/** An id that is unique on the page, for labels. */
export function uid(prefix: string): string {
  last += 1;
  return `${prefix}-${last}`;
}
