/** An entry of apt's configuration, in deb822 terms: field name to value. */
export type Source = Record<string, string>;

/** The release whose i386 kernel we boot; later ones have none. */
export const SUITE = 'bookworm';

/** Names under which a machine may follow Debian. */
const RELEASES =
  /^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(?=$|-|\/)/;
const SUITES = [SUITE, `${SUITE}-updates`, `${SUITE}-security`];

/** One-line entries of a `.list` file. */
export function parseList(text: string): Source[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$/.exec(line);
    if (!found) return [];
    const [, options = '', uri = '', suite = '', components = ''] = found;
    const signedBy = /signed-by=(\S+)/i.exec(options)?.[1];
    const source: Source = { Types: 'deb', URIs: uri, Suites: suite, Components: components };
    return [signedBy ? { ...source, 'Signed-By': signedBy } : source];
  });
}

/** Paragraphs of a `.sources` file that are switched on and give binary packages. */
export function parseSources(text: string): Source[] {
  const paragraphs = text.replace(/^#.*\n?/gm, '').split(/\n[ \t]*\n/);
  return paragraphs.map(parseParagraph).filter((source) => {
    const isOff = /^(no|false|without|off|disable)$/i.test(source.Enabled ?? '');
    return /\bdeb\b(?!-src)/.test(source.Types ?? '') && !isOff;
  });
}

/** Fields of one paragraph of control data; a value's further lines stay in it. */
export function parseParagraph(text: string): Source {
  const fields: Source = {};
  for (const [, name = '', value = ''] of text.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm))
    fields[name] = value.trimEnd();
  return fields;
}

/**
 * The machine's own Debian mirrors, turned towards the i386 packages of our release.
 * @returns the text of a `.sources` file; empty when apt knows no Debian mirror
 */
export function privateSources(configured: readonly Source[]): string {
  const mirrors = configured.flatMap((source) => {
    const suites = (source.Suites ?? '').split(/\s+/).filter((name) => RELEASES.test(name));
    const wanted = suites.map((name) =>
      name.replace(RELEASES, SUITE).replace('/updates', '-security'),
    );
    const kept = [...new Set(wanted)].filter((name) => SUITES.includes(name));
    const hasMain = /\bmain\b/.test(source.Components ?? '');
    return kept.length > 0 && hasMain ? [{ source, suites: kept }] : [];
  });
  return mirrors.map(({ source, suites }) => entry(source, suites)).join('\n');
}

function entry(source: Source, suites: readonly string[]): string {
  const signedBy = source['Signed-By'];
  return [
    'Types: deb',
    `URIs: ${source.URIs}`,
    `Suites: ${suites.join(' ')}`,
    'Components: main',
    'Architectures: i386',
    ...(signedBy ? [`Signed-By: ${signedBy}`] : []),
    '',
  ].join('\n');
}
