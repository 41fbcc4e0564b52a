import type { Editor, EditorOptions } from '../../../sandbox/runner/editor/types.ts';
import type { Runner } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';
import { PlainEditor } from './plain-editor.ts';
import { read, write } from './store.ts';

type EditorModule = typeof import('../../../sandbox/runner/editor/main.ts');

let loading: Promise<EditorModule> | undefined;

/** Whether the reader wants the plain editor: as chosen last, else by what the screen is touched with. */
export function prefersPlain(): boolean {
  const chosen = read<unknown>('editor');
  if (chosen === 'plain' || chosen === 'full') return chosen === 'plain';
  return matchMedia('(pointer: coarse)').matches;
}

export function choosePlain(plain: boolean): void {
  write('editor', plain ? 'plain' : 'full');
}

/** Monaco, or the plain one where it is wanted or Monaco cannot be loaded. */
export async function openEditor(runner: Runner, options: EditorOptions): Promise<Editor> {
  if (prefersPlain()) return new PlainEditor(options);
  try {
    loading ??= load(runner);
    const module = await loading;
    options.host.replaceChildren();
    return module.createEditor(options);
  } catch {
    loading = undefined;
    options.onSay('The full editor could not be loaded; this is the plain one.');
    return new PlainEditor(options);
  }
}

async function load({ assets }: Runner): Promise<EditorModule> {
  const { editor } = await assets.manifest();
  const style = h('link', { rel: 'stylesheet', href: assets.url(editor.style) });
  const styled = new Promise<void>((resolve, reject) => {
    style.onload = () => resolve();
    style.onerror = () => reject(new Error('no style'));
  });
  document.head.append(style);
  const [module, sources] = await Promise.all([
    import(/* @vite-ignore */ assets.url(editor.script)) as Promise<EditorModule>,
    assets.sources(),
    styled,
  ]);
  module.setup({
    editorWorker: assets.url(editor.editorWorker),
    typescriptWorker: assets.url(editor.typescriptWorker),
    sources,
  });
  return module;
}
