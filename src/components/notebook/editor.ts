import type { Editor, EditorOptions } from '../../../sandbox/runner/editor/main.ts';
import type { Runner } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';

type EditorModule = typeof import('../../../sandbox/runner/editor/main.ts');

let loading: Promise<EditorModule> | undefined;

/** Monaco, or a plain text field where Monaco is of little use (touch) or cannot be loaded. */
export async function openEditor(runner: Runner, options: EditorOptions): Promise<Editor> {
  if (matchMedia('(pointer: coarse)').matches) return plainEditor(options);
  try {
    loading ??= load(runner);
    const module = await loading;
    const editor = module.createEditor(options);
    if (!options.host.isConnected) editor.dispose();
    return editor;
  } catch {
    loading = undefined;
    return plainEditor(options);
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

/** One text field; each file keeps its text while another is shown. Tab moves the focus, as everywhere. */
function plainEditor({ host, label, onChange, onLeave, onRun }: EditorOptions): Editor {
  const area = h('textarea', {
    class: 'editor-plain',
    'aria-label': label,
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    wrap: 'off',
  });
  const texts = new Map<string, string>();
  let current = '';
  const fit = (): void => {
    area.rows = Math.min(34, Math.max(4, area.value.split('\n').length + 1));
  };
  area.addEventListener('input', () => {
    texts.set(current, area.value);
    fit();
    onChange(current, area.value);
  });
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') onLeave();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onRun();
  });
  host.replaceChildren(area);
  const show = (file: string): void => {
    current = file;
    area.value = texts.get(file) ?? '';
    fit();
  };
  return {
    open(file, text) {
      if (!texts.has(file)) texts.set(file, text);
      show(file);
    },
    replace(file, text) {
      texts.set(file, text);
      if (file !== current) return;
      show(file);
      onChange(file, text);
    },
    close: (file) => void texts.delete(file),
    provide: () => {},
    reveal(line, column) {
      const before = area.value.split('\n').slice(0, line - 1);
      const at = before.join('\n').length + (line > 1 ? 1 : 0) + column;
      area.focus();
      area.setSelectionRange(at, at);
    },
    setTabMovesFocus: () => {},
    focus: () => area.focus(),
    dispose: () => area.remove(),
  };
}
