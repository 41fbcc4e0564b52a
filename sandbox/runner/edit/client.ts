import type { Assets } from '../assets.ts';
import type { BundleRequest, BundleResult } from '../bundle-names.ts';

/** What is asked for: the same as a request, with what differs from the machine's own sources. */
export interface EditedCell extends Omit<BundleRequest, 'sources'> {
  /** Edited texts of machine and lab by project path; with one of them the whole lab is bundled. */
  edits?: Record<string, string>;
}

/** The sources are sent once: they are two megabytes of text. */
export interface BundleCall {
  id: number;
  wasm: string;
  sources?: Record<string, string>;
  /** Without one the bundler only gets ready. */
  cell?: EditedCell;
  /** Whether the source map is wanted, and nothing else. */
  map?: boolean;
}

export interface BundleAnswer {
  id: number;
  result?: BundleResult;
  /** Why bundling itself failed, such as a wasm file that did not load. */
  failed?: string;
}

/** Bundles edited code with esbuild-wasm in a worker of our own, started on first use. */
export class BundlerClient {
  #assets: Assets;
  #worker: Promise<Worker> | undefined;
  #waiting = new Map<number, { resolve(result: BundleResult): void; reject(error: Error): void }>();
  #lastId = 0;
  #hasSources = false;
  #warm: Promise<unknown> | undefined;

  constructor(assets: Assets) {
    this.#assets = assets;
  }

  /** Never rejects for bad code, see `bundleCell`; rejects when the bundler cannot be loaded. */
  bundle(cell: EditedCell): Promise<BundleResult> {
    return this.#ask({ cell });
  }

  /** The map of what `bundle` made of the same cell; made only when an error has to be traced to its line. */
  async sourceMap(cell: EditedCell): Promise<string> {
    const result = await this.#ask({ cell, map: true });
    if (!result.ok) throw new Error('the code could not be bundled again');
    return result.sourceMap;
  }

  /** Loads the bundler and lets it read the whole machine once, so that the first run need not wait for it. */
  prepare(): Promise<unknown> {
    this.#warm ??= this.#ask({ cell: { entry: 'warm.ts', cells: { 'warm.ts': '' }, edits: {} } });
    this.#warm.catch(() => {
      this.#warm = undefined;
    });
    return this.#warm;
  }

  async #ask(call: Pick<BundleCall, 'cell' | 'map'>): Promise<BundleResult> {
    const { bundler } = await this.#assets.manifest();
    const sources = call.cell?.edits && (await this.#assets.sources());
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const message: BundleCall = { id, wasm: this.#assets.url(bundler.wasm), ...call };
      if (sources && !this.#hasSources) message.sources = sources;
      this.#hasSources ||= sources !== undefined;
      worker.postMessage(message);
    });
  }

  async #start(): Promise<Worker> {
    const { bundler } = await this.#assets.manifest();
    const worker = new Worker(this.#assets.url(bundler.script));
    worker.onmessage = ({ data }: MessageEvent<BundleAnswer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.result) waiting?.resolve(data.result);
      else waiting?.reject(new Error(data.failed ?? 'the bundler failed'));
    };
    worker.onerror = () => this.#fail(worker);
    return worker;
  }

  #fail(worker: Worker): void {
    worker.terminate();
    this.#worker = undefined;
    this.#hasSources = false;
    this.#warm = undefined;
    for (const { reject } of this.#waiting.values())
      reject(new Error('the bundler could not be loaded'));
    this.#waiting.clear();
  }
}
