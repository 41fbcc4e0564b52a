import { describe, expect, it } from 'vitest';
import { placesOf } from './names.ts';

const sources = {
  'sandbox/machine/partition/ledger.ts':
    "export const ACTIVITIES = ['context switch', 'copy'] as const;\nexport const CONTEXT_SWITCH = 0;\n",
  'sandbox/machine/host/worker.ts':
    "class Local {}\n\nexport class Worker {\n  readonly name = 'worker';\n  wake(): void {\n    this.charge(ROOT, CONTEXT_SWITCH, 10, 'local APIC');\n    this.charge(ROOT, CONTEXT_SWITCHES, 10);\n  }\n}\n",
  'sandbox/lab/compare.ts':
    'export async function compare(): Promise<void> {}\nconst Worker = 1;\n// compare is declared above\n',
  'content/profiles/x.json': '{ "compare": "function compare" }',
};

const where = (name: string): string[] =>
  placesOf(sources, name).map(
    ({ file, line, column }) => `${file.split('/').at(-1)}:${line}:${column}`,
  );

describe('where the sources have a name', () => {
  it('finds the declaration, at the name', () => {
    expect(where('compare')).toEqual(['compare.ts:1:22']);
    expect(placesOf(sources, 'compare')[0]?.text).toBe(
      'export async function compare(): Promise<void> {}',
    );
  });

  it('puts what is exported first', () => {
    expect(where('Worker')).toEqual(['worker.ts:3:13', 'compare.ts:2:6']);
  });

  it('finds a member of a class when nothing else has the name', () => {
    expect(where('wake')).toEqual(['worker.ts:5:2']);
  });

  it('leads from an activity of the ledger to where it is charged, then to its words', () => {
    expect(where('context switch')).toEqual(['worker.ts:6:22', 'ledger.ts:1:28']);
  });

  it('finds words only as they are, between quotes', () => {
    expect(where('local APIC')).toEqual(['worker.ts:6:43']);
    expect(where('local')).toEqual([]);
  });

  it('takes a name for text, never for a pattern', () => {
    expect(where('.*')).toEqual([]);
    expect(where('(')).toEqual([]);
    expect(where('   ')).toEqual([]);
    expect(where('__proto__')).toEqual([]);
  });
});
