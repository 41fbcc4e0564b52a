import { expect, it } from 'vitest';
import { labNames } from './lab-names.ts';

it('finds what is imported by name, through aliases, comments and line ends', () => {
  const names = labNames([
    `import { knob, text as words } from 'two-checkboxes';\nimport { x } from './setup.ts';`,
    `import {\n  /* } from 'elsewhere' */ compare,\n  knob,\n} from "two-checkboxes";`,
  ]);
  expect(names).toEqual(['compare', 'knob', 'text']);
});

it('leaves out types, and words that only look like an import', () => {
  const names = labNames([
    `import type { Report } from 'two-checkboxes';\nimport { type KnobSpec, show } from 'two-checkboxes';`,
    `// import { compare } from 'two-checkboxes';\nconst words = "import * as lab from 'two-checkboxes'";`,
    `export type { Report } from 'two-checkboxes';\nimport 'two-checkboxes';\nimport type * as Lab from 'two-checkboxes';`,
  ]);
  expect(names).toEqual(['show']);
});

it.each([
  `import * as lab from 'two-checkboxes';`,
  `import lab from 'two-checkboxes';`,
  `import { default as lab } from 'two-checkboxes';`,
  `import lab, { knob } from 'two-checkboxes';`,
  `export * from 'two-checkboxes';`,
  `export * as lab from 'two-checkboxes';`,
  `export { knob } from 'two-checkboxes';`,
])('takes the lab as a whole: %s', (text) => {
  expect(labNames([`import { knob } from 'two-checkboxes';`, text])).toBeUndefined();
});
