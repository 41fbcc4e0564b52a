import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { pagePolicy } from './policy.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** Scripts with these types are data or are loaded by others; a browser does not run their text. */
const DATA = /^application\/(ld\+)?json$/i;

/**
 * A page with its policy as the first thing after its charset, before anything that the policy is about.
 * @param more hashes that the page needs besides its own scripts'
 * @throws Error when something stands in the page that no hash can allow, or that the policy would block
 */
export function withPolicy(html: string, more: readonly string[]): string {
  for (const element of elements(parse(html))) refuse(element);
  const hashes = inlineHashes(html);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy([...hashes, ...more])}">`;
  const charset = /<head[^>]*>\s*<meta charset="utf-8"\s*\/?>/i.exec(html);
  if (!charset) throw new Error('its head does not begin with <meta charset="utf-8">');
  const at = charset.index + charset[0].length;
  return html.slice(0, at) + meta + html.slice(at);
}

/** Hashes of the scripts that stand in a document. */
export function inlineHashes(html: string): string[] {
  const hashes: string[] = [];
  for (const element of elements(parse(html))) {
    if (element.tagName !== 'script' || attribute(element, 'src') !== undefined) continue;
    if (DATA.test(attribute(element, 'type') ?? '')) continue;
    const text = element.childNodes.map((node) => ('value' in node ? node.value : '')).join('');
    hashes.push(`sha256-${createHash('sha256').update(text).digest('base64')}`);
  }
  return hashes;
}

/** Throws for what would need 'unsafe-inline', another origin, or a second policy. */
function refuse(element: Element): void {
  const said = (what: string): Error => new Error(`<${element.tagName}> has ${what}`);
  for (const { name, value } of element.attrs) {
    if (name.startsWith('on')) throw said(`a handler in its attribute ${name}`);
    if (/^\s*javascript:/i.test(value)) throw said(`a script in its attribute ${name}`);
    const loads = name === 'src' || (name === 'href' && element.tagName === 'link');
    if (loads && /^\s*(\w+:)?\/\//.test(value)) throw said(`a foreign address: ${value}`);
  }
  if (/^content-security-policy$/i.test(attribute(element, 'http-equiv') ?? ''))
    throw said('a policy of its own');
  if (['iframe', 'object', 'embed', 'base'].includes(element.tagName))
    throw said('no place in a page: the policy blocks it');
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

function* elements(node: Node): Generator<Element> {
  if ('tagName' in node) yield node;
  if ('content' in node) yield* elements(node.content);
  if ('childNodes' in node) for (const child of node.childNodes) yield* elements(child);
}
