import { deflate, inflate } from './deflate.ts';
import { checkShare, readShare, type Share, ShareError } from './schema.ts';

export { type CellShare, type Share, ShareError } from './schema.ts';

/** Version of the way in which a link is written; the number before its first dot. */
const VERSION = 1;
const PREFIX = '#share=';

/** Characters of a link that are read at all. What is longer goes into a file. */
export const MOST_CHARS = 100_000;
/** Bytes of a share, unpacked or in a file. */
export const MOST_BYTES = 1_000_000;
/** Characters that a link may have to come through: chat programs cut off what is longer. */
export const SAFE_CHARS = 8_000;

/** A share as a text for a link's fragment: version, a dot, and compressed JSON in base64url. @throws ShareError */
export async function encodeShare(value: Share): Promise<string> {
  const bytes = await deflate(writeShare(value));
  return `${VERSION}.${base64url(bytes)}`;
}

/** The share in a text that `encodeShare` made, or somebody else. @throws ShareError that says why not */
export async function decodeShare(text: string): Promise<Share> {
  if (text.length > MOST_CHARS) throw new ShareError('it is too long');
  const [, version, data] = /^([0-9]{1,6})\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (version === undefined || data === undefined) throw new ShareError('it is damaged');
  if (Number(version) !== VERSION)
    throw new ShareError(
      'it was made for another version of this site; reload the page and try again',
    );
  return readShare(await inflate(bytesOf(data), MOST_BYTES));
}

/** A share as the text of a file. @throws ShareError */
export function writeShare(value: Share): string {
  const json = JSON.stringify(checkShare(value));
  if (new TextEncoder().encode(json).length > MOST_BYTES)
    throw new ShareError('there is too much in it');
  return json;
}

/** The share in a file. @throws ShareError */
export async function readShareFile(file: Blob): Promise<Share> {
  if (file.size > MOST_BYTES) throw new ShareError('it is too large');
  return readShare(await file.text());
}

export function fragmentOf(text: string): string {
  return PREFIX + text;
}

/** The share's text in a fragment, if there is one. */
export function sharedIn(fragment: string): string | undefined {
  return fragment.startsWith(PREFIX) ? fragment.slice(PREFIX.length) : undefined;
}

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function bytesOf(data: string): Uint8Array {
  try {
    const binary = atob(data.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    throw new ShareError('it is damaged');
  }
}
