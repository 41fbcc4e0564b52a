import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder of files named after their content. Files of earlier builds that were not written again go. */
export class Output {
  readonly folder: string;
  #kept = new Set<string>();
  #bytes = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes `content` as `stem.<hash>.ending` and returns that name. */
  hashed(stem: string, ending: string, content: string | Uint8Array): string {
    const name = `${stem}.${shortHash(content)}.${ending}`;
    this.write(name, content);
    return name;
  }

  write(name: string, content: string | Uint8Array): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    this.#kept.add(name);
    this.#bytes += content.length;
  }

  /** Keeps a file of an earlier build; false when it is not there. */
  keep(name: string): boolean {
    const path = join(this.folder, name);
    if (!existsSync(path)) return false;
    this.#kept.add(name);
    this.#bytes += statSync(path).size;
    return true;
  }

  /** Removes what this build did not write or keep. */
  finish(): { files: number; bytes: number } {
    for (const name of readdirSync(this.folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(this.folder, name);
      if (statSync(path).isFile() && !this.#kept.has(name.replaceAll('\\', '/'))) rmSync(path);
    }
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      if (statSync(path).isDirectory() && readdirSync(path).length === 0) rmdirSync(path);
    }
    return { files: this.#kept.size, bytes: this.#bytes };
  }
}

export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 10);
}
