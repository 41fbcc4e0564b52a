import * as esbuild from 'esbuild-wasm/lib/browser';
import { bundleCell, CellBundler } from '../bundle.ts';
import type { BundleRequest, BundleResult } from '../bundle-names.ts';
import type { BundleAnswer, BundleCall, EditedCell } from './client.ts';

/** Our own worker around esbuild-wasm. It sees texts and returns texts; it never runs what it bundles. */

let ready: Promise<void> | undefined;
let sources: Record<string, string> = {};
const bundler = new CellBundler(esbuild);
/** The calls, one after the other. */
let last: Promise<unknown> = Promise.resolve();

async function load(wasm: string): Promise<void> {
  const response = await fetch(wasm);
  if (!response.ok) throw new Error(`could not load esbuild.wasm (${response.status})`);
  // Hosts that send a wrong content type cannot be streamed from.
  const wasmModule = await WebAssembly.compile(await response.arrayBuffer());
  await esbuild.initialize({ wasmModule, worker: false });
}

function requestOf({ edits, ...cell }: EditedCell): BundleRequest {
  return edits ? { ...cell, sources: { ...sources, ...edits } } : cell;
}

async function answer({ wasm, cell, map }: BundleCall): Promise<BundleResult | undefined> {
  ready ??= load(wasm);
  await ready.catch((error) => {
    ready = undefined;
    throw error;
  });
  if (!cell) return undefined;
  const request = requestOf(cell);
  return map ? bundleCell(esbuild, request) : bundler.bundle(request);
}

addEventListener('message', ({ data }: MessageEvent<BundleCall>) => {
  if (data.sources) sources = data.sources;
  last = last.then(async () => {
    const message: BundleAnswer = { id: data.id };
    try {
      message.result = await answer(data);
    } catch (error) {
      message.failed = error instanceof Error ? error.message : String(error);
    }
    postMessage(message);
  });
});
