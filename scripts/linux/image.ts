import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ImageManifest, MANIFEST_FILE, SNAPSHOT_FILE } from '../../sandbox/linux/manifest.ts';
import { type DebianPackage, PrivateApt, unpack } from './apt.ts';
import { makeInitramfs } from './initramfs.ts';
import { writeNotices } from './notices.ts';
import { makeSnapshot } from './snapshot.ts';

/**
 * `npm run linux:image`: Debian's i386 kernel, busybox and SeaBIOS, fetched by apt, made into an image
 * that boots under v86, and a snapshot of it at a shell prompt. `--update` asks for newer packages.
 */

const CACHE = '.cache/linux';
export const IMAGE = 'public/linux';
export const WASM = 'node_modules/v86/build/v86.wasm';
const MAC_ADDRESS = '00:15:5d:00:00:01';
/** v86 puts the initial root at 64 MiB; it has to fit above that. */
const MEMORY_MIB = 68;
/**
 * No tests of ciphers and no tracing tables: three seconds and five megabytes that the lesson has no use
 * for. Without IPv6 no frame leaves that the reader did not ask for.
 */
const COMMAND_LINE =
  'console=ttyS0 quiet mitigations=off cryptomgr.notests lsm=lockdown lockdown=confidentiality audit=0 ipv6.disable=1';

/** Makes the image unless the one that is there came from the same things. */
export async function makeImage(): Promise<ImageManifest> {
  const apt = new PrivateApt(join(CACHE, 'apt'));
  apt.update(process.argv.includes('--update'));
  const kernel = apt.find(/^linux-image-6\.1\.0-\d+-686$/, 'linux-image-6.1.0-').at(-1);
  if (!kernel)
    throw new Error('apt knows no package linux-image-6.1.0-*-686; is the mirror complete?');
  const packages = [kernel, 'busybox-static', 'seabios', 'base-files'].map((name) =>
    apt.fetch(name),
  );
  const recipe = recipeOf(packages);
  const present = presentImage();
  if (present?.recipe === recipe) {
    console.log(`${IMAGE}: made before from the same packages and scripts`);
    return present;
  }
  const unpacked = join(CACHE, 'unpacked');
  rmSync(unpacked, { recursive: true, force: true });
  for (const one of packages) unpack(one, unpacked);
  return build(kernel.replace('linux-image-', ''), unpacked, packages, apt.mirrors(), recipe);
}

/** The manifest of the image that is there, if one is and its files are. */
export function presentImage(): ImageManifest | undefined {
  const path = join(IMAGE, MANIFEST_FILE);
  if (!existsSync(path)) return undefined;
  const manifest: ImageManifest = JSON.parse(readFileSync(path, 'utf8'));
  return manifest.files.every(({ name }) => existsSync(join(IMAGE, name))) ? manifest : undefined;
}

async function build(
  release: string,
  unpacked: string,
  packages: readonly DebianPackage[],
  mirrors: readonly string[],
  recipe: string,
): Promise<ImageManifest> {
  rmSync(IMAGE, { recursive: true, force: true });
  mkdirSync(IMAGE, { recursive: true });
  const kernel = readFileSync(join(unpacked, `boot/vmlinuz-${release}`));
  const initramfs = gzipSync(makeInitramfs(unpacked, release), { level: 9 });
  const bios = readFileSync(join(unpacked, 'usr/share/seabios/bios.bin'));
  console.log(`booting Linux ${release}`);
  const boot = {
    bios: bufferOf(bios),
    kernel: bufferOf(kernel),
    initramfs: bufferOf(initramfs),
    commandLine: COMMAND_LINE,
  };
  const snapshot = await makeSnapshot(WASM, MEMORY_MIB, boot, MAC_ADDRESS);
  console.log(`at the shell's prompt after ${snapshot.seconds.toFixed(1)} s`);
  const manifest: ImageManifest = {
    recipe,
    release,
    emulator: emulatorVersion(),
    memoryMiB: MEMORY_MIB,
    commandLine: COMMAND_LINE,
    macAddress: MAC_ADDRESS,
    configuration: snapshot.configuration,
    packages: packages.map(({ name, version, sha256, sources }) => ({
      name,
      version,
      sha256,
      sources,
    })),
    files: [
      write('bzImage', kernel),
      write('initramfs.cpio.gz', initramfs),
      write('bios.bin', bios),
      write(SNAPSHOT_FILE, snapshot.packed, snapshot.unpackedBytes),
    ],
  };
  writeNotices(IMAGE, unpacked, packages, mirrors);
  writeFileSync(join(IMAGE, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

function write(name: string, data: Uint8Array, unpackedBytes?: number): ImageManifest['files'][0] {
  writeFileSync(join(IMAGE, name), data);
  return { name, bytes: data.length, sha256: hash(data), ...(unpackedBytes && { unpackedBytes }) };
}

/** Hash of what decides about the image: packages, our scripts, the machine's adapter, v86. */
function recipeOf(packages: readonly DebianPackage[]): string {
  const scripts = [
    'scripts/linux/{apt,cpio,image,initramfs,notices,snapshot}.ts',
    'scripts/linux/guest/*',
  ];
  const machine = 'sandbox/linux/{computer,linux-machine,plug}.ts';
  const parts = globSync([...scripts, machine])
    .sort()
    .map((path) => `${path} ${hash(readFileSync(path))}`);
  const fetched = packages.map(({ name, sha256 }) => `${name} ${sha256}`);
  return hash([...parts, ...fetched, hash(readFileSync(WASM))].join('\n'));
}

const emulatorVersion = (): string =>
  JSON.parse(readFileSync('node_modules/v86/package.json', 'utf8')).version;

const hash = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** A copy in memory of its own, as v86 takes it. */
export const bufferOf = (data: Uint8Array): ArrayBuffer => Uint8Array.from(data).buffer;

const sizes = ({ files }: ImageManifest): string =>
  files
    .map(({ name, bytes }) => `  ${name.padEnd(18)} ${bytes.toLocaleString('en')} bytes`)
    .join('\n');

if (import.meta.main) {
  try {
    console.log(sizes(await makeImage()));
    process.exit(0);
  } catch (error) {
    console.error(`linux:image: ${(error as Error).message}`);
    process.exit(1);
  }
}
