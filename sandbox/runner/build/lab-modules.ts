import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import ts from 'typescript';

/** The module that freezes a class, under a name that no file has. */
const FREEZER = 'frozen-class';
const FREEZE = `export const frozen = (it) => { Object.freeze(it.prototype); return Object.freeze(it); };`;

/**
 * Loads the files of machine and lab for the browser. Each class is frozen where it is defined, so that
 * code in the same realm cannot change the machine through an object it was given; subclassing works as
 * before. Classes and constants are written so that esbuild leaves out those that nothing uses.
 */
export const labModules: Plugin = {
  name: 'lab-modules',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${FREEZER}$`) }, () => ({
      path: FREEZER,
      namespace: FREEZER,
    }));
    build.onLoad({ filter: /.*/, namespace: FREEZER }, () => ({ contents: FREEZE, loader: 'js' }));
    build.onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => ({
      contents: prepare(readFileSync(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

interface Edit {
  from: number;
  to: number;
  text: string;
}

/**
 * A module's text with its top-level classes frozen, and with these and its computed constants marked as
 * free of effects. That holds for machine and lab: a module's only effect is what it exports.
 */
export function prepare(text: string): string {
  const file = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest, true);
  const classes = file.statements.filter(ts.isClassDeclaration).flatMap(freezeClass);
  const constants = file.statements.filter(ts.isVariableStatement).flatMap(markConstants);
  const edits = [...classes, ...constants].sort((a, b) => b.from - a.from);
  let edited = text;
  for (const { from, to, text: words } of edits)
    edited = edited.slice(0, from) + words + edited.slice(to);
  return classes.length > 0
    ? `${edited}\nimport { frozen as __frozen } from '${FREEZER}';\n`
    : edited;
}

/** `export abstract class X …` becomes `export const X = __frozen(class X …);`. */
function freezeClass(node: ts.ClassDeclaration): Edit[] {
  const keyword = node.getChildren().find((child) => child.kind === ts.SyntaxKind.ClassKeyword);
  if (!node.name || !keyword) return [];
  const exported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const head = `${exported ? 'export ' : ''}const ${node.name.text} = /* @__PURE__ */ __frozen(`;
  return [
    { from: node.getStart(), to: keyword.getStart(), text: head },
    { from: node.end, to: node.end, text: ');' },
  ];
}

/** A constant that takes work to compute becomes the result of a function that may be left uncalled. */
function markConstants({ declarationList }: ts.VariableStatement): Edit[] {
  if (!(declarationList.flags & ts.NodeFlags.Const)) return [];
  return declarationList.declarations.flatMap(({ name, initializer }) => {
    if (!initializer || !ts.isIdentifier(name) || !takesWork(initializer)) return [];
    const from = initializer.getStart();
    return [
      { from, to: from, text: '/* @__PURE__ */ (() => (' },
      { from: initializer.end, to: initializer.end, text: '))()' },
    ];
  });
}

/** Whether esbuild must take it for possible that evaluating `node` does something. */
function takesWork(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
  return (
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isSpreadElement(node) ||
    ts.isBinaryExpression(node) ||
    (ts.forEachChild(node, takesWork) ?? false)
  );
}
