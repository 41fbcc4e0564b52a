import { posix } from 'node:path';
import { type Import, type Reading, read } from './read.ts';

/** A part of the project by the layers of the design; `detail` tells devices, lessons and the like apart. */
interface Place {
  part: string;
  detail: string;
}

/** What a file of `part` may import from the project, and whether packages and `node:` modules too. */
interface Rule {
  mayImport: readonly string[];
  packages: boolean;
  node: boolean;
}

/** Later parts of the machine may import earlier ones; parts in one row may import each other. */
const MACHINE_ROWS = [
  ['engine', 'memory', 'net'],
  ['bus'],
  ['iommu', 'vmbus', 'partition'],
  ['devices'],
] as const;
/** Above all rows; none of them knows another: what joins them is in the rows below. */
const MACHINE_TOP = ['guest', 'host', 'wire'];

const RULES: Record<string, Rule> = {
  lab: { mayImport: ['machine', 'lab', 'content'], packages: false, node: false },
  conformance: {
    mayImport: ['machine', 'lab', 'conformance', 'content'],
    packages: false,
    node: true,
  },
  // v86 is its processor; browser and Node both run it.
  linux: {
    mayImport: ['machine', 'lab', 'conformance', 'linux', 'content'],
    packages: true,
    node: false,
  },
  'linux-build': {
    mayImport: ['lab', 'linux', 'runner-build', 'linux-build'],
    packages: true,
    node: true,
  },
  cli: {
    mayImport: ['machine', 'lab', 'conformance', 'cli', 'content'],
    packages: true,
    node: true,
  },
  runner: { mayImport: ['runner'], packages: true, node: false },
  'runner-build': { mayImport: ['runner', 'runner-build'], packages: true, node: true },
  src: { mayImport: ['src', 'runner', 'content'], packages: true, node: true },
};

/** The files below them that runner and site may know, and only their types. */
const REPORT_TYPES = [
  'sandbox/lab/report.ts',
  'sandbox/lab/profile/schema.ts',
  'sandbox/lab/quiz/quiz.ts',
  'sandbox/lab/validation/report.ts',
  'sandbox/linux/protocol.ts',
];
const FACE = 'two-checkboxes';

const PLACES: readonly [RegExp, string][] = [
  [/^sandbox\/machine\/(?:devices\/)?([^/]+)/, 'machine'],
  [/^sandbox\/runner\/build\//, 'runner-build'],
  [/^sandbox\/linux\/build\//, 'linux-build'],
  [/^sandbox\/(lab|conformance|linux|cli|runner)\//, ''],
  [/^(src|content)\//, ''],
  [/^lessons\/([^/]+\/cells)\//, 'cells'],
  [/^lessons\/([^/]+\/exercises\/[^/]+)\//, 'exercise'],
  [/^lessons\/([^/]+\/quizzes)\//, 'quiz'],
];

function placeOf(path: string): Place | undefined {
  for (const [pattern, part] of PLACES) {
    const match = pattern.exec(path);
    if (match) return { part: part || (match[1] ?? ''), detail: match[1] ?? '' };
  }
  return undefined;
}

/**
 * Checks one file against the arrows of the design.
 * @param path from the project's folder, with slashes
 * @returns one line per violation, `path:line: what and why`; empty when all is well
 */
export function check(path: string, text: string): string[] {
  const place = placeOf(path);
  if (!place || place.part === 'content') return [];
  const reading = read(path, text);
  const wrong = reading.imports.flatMap((one) => {
    const why = refuse(path, place, one);
    return why ? [`${path}:${one.line}: may not import '${one.specifier}': ${why}`] : [];
  });
  return [...wrong, ...impurities(path, place, reading)];
}

function impurities(path: string, place: Place, { impurities: found }: Reading): string[] {
  if (place.part !== 'machine' || isTest(path)) return [];
  return found.map(
    ({ what, line }) => `${path}:${line}: may not use ${what}: engines or runs differ in it`,
  );
}

const isTest = (path: string): boolean => path.endsWith('.test.ts');

function refuse(path: string, from: Place, one: Import): string | undefined {
  const { specifier } = one;
  const isPath = /^\.{0,2}\//.test(specifier);
  if (/^(cells|exercise|quiz)$/.test(from.part)) return refuseInLesson(path, from, one);
  if (isPath)
    return refusePath(path, from, posix.join(posix.dirname(path), specifier), one.typeOnly);
  if (isTest(path))
    return specifier === FACE && from.part === 'machine' ? 'the lab is above' : undefined;
  if (specifier === FACE) return 'only lessons import the lab by its name';
  const rule = RULES[from.part];
  if (specifier.startsWith('node:'))
    return rule?.node ? undefined : `${from.part} must run without Node`;
  return rule?.packages ? undefined : `${from.part} has no dependencies`;
}

function refuseInLesson(
  path: string,
  from: Place,
  { specifier, typeOnly }: Import,
): string | undefined {
  if (specifier === FACE) return undefined;
  if (from.part === 'quiz') return `a question imports '${FACE}' and nothing else`;
  const target = posix.join(posix.dirname(path), specifier);
  const isNeighbour = specifier.startsWith('./') && placeOf(target)?.detail === from.detail;
  if (from.part === 'cells')
    return isNeighbour ? undefined : `a cell imports '${FACE}' and cells of its own lesson`;
  return isNeighbour && typeOnly
    ? undefined
    : `an exercise imports '${FACE}', and only types of its own files`;
}

function refusePath(
  path: string,
  from: Place,
  target: string,
  typeOnly: boolean,
): string | undefined {
  const to = placeOf(target);
  if (isTest(path) && target.startsWith('tests/support/')) return undefined;
  if (from.part === 'machine' && to?.part === 'machine')
    return isTest(path) ? undefined : refuseInMachine(path, target);
  if (from.part === 'machine') {
    const isData = isTest(path) && to?.part === 'content';
    return isData ? undefined : 'the machine imports only itself';
  }
  if (REPORT_TYPES.includes(target) && /^(runner|runner-build|src)$/.test(from.part))
    return typeOnly ? undefined : 'only its types, with `import type`';
  if (to && RULES[from.part]?.mayImport.includes(to.part)) return undefined;
  return `${from.part} may import ${RULES[from.part]?.mayImport.join(', ')}`;
}

function refuseInMachine(path: string, target: string): string | undefined {
  const folder = (of: string): string => of.split('/')[2] ?? '';
  const [from, to] = [folder(path), folder(target)];
  const device = (of: string): string | undefined => of.split('/')[3];
  if (from === 'devices' && to === 'devices')
    return device(path) === device(target) ? undefined : 'a device does not know another device';
  if (from === to) return undefined;
  const row = (of: string): number => {
    const found = MACHINE_ROWS.findIndex((names) => (names as readonly string[]).includes(of));
    return found < 0 && MACHINE_TOP.includes(of) ? MACHINE_ROWS.length : found;
  };
  if (row(from) < 0)
    return `the layers know no machine/${from}; name it in scripts/imports/rules.ts`;
  if (row(to) < 0) return `the layers know no machine/${to}; name it in scripts/imports/rules.ts`;
  if (row(to) < row(from)) return undefined;
  if (row(to) === row(from) && row(from) < MACHINE_ROWS.length) return undefined;
  return `machine/${to} is not below machine/${from}`;
}
