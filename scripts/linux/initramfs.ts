import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Member, writeCpio } from './cpio.ts';

const GUEST = fileURLToPath(new URL('./guest/', import.meta.url));
/** What the reader loads: the driver of the lesson, and the kernel's own packet generator. */
const MODULES = ['tulip', 'pktgen'];

/**
 * The initial root: busybox, the modules as Debian signed them, and our scripts.
 * @param unpacked where the packages lie
 * @param release of the kernel, such as 6.1.0-50-686
 */
export function makeInitramfs(unpacked: string, release: string): Uint8Array {
  const folder = `lib/modules/${release}`;
  const modules = closure(join(unpacked, folder));
  const dependencies = [...modules].map(([path, needs]) => `${path}: ${needs.join(' ')}`.trimEnd());
  const scripts = globSync('*', { cwd: GUEST }).sort();
  const members: Member[] = [
    { path: 'dev/console', device: [5, 1], mode: 0o600 },
    { path: 'dev/null', device: [1, 3], mode: 0o666 },
    ...['proc', 'sys', 'tmp', 'etc', 'root', 'sbin'].map((path) => ({ path })),
    { path: 'bin/busybox', mode: 0o755, data: readFileSync(join(unpacked, 'bin/busybox')) },
    { path: 'bin/sh', target: 'busybox' },
    ...[...modules.keys()].map((path) => ({
      path: `${folder}/${path}`,
      data: readFileSync(join(unpacked, folder, path)),
    })),
    { path: `${folder}/modules.dep`, data: Buffer.from(`${dependencies.join('\n')}\n`) },
    ...scripts.map((name) => ({
      path: name === 'init' ? 'init' : `bin/${name}`,
      mode: 0o755,
      data: readFileSync(join(GUEST, name)),
    })),
  ];
  return writeCpio(members);
}

/** Our modules and all they depend on: path to the paths it needs, nearest first. */
function closure(folder: string): Map<string, string[]> {
  const paths = new Map<string, string>();
  for (const path of globSync('kernel/**/*.ko', { cwd: folder }).sort()) {
    paths.set(nameOf(path), path);
  }
  const found = new Map<string, string[]>();
  const visit = (name: string): string[] => {
    const path = paths.get(name);
    if (!path) return []; // built into the kernel
    const known = found.get(path);
    if (known) return [path, ...known];
    found.set(path, []);
    const needs = dependsOn(readFileSync(join(folder, path))).flatMap(visit);
    found.set(path, [...new Set(needs)]);
    return [path, ...needs];
  };
  for (const name of MODULES)
    if (visit(name).length === 0) throw new Error(`the kernel package has no module ${name}`);
  return found;
}

const nameOf = (path: string): string =>
  (path.split('/').at(-1) ?? '').replace(/\.ko$/, '').replaceAll('-', '_');

/** The modules that a module names in its `.modinfo` section. */
export function dependsOn(module: Buffer): string[] {
  const key = Buffer.from('\0depends=');
  const at = module.indexOf(key);
  if (at < 0) return [];
  const end = module.indexOf(0, at + key.length);
  const list = module.toString('latin1', at + key.length, end);
  return list
    .split(',')
    .filter(Boolean)
    .map((name) => name.replaceAll('-', '_'));
}
