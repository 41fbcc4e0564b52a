import type { Assets } from '../assets.ts';
import type { BundleRequest, BundleResult } from '../bundle-names.ts';

export interface BundleCall {
  id: number;
  wasm: string;
  request: BundleRequest;
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

  constructor(assets: Assets) {
    this.#assets = assets;
  }

  /** Never rejects for bad code, see `bundleCell`; rejects when the bundler cannot be loaded. */
  async bundle(request: BundleRequest): Promise<BundleResult> {
    const { bundler } = await this.#assets.manifest();
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({
        id,
        wasm: this.#assets.url(bundler.wasm),
        request,
      } satisfies BundleCall);
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
    for (const { reject } of this.#waiting.values())
      reject(new Error('the bundler could not be loaded'));
    this.#waiting.clear();
  }
}
