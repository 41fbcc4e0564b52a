import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { LAB_MODULE } from '../imports.ts';
import { partsWithout } from './optional-parts.ts';

/** Which of the lab's exports a lesson can reach while nobody edits it. */

/** What a lesson uses of the lab. */
export interface LabUse {
  /** The exports, sorted. */
  names: string[];
  /** Parts of the machine that none of its code uses. */
  without: string[];
}

/** What the files of a lesson's folder use; undefined when one of them takes the lab as a whole. */
export function labUseOfLesson(folder: string): LabUse | undefined {
  const texts = codeOf(folder).map((path) => readFileSync(path, 'utf8'));
  const names = labNames(texts);
  return names && { names, without: partsWithout(names, texts) };
}

/**
 * The exports of the lab that `texts` import as values, sorted; undefined when one of them takes the lab as
 * a whole: by `import *`, by a default import, or by passing its exports on.
 */
export function labNames(texts: readonly string[]): string[] | undefined {
  const names = new Set<string>();
  for (const text of texts) {
    for (const statement of ts.createSourceFile('cell.ts', text, ts.ScriptTarget.Latest)
      .statements) {
      const found = namesFrom(statement);
      if (found === undefined) return undefined;
      for (const name of found) names.add(name);
    }
  }
  return [...names].sort();
}

/** What one statement takes from the lab; undefined for all of it. */
function namesFrom(statement: ts.Statement): string[] | undefined {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const module = statement.moduleSpecifier;
  if (module === undefined || !ts.isStringLiteral(module) || module.text !== LAB_MODULE) return [];
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly ? [] : undefined;
  const clause = statement.importClause;
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || ts.isNamespaceImport(bindings)) return undefined;
  const taken = bindings.elements.filter((element) => !element.isTypeOnly);
  const names = taken.map((element) => (element.propertyName ?? element.name).text);
  return names.includes('default') ? undefined : names;
}

/** Every cell, exercise and check of a lesson; not what is there to be refused. */
function codeOf(folder: string): string[] {
  return ['cells', 'exercises']
    .map((part) => join(folder, part))
    .filter(existsSync)
    .flatMap((part) =>
      readdirSync(part, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|(^|[/\\])cheat[^/\\]*$/.test(file))
        .map((file) => join(part, file)),
    );
}
