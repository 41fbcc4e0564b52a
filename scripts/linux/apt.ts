import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  parseList,
  parseParagraph,
  parseSources,
  privateSources,
  type Source,
  SUITE,
} from './sources.ts';

/** A package as apt's index describes it, and where its file lies here. */
export interface DebianPackage {
  name: string;
  version: string;
  /** Source packages in it and their versions: its own, and those it is linked with. */
  sources: { name: string; version: string }[];
  sha256: string;
  /** The archive file. */
  path: string;
}

const ETC = '/etc/apt';
/** An index is taken to be fresh for this long, in milliseconds. */
const FRESH = 24 * 3600_000;

/** @returns what this machine lacks for making an image; undefined when it has all */
export function whatIsMissing(): string | undefined {
  const missing = ['apt-get', 'apt-cache', 'dpkg-deb'].filter(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0,
  );
  if (missing.length > 0)
    return `the image is made of Debian packages, and this machine has no ${missing.join(', no ')}: use a Debian machine, or a container of one`;
  if (privateSources(configuredSources()) === '')
    return `apt knows no Debian mirror here: name one with component main in ${ETC}/sources.list.d (the suite ${SUITE} is enough)`;
  return undefined;
}

function configuredSources(): Source[] {
  const parts = join(ETC, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [join(ETC, 'sources.list'), ...names.map((name) => join(parts, name))];
  return files.filter(existsSync).flatMap((path) => {
    if (path.endsWith('.sources')) return parseSources(readFileSync(path, 'utf8'));
    return path.endsWith('.list') ? parseList(readFileSync(path, 'utf8')) : [];
  });
}

/**
 * apt with a root of its own: sources, index and packages lie under one folder, and the machine's
 * package system neither knows them nor is written to. Mirrors, proxies and keys are the machine's.
 */
export class PrivateApt {
  #root: string;
  #config: string;

  /** @throws Error with what this machine lacks */
  constructor(folder: string) {
    const missing = whatIsMissing();
    if (missing) throw new Error(missing);
    this.#root = resolve(folder);
    for (const path of ['lists/partial', 'cache/archives/partial', 'sources', 'empty', 'packages'])
      mkdirSync(join(this.#root, path), { recursive: true });
    this.#config = join(this.#root, 'apt.conf');
    const sources = privateSources(configuredSources());
    writeFileSync(join(this.#root, 'sources/debian.sources'), sources);
    writeFileSync(join(this.#root, 'status'), '');
    writeFileSync(this.#config, this.#settings());
  }

  #settings(): string {
    const root = this.#root;
    return `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architecture "i386";
APT::Architectures { "i386"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "${root}";
Dir::State::lists "${root}/lists";
Dir::State::status "${root}/status";
Dir::Cache "${root}/cache";
Dir::Log "${root}";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${root}/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "${root}/empty";
`;
  }

  /** Fetches the index unless it is fresh. An index that fails is not the end: an older one may do. */
  update(always = false): void {
    const stamp = join(this.#root, 'updated');
    const isFresh = existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < FRESH;
    if (isFresh && !always) return;
    const args = ['-c', this.#config, '-qq', 'update'];
    const { status, stderr } = spawnSync('apt-get', args, { encoding: 'utf8' });
    if (status === 0 && !/^[EW]:/m.test(stderr)) writeFileSync(stamp, '');
    else console.log(`apt-get update: not all was found; going on\n${indented(stderr)}`);
  }

  /** Names of packages that match, the one with the highest number in it last. */
  find(pattern: RegExp, prefix: string): string[] {
    const names = this.#cache(['pkgnames', prefix])
      .split('\n')
      .filter((name) => pattern.test(name));
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  }

  /** A package's newest version, fetched unless its file is here. @throws Error when there is none */
  fetch(name: string): DebianPackage {
    const fields = parseParagraph(this.#cache(['show', '--no-all-versions', name]));
    const { Version: version = '', SHA256: sha256 = '' } = fields;
    if (!version) throw new Error(`apt knows no package ${name} for i386 in ${SUITE}`);
    const packages = join(this.#root, 'packages');
    const path = join(
      packages,
      `${name}_${basename(fields.Filename ?? '')
        .split('_')
        .slice(1)
        .join('_')}`,
    );
    if (!existsSync(path) || hashOf(path) !== sha256) this.#download(packages, name, version, path);
    if (hashOf(path) !== sha256)
      throw new Error(`${name} ${version}: the file is not what the index says`);
    return { name, version, sources: sourcesOf(name, fields), sha256, path };
  }

  #download(folder: string, name: string, version: string, path: string): void {
    console.log(`fetching ${name} ${version}`);
    const args = ['-c', this.#config, '-qq', 'download', `${name}=${version}`];
    execFileSync('apt-get', args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
    const file = readdirSync(folder).find((one) =>
      decodeURIComponent(one).startsWith(`${name}_${version}_`),
    );
    if (file) renameSync(join(folder, file), path);
  }

  /** Addresses of the mirrors in use, for the source offer. */
  mirrors(): string[] {
    const text = readFileSync(join(this.#root, 'sources/debian.sources'), 'utf8');
    return [...new Set(parseSources(text).flatMap((source) => (source.URIs ?? '').split(/\s+/)))];
  }

  #cache(args: readonly string[]): string {
    const options = { encoding: 'utf8', maxBuffer: 1e8 } as const;
    return spawnSync('apt-cache', ['-c', this.#config, ...args], options).stdout;
  }
}

/** Unpacks a package's files into `folder`. */
export function unpack({ path }: DebianPackage, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('dpkg-deb', ['-x', path, folder]);
}

function sourcesOf(name: string, fields: Source): DebianPackage['sources'] {
  const own = /^(\S+)(?: \((.+)\))?$/.exec(fields.Source ?? name);
  const linked = (fields['Built-Using'] ?? '').matchAll(/([\w.+-]+) \(= ([^)]+)\)/g);
  return [
    { name: own?.[1] ?? name, version: own?.[2] ?? fields.Version ?? '' },
    ...[...linked].map(([, source = '', version = '']) => ({ name: source, version })),
  ];
}

function hashOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

const indented = (text: string): string => text.trimEnd().replace(/^/gm, '  ');
