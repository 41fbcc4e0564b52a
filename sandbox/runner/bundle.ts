import type {
  BuildContext,
  BuildFailure,
  BuildOptions,
  BuildResult,
  ImportKind,
  Message,
  PartialMessage,
  Plugin,
} from 'esbuild';
import {
  type BundleRequest,
  type BundleResult,
  type Diagnostic,
  sourceName,
} from './bundle-names.ts';
import {
  type ImportContext,
  LAB_ENTRY,
  labImports,
  resolveFromCell,
  resolveFromSource,
} from './imports.ts';

/** The part of esbuild that bundling needs: the native package in Node, esbuild-wasm in our own worker. */
export interface Esbuild {
  build(options: BuildOptions): Promise<BuildResult>;
}

/** The part that bundling again and again needs. */
export interface IncrementalEsbuild extends Esbuild {
  context(options: BuildOptions): Promise<BuildContext>;
}

/**
 * Bundles a cell and what it imports into the body of an async function. The lab is the one passed as
 * `__lab`, or, when source texts are given, a fresh one that the bundle hands to `__open`; the cell's
 * exports go to `__finish`. Never throws for bad code: refused imports and syntax errors are diagnostics.
 */
export function bundleCell(esbuild: Esbuild, request: BundleRequest): Promise<BundleResult> {
  return outcome(esbuild.build(options(() => request, 'external')));
}

/**
 * Bundles one request after the other. What esbuild read of a file is kept until the file's text changes, and
 * no source maps are made: `bundleCell` gives the same code with one. One call at a time.
 */
export class CellBundler {
  #context: Promise<BuildContext> | undefined;
  #esbuild: IncrementalEsbuild;
  #request: BundleRequest = { entry: '', cells: {} };

  constructor(esbuild: IncrementalEsbuild) {
    this.#esbuild = esbuild;
  }

