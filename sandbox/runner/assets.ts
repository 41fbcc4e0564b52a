import type { FrameParts } from './frame.ts';

/**
 * The files that the sandbox build writes, and loading them. Every name in the manifest is relative to the
 * folder it lies in, and carries a hash of the content, so that one build works under any path.
 */

import type { LessonQuizzes } from './quiz.ts';

export interface CompiledFile {
  code: string;
  map: string;
}

export interface CellEntry extends CompiledFile {
  file: string;
  /** Short hash of the source text: tells whether saved text was made from another version. */
  hash: string;
  /** Cells of the lesson it imports, directly or through others. */
  imports: string[];
}

export interface ExerciseEntry {
  hash: string;
  start: CompiledFile;
  solution: CompiledFile;
  check: CompiledFile;
}

export interface LessonEntry {
  /** The lab that runs the lesson as it was compiled: it has the exports that the lesson imports. */
  lab: string;
  /** Whether that lab lacks parts which other options of the same exports could ask for. */
  partial: boolean;
  /** In the order of the lesson. */
  cells: CellEntry[];
  exercises: Record<string, ExerciseEntry>;
  /** A `LessonTexts` document. */
  texts: string;
  /** A `LessonQuizzes` document. */
  quizzes: string;
}

export interface LessonTexts {
  cells: Record<string, string>;
  exercises: Record<string, { start: string; solution: string }>;
}

export interface Manifest {
  /** The whole lab, for edited code: it may import any of the exports. */
  lab: string;
  harness: string;
  /** The document of every sandboxed frame, as text: the pages' policies name the hash of its script. */
  frame: string;
  /** A JSON object of project path to text: every file the lab bundle was made from. */
  sources: string;
  bundler: { script: string; wasm: string };
  editor: { script: string; style: string; editorWorker: string; typescriptWorker: string };
  /** A module with the lab's rules for cost profiles. */
  profileRules: string;
  /** By folder: the name of a file with a `LessonEntry`. */
  lessons: Record<string, string>;
}

/** The lab's rules for cost profiles. */
export interface ProfileRules {
  /** Everything that keeps `value` from being a profile, with the field or figure it is about. */
  profileProblems(value: unknown): { at: string; says: string }[];
}

export class Assets {
  readonly base: URL;
  #kept = new Map<string, Promise<unknown>>();

  /** `base` is the address of the folder, absolute or relative to the document. */
  constructor(base: string | URL) {
    this.base = new URL(base, document.baseURI);
  }

  url(name: string): string {
    return new URL(name, this.base).href;
  }

  manifest(): Promise<Manifest> {
    return this.#once('manifest.json', async () =>
      (await this.#fetch('manifest.json', 'no-cache')).json(),
    );
  }

  text(name: string): Promise<string> {
    return this.#once(name, async () => (await this.#fetch(name)).text());
  }

  json<T>(name: string): Promise<T> {
    return this.#once(`json ${name}`, async () => JSON.parse(await this.text(name)));
  }

  async lesson(slug: string): Promise<LessonEntry> {
    const lesson = (await this.manifest()).lessons[slug];
    if (!lesson) throw new Error(`the sandbox has no lesson '${slug}'`);
    return this.json<LessonEntry>(lesson);
  }

  async lessonTexts(slug: string): Promise<LessonTexts> {
    return this.json<LessonTexts>((await this.lesson(slug)).texts);
  }

  /** The lesson's questions with their keys. */
  async quizzes(slug: string): Promise<LessonQuizzes> {
    return this.json<LessonQuizzes>((await this.lesson(slug)).quizzes);
  }

  async sources(): Promise<Record<string, string>> {
    return this.json<Record<string, string>>((await this.manifest()).sources);
  }

  async profileRules(): Promise<ProfileRules> {
    const { profileRules } = await this.manifest();
    return import(/* @vite-ignore */ this.url(profileRules));
  }

  /** What a frame is made of; its worker's program is `lab`, the name of a file with a lab, then the harness. */
  async frameParts(lab: string): Promise<FrameParts> {
    const { frame, harness } = await this.manifest();
    const parts = await Promise.all([this.text(lab), this.text(harness)]);
    return { document: frame, script: parts.join('\n;\n') };
  }

  async #fetch(name: string, cache: RequestCache = 'default'): Promise<Response> {
    const response = await fetch(this.url(name), { cache }).catch(() => undefined);
    if (!response?.ok)
      throw new Error(`could not load ${name} (${response ? response.status : 'no connection'})`);
    return response;
  }

  /** A load that failed may be tried again; one that worked is kept. */
  #once<T>(key: string, load: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key) as Promise<T> | undefined;
    if (kept) return kept;
    const loading = load();
    this.#kept.set(key, loading);
    loading.catch(() => this.#kept.delete(key));
    return loading;
  }
}
