import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { QuizEntry } from '../../quiz.ts';

const DAYS_KEPT = 7;

/** What was computed before, in a folder of files named after all that it was computed from. */
export class QuizCache {
  #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  static key(...parts: readonly string[]): string {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(`${part.length}\n${part}`);
    return hash.digest('hex').slice(0, 32);
  }

  get(key: string): QuizEntry | undefined {
    const path = this.#path(key);
    if (!existsSync(path)) return undefined;
    try {
      const entry = JSON.parse(readFileSync(path, 'utf8'));
      const now = new Date();
      utimesSync(path, now, now);
      return entry;
    } catch {
      // Half written by a build that was stopped: computed again.
      return undefined;
    }
  }

  set(key: string, entry: QuizEntry): void {
    writeFileSync(this.#path(key), JSON.stringify(entry));
  }

  /** Removes what no build has asked for in a week. */
  tidy(): void {
    const oldest = Date.now() - DAYS_KEPT * 86_400_000;
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      if (statSync(path).mtimeMs < oldest) rmSync(path);
    }
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json`);
  }
}