  async bundle(request: BundleRequest): Promise<BundleResult> {
    this.#request = request;
    this.#context ??= this.#esbuild.context(options(() => this.#request, false));
    return outcome((await this.#context).rebuild());
  }
}

async function outcome(building: Promise<BuildResult>): Promise<BundleResult> {
  try {
    const result = await building;
    const outputs = result.outputFiles ?? [];
    const map = outputs.find((file) => file.path.endsWith('.map'));
    const code = outputs.find((file) => !file.path.endsWith('.map'));
    if (!code) throw new Error('esbuild returned no output');
    return {
      ok: true,
      code: code.text,
      sourceMap: map?.text ?? '',
      warnings: result.warnings.map(diagnostic),
    };
  } catch (error) {
    const failure = error as Partial<BuildFailure>;
    if (!Array.isArray(failure.errors)) throw error;
    const located = failure.errors.filter((message) => message.location);
    const told = located.length > 0 ? located : failure.errors;
    return { ok: false, diagnostics: told.map(diagnostic) };
  }
}

function options(current: () => BundleRequest, sourcemap: 'external' | false): BuildOptions {
  return {
    entryPoints: ['entry'],
    outfile: 'cell.js',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    sourcemap,
    sourcesContent: false,
    treeShaking: true,
    logLevel: 'silent',
    // An esm bundle carries no directive, and a function body is sloppy without one.
    banner: { js: '"use strict";' },
    define: { 'import.meta': 'undefined' },
    logOverride: {
      'unsupported-dynamic-import': 'error',
      'unsupported-require-call': 'error',
      'indirect-require': 'error',
      'empty-glob': 'error',
    },
    // Keeps imports that are not used, so that a foreign one is refused and not silently dropped.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    plugins: [notebookFiles(current)],
  };
}

/** esbuild's view of the notebook: no file exists but those of the request. */
function notebookFiles(current: () => BundleRequest): Plugin {
  return {
    name: 'notebook-files',
    setup(build) {
      let request = current();
      let context: ImportContext = { cells: [], sources: undefined };
      build.onStart(() => {
        request = current();
        context = {
          cells: Object.keys(request.cells),
          sources: request.sources && new Set(Object.keys(request.sources)),
        };
      });
      build.onResolve({ filter: /.*/ }, ({ path, importer, namespace, kind }) => {
        if (kind === 'entry-point') return { path: 'entry', namespace: 'entry' };
        if (namespace === 'entry') return entryTarget(path);
        const why = refusedKind(kind, path);
        if (why) return { errors: [{ text: why }] };
        const target =
          namespace === 'cell'
            ? resolveFromCell(path, context)
            : resolveFromSource(path, importer, context.sources ?? new Set());
        if (target.kind === 'refused') return { errors: [{ text: target.why }] };
        if (target.kind === 'lab') return { path: 'two-checkboxes', namespace: 'lab' };
        if (target.kind === 'cell') return { path: target.file, namespace: 'cell' };
        return { path: target.path, namespace: 'source' };
      });
      // esbuild takes import(`./${name}.ts`) for a pattern and looks for files that match on disk.
      build.onLoad({ filter: /.*/, namespace: 'file' }, () => ({
        errors: [computedImport(request)],
      }));
      build.onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
        contents: entryText(path, request),
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'lab' }, () => ({
        contents: labText(Object.values(request.cells)),
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'cell' }, ({ path }) => ({
        // A file without import or export would be taken for a CommonJS one.
        contents: `${request.cells[path] ?? ''}\nexport {};`,
        loader: 'ts',
      }));
      build.onLoad({ filter: /.*/, namespace: 'source' }, ({ path }) => ({
        contents: request.sources?.[path] ?? '',
        loader: path.endsWith('.json') ? 'json' : 'ts',
      }));
    },
  };
}

/** The wrapper has two modules, because the session must be open before the cell's own code runs. */
function entryText(path: string, request: BundleRequest): string {
  if (path === 'open')
    return request.sources ? `import * as lab from 'source:${LAB_ENTRY}'; __open(lab);` : '';
  return `import 'open';\nimport * as cell from ${JSON.stringify(`cell:${request.entry}`)};\n__finish(cell);`;
}

/**
 * The lab as a module: an export for each name that the cells import, so that esbuild leaves out what the
 * cell does not use. Cells that import it in another way get it as a CommonJS module, whose helpers take
 * more room than most cells.
 */
function labText(cells: readonly string[]): string {
  const names = labImports(cells);
  if (names === undefined) return 'module.exports = __lab;';
  // A read of a property alone counts as having an effect, and would be kept.
  return names
    .map((name) => `export const ${name} = /* @__PURE__ */ (() => __lab.${name})();`)
    .join('\n');
}

function entryTarget(path: string): { path: string; namespace: string } {
  const colon = path.indexOf(':');
  return colon < 0
    ? { path, namespace: 'entry' }
    : { path: path.slice(colon + 1), namespace: path.slice(0, colon) };
}

function refusedKind(kind: ImportKind, path: string): string | undefined {
  if (kind === 'dynamic-import')
    return `cannot import '${path}' with import(); write an import at the top of the file`;
  if (kind === 'require-call' || kind === 'require-resolve') {
    return `cannot require '${path}'; write an import at the top of the file`;
  }
  return undefined;
}

const COMPUTED = 'cannot use import() with a computed name; write an import at the top of the file';

const PLAIN: Record<string, string> = {
  'unsupported-dynamic-import': COMPUTED,
  'unsupported-require-call': 'cannot use require; write an import at the top of the file',
  'empty-glob': COMPUTED,
  'indirect-require': 'cannot use require; write an import at the top of the file',
};

function diagnostic(message: Message): Diagnostic {
  const text =
    PLAIN[message.id] ??
    computedPattern(message) ??
    message.text.replaceAll(/"(?:cell|source):/g, '"');
  const at = message.location;
  if (!at) return { file: '', line: 0, column: 0, text };
  return { file: sourceName(at.file), line: at.line, column: at.column, text };
}

/** Without a disk to look on, esbuild calls a computed import a pattern that it could not resolve. */
function computedPattern({ text }: Message): string | undefined {
  return /^Could not resolve (?:import|require)\("[^"]*\*/.test(text) ? COMPUTED : undefined;
}

/** The refusal of a computed import, at the first line that could have made it. */
function computedImport({ cells }: BundleRequest): PartialMessage {
  for (const [file, text] of Object.entries(cells)) {
    const line = text.split('\n').findIndex((words) => /\b(?:import|require)\s*\(/.test(words)) + 1;
    if (line > 0) return { text: COMPUTED, location: { file, line, column: 0 } };
  }
  return { text: COMPUTED };
}
