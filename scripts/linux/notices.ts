import { copyFileSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DebianPackage } from './apt.ts';

/**
 * Writes what the licences ask for beside the image: each package's copyright notice, the texts of the
 * licences that the notices name, and the offer of the source code.
 */
export function writeNotices(
  folder: string,
  unpacked: string,
  packages: readonly DebianPackage[],
  mirrors: readonly string[],
): void {
  mkdirSync(join(folder, 'licences'), { recursive: true });
  for (const { name } of packages) {
    const from = join(unpacked, 'usr/share/doc', name, 'copyright');
    copyFileSync(from, join(folder, 'licences', `${name}.copyright.txt`));
  }
  for (const path of globSync('usr/share/common-licenses/{GPL,LGPL}-{2,2.1,3}', { cwd: unpacked }))
    copyFileSync(join(unpacked, path), join(folder, 'licences', `${basename(path)}.txt`));
  writeFileSync(join(folder, 'SOURCE-OFFER.txt'), offer(packages, mirrors));
}

function offer(packages: readonly DebianPackage[], mirrors: readonly string[]): string {
  const lines = packages.map(({ name, version }) => `  ${name} ${version}`);
  const sources = new Map<string, string>();
  for (const source of packages.flatMap((one) => one.sources))
    sources.set(
      `${source.name} ${source.version}`,
      `  apt-get source ${source.name}=${source.version}`,
    );
  return `The files bzImage, initramfs.cpio.gz, bios.bin and snapshot.bin.gz hold programs of these Debian
packages for i386, unchanged:

${lines.join('\n')}

Most are under the GNU General Public License, version 2 or 3, or the GNU Lesser General Public License;
the folder licences/ has the notice of each package and the texts.

Their complete source code is in the Debian archive under these names and versions. On a Debian system
with a deb-src entry for the release:

${[...sources.values()].join('\n')}

The image was made from packages of

${mirrors.map((uri) => `  ${uri}`).join('\n')}

which keep the source packages beside the binary ones. Debian keeps older versions in its archive of
snapshots.

Written offer. Whoever gives these files to others offers them, for at least three years from that day,
the same source code on a medium customarily used for software interchange, for no more than the cost of
giving it. It is enough to ask the operator of the site from which the files came. The scripts that put
the image together are in scripts/linux/ of the project Two Checkboxes.
`;
}
