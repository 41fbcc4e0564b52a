import ts from 'typescript';

/** One import, re-export or dynamic import of a file. */
export interface Import {
  specifier: string;
  /** Leaves nothing behind at run time. */
  typeOnly: boolean;
  line: number;
}

/** Something that a file uses and that makes two runs of one machine differ. */
export interface Impurity {
  what: string;
  line: number;
}

export interface Reading {
  imports: Import[];
  impurities: Impurity[];
}

/** Functions of Math that every engine rounds alike. The others differ in the last bit, or are random. */
const EXACT = new Set('abs ceil clz32 floor imul max min round sign trunc'.split(' '));
const HOST = new Set('Date Intl globalThis eval Function'.split(' '));
const LOCALE = new Set(
  'localeCompare toLocaleString toLocaleUpperCase toLocaleLowerCase'.split(' '),
);

/** Reads a file's imports and impurities. An `.astro` file is read as the scripts in it. */
export function read(path: string, text: string): Reading {
  const source = path.endsWith('.astro') ? scriptsOf(text) : text;
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const reading: Reading = { imports: [], impurities: [] };
  const lineOf = (node: ts.Node): number =>
    file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) reading.imports.push({ ...found, line: lineOf(node) });
    const what = impurityOf(node);
    if (what) reading.impurities.push({ what, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return reading;
}

/** Front matter and script elements, everything else blanked, so that lines keep their numbers. */
function scriptsOf(astro: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
  const pieces = /^---\n([\s\S]*?)\n---|<script\b[^>]*>([\s\S]*?)<\/script>/g;
  let out = '';
  let end = 0;
  for (const match of astro.matchAll(pieces)) {
    const code = match[1] ?? match[2] ?? '';
    const start = match.index + match[0].indexOf(code);
    out += blank(astro.slice(end, start)) + code;
    end = start + code.length;
  }
  return out + blank(astro.slice(end));
}

function importOf(node: ts.Node): Omit<Import, 'line'> | undefined {
  const text = (literal: ts.Node | undefined): string =>
    literal && ts.isStringLiteralLike(literal) ? literal.text : '(computed)';
  if (ts.isImportDeclaration(node))
    return { specifier: text(node.moduleSpecifier), typeOnly: isTypeClause(node.importClause) };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return { specifier: text(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { specifier: text(node.argument.literal), typeOnly: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { specifier: text(node.arguments[0]), typeOnly: false };
  return undefined;
}

/** `import type`, or every name in the braces marked so. The second is kept as an empty import by some tools. */
function isTypeClause(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return identifierImpurity(node);
  if (!ts.isBinaryExpression(node)) return undefined;
  const kind = node.operatorToken.kind;
  if (kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return '**=';
  if (kind !== ts.SyntaxKind.AsteriskAsteriskToken) return undefined;
  return isPowerOfTwo(node)
    ? undefined
    : '** with another base than 2, or an exponent that is no number';
}

/** Exact in every engine: the parser or the engine folds it to a float with one bit set. */
function isPowerOfTwo({ left, right }: ts.BinaryExpression): boolean {
  const exponent = ts.isPrefixUnaryExpression(right) ? right.operand : right;
  return ts.isNumericLiteral(left) && left.text === '2' && ts.isNumericLiteral(exponent);
}

function identifierImpurity(node: ts.Identifier): string | undefined {
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  if (isMember) return LOCALE.has(node.text) ? node.text : undefined;
  const isName =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent);
  if ((isName && parent.name === node) || ts.isTypeReferenceNode(parent)) return undefined;
  if (HOST.has(node.text)) return node.text;
  if (node.text !== 'Math') return undefined;
  const member =
    ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : '';
  return EXACT.has(member) || /^[A-Z]/.test(member)
    ? undefined
    : member
      ? `Math.${member}`
      : 'Math';
}
