import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

/** What many lessons never do, and the modules that only this takes. */
interface Part {
  name: string;
  /** What is in the text of every lesson that asks for it: an option, a path's name, an export of the lab. */
  word: RegExp;
  /** The exports of the lab that use it for nobody who does not say so; any, when left out. */
  spared?: ReadonlySet<string>;
  /** Modules whose classes and functions nobody calls without it. */
  modules: readonly string[];
}

/** Exports with which a cell builds any machine. */
const WHOLE = new Set(['HyperVHost', 'VirtualMachine', 'VMSwitch', 'VfDriver', 'runMachine']);

/** In the order in which `partsWithout` names them. */
export const PARTS: readonly Part[] = [
  {
    name: 'bulk transfers',
    word: /\bbulk\b/,
    modules: [
      'sandbox/lab/bulk/options.ts',
      'sandbox/lab/bulk/streams.ts',
      'sandbox/machine/devices/sriov-nic/rx-chains.ts',
      'sandbox/machine/devices/sriov-nic/rx-coalescing.ts',
      'sandbox/machine/host/receive-coalescer.ts',
    ],
  },
  {
    name: 'frames that others finish',
    word: /\bbulk/,
    modules: [
      'sandbox/machine/devices/sriov-nic/tx-offload.ts',
      'sandbox/machine/host/software-offload.ts',
    ],
  },
  {
    name: 'an emulated adapter',
    word: /emulated/,
    spared: new Set([
      ...['knob', 'profileKnob', 'show', 'text', 'Random', 'UsageError', 'findProfile'],
      ...['DESCRIPTORS', 'FOUR_REASONS', 'LEAVING_STEPS', 'QUESTIONS', 'WALKERS'],
      ...['architecture', 'aroundIommu', 'attack', 'bringUpBars', 'bringUpRequests'],
      ...['bringUpStates', 'bringUpTable', 'brokenHost', 'checkDomainTables', 'checkSignalRule'],
      ...['checkboxes', 'comeBack', 'copyCosts', 'dmaWalk', 'ejectVf', 'filterRegisters'],
      ...['forgeInterrupts', 'fourReasons', 'fourReasonsBars', 'fourReasonsTable'],
      ...['insideSwitch', 'leaveVf', 'leavingTable', 'ledgerBesideVmbus', 'momentTable'],
      ...['pathChart', 'pauseAttack', 'policyCost', 'ringByHand', 'ringTraffic', 'switchTraffic'],
      ...['threeFacts', 'tickBoxes', 'watchBringUp', 'watchLeaving', 'whatIsInTheWay'],
      'wildDescriptor',
    ]),
    modules: ['sandbox/lab/paths/emulated.ts'],
  },
];

/** Names of the parts that code with `texts` does without, which imports `names` from the lab. */
export function partsWithout(names: readonly string[], texts: readonly string[]): string[] {
  if (names.some((name) => WHOLE.has(name))) return [];
  const uses = ({ word, spared }: Part): boolean =>
    texts.some((text) => word.test(text)) || names.some((name) => spared?.has(name) === false);
  return PARTS.filter((part) => !uses(part)).map(({ name }) => name);
}

/**
 * Leaves parts out: a class or function of them throws if somebody calls it after all, which code that
 * `partsWithout` has read does not.
 * @param found told of each module that was emptied
 */
export function leaveOut(parts: readonly string[], found: (path: string) => void): Plugin {
  return {
    name: 'optional-parts',
    setup(build) {
      for (const { name, modules } of PARTS.filter(({ name }) => parts.includes(name)))
        for (const module of modules)
          build.onLoad({ filter: new RegExp(`/${module.replaceAll('.', '\\.')}$`) }, ({ path }) => {
            found(path);
            return { contents: emptied(readFileSync(path, 'utf8'), name), loader: 'ts' };
          });
    },
  };
}

/** The module `text` without its code: it exports the same, and its classes and functions throw. */
export function emptied(text: string, part: string): string {
  const file = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true);
  const says = JSON.stringify(`this lesson's lab is without ${part}`);
  const absent = `function absent() { throw new Error(${says}); }`;
  return [absent, ...file.statements.flatMap(exportsOf)].join('\n');
}

function exportsOf(node: ts.Statement): string[] {
  if (!ts.canHaveModifiers(node)) return [];
  if (!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node))
    return [`export { absent as ${node.name?.text} };`];
  return ts.isVariableStatement(node) ? [node.getText()] : [];
}
