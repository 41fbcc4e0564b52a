import { describe, expect, test } from 'vitest';
import { plainProgram } from './plain.ts';
import { originOf } from './sourcemap.ts';

const cell = (data: string) =>
  `import { runMachine } from 'two-checkboxes';\n\nconst machine = await runMachine(${data});\n\nexport default [machine.way, machine.comparison];\n`;
const DATA =
  "{\n  host: { name: 'It\\'s, }', cores: 250_000, on: true },\n  beside: ['a', 'b',],\n}";

describe('a cell of plain data', () => {
  test('runs as it stands: the lab gets the data, the members are shown', async () => {
    const program = plainProgram('machine.ts', cell(DATA));
    let given: unknown;
    let shown: unknown;
    const lab = {
      runMachine: async (data: unknown) => {
        given = data;
        return { way: 1, comparison: 2 };
      },
    };
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    const body = new AsyncFunction('__lab', '__finish', program?.code);
    await body(lab, (exports: unknown) => {
      shown = exports;
    });
    expect(given).toEqual({
      host: { name: "It's, }", cores: 250_000, on: true },
      beside: ['a', 'b'],
    });
    expect(shown).toEqual({ default: [1, 2] });
    expect(program?.called).toBe('runMachine');
  });

  test('keeps its lines', () => {
    const map = plainProgram('machine.ts', cell(DATA))?.map ?? '';
    expect(originOf(map, 1, 0)).toEqual({ source: 'cell:machine.ts', line: 1, column: 0 });
    expect(originOf(map, 6, 20)?.line).toBe(6);
  });
});

describe('anything else is not one', () => {
  test.each([
    ['a variable among the data', cell('{ frame }')],
    ['a name as a value', cell('{ frame: size }')],
    ['a call in the data', cell('{ frame: size() }')],
    ['a computed key', cell("{ ['a']: 1 }")],
    ['a type', cell('{ frame: 1 } as Settings')],
    ['a spread', cell('{ ...other }')],
    ['a template', cell('{ name: `a` }')],
    ['two arguments', cell('{ a: 1 }, { b: 2 }')],
    ['no object', cell("['a']")],
    ['braces that do not match', cell('{ a: { b: 1 }')],
    ['a string over a line', cell("{ a: 'x\ny' }")],
    ['more code', `${cell(DATA)}console.log(1);\n`],
    ['a comment', `// mine\n${cell(DATA)}`],
    ['a type of the result', cell(DATA).replace('const machine', 'const machine: unknown')],
    ['another import', cell(DATA).replace('{ runMachine }', '{ runMachine, show }')],
    ['something else that it calls', cell(DATA).replace('await runMachine', 'await fetch')],
    ['something else that it shows', cell(DATA).replace('machine.way,', 'other.way,')],
    ['a call in what it shows', cell(DATA).replace('machine.way,', 'machine.way(),')],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(plainProgram('machine.ts', text)).toBeUndefined();
  });
});
