import * as esbuild from 'esbuild-wasm/lib/browser';
import { bundleCell } from '../bundle.ts';
import type { BundleAnswer, BundleCall } from './client.ts';

/** Our own worker around esbuild-wasm. It sees texts and returns texts; it never runs what it bundles. */

let ready: Promise<void> | undefined;

async function load(wasm: string): Promise<void> {
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`could not load esbuild.wasm (${response.status})`);
  // Hosts that send a wrong content type cannot be streamed from.
  const wasmModule = await WebAssembly.compile(await response.arrayBuffer());
  await esbuild.initialize({ wasmModule, worker: false });
}

addEventListener('message', async ({ data }: MessageEvent<BundleCall>) => {
  const answer: BundleAnswer = { id: data.id };
  try {
    ready ??= load(data.wasm);
    await ready.catch((error) => {
      ready = undefined;
      throw error;
    });
    answer.result = await bundleCell(esbuild, data.request);
  } catch (error) {
    answer.failed = error instanceof Error ? error.message : String(error);
  }
  postMessage(answer);
});
