import { describe, expect, it } from 'vitest';
import { check } from './rules.ts';

const DEVICE = 'sandbox/machine/devices/dec21140/device.ts';

describe('arrows', () => {
  it.each([
    ['sandbox/machine/engine/engine.ts', '../partition/ledger.ts'],
    ['sandbox/machine/bus/ports.ts', '../devices/dec21140/spec.ts'],
    ['sandbox/machine/vmbus/ring.ts', '../guest/netvsc.ts'],
    [DEVICE, '../sriov-nic/spec.ts'],
    [DEVICE, '../../host/worker-process.ts'],
    [DEVICE, '../../../lab/index.ts'],
    [DEVICE, 'two-checkboxes'],
    [DEVICE, 'node:fs'],
    [DEVICE, 'tinyqueue'],
    [DEVICE, '../../../../content/profiles/x.json'],
    ['sandbox/machine/guest/tulip/driver.ts', '../../host/netvsp.ts'],
    ['sandbox/machine/host/netvsp.ts', '../guest/netvsc.ts'],
    ['sandbox/machine/guest/stack.ts', '../wire/link.ts'],
    ['sandbox/machine/devices/x/device.test.ts', '../../../lab/index.ts'],
    ['sandbox/machine/oddity/new.ts', '../engine/engine.ts'],
    ['sandbox/lab/compare.ts', '../cli/main.ts'],
    ['sandbox/lab/compare.ts', '../conformance/tulip.ts'],
    ['sandbox/lab/compare.ts', 'node:crypto'],
    ['sandbox/lab/compare.ts', '../../src/lib/root.ts'],
    ['sandbox/conformance/tulip.ts', '../cli/main.ts'],
    ['sandbox/conformance/tulip.ts', '../linux/plug.ts'],
    ['sandbox/lab/compare.ts', '../linux/plug.ts'],
    ['sandbox/linux/plug.ts', 'node:fs'],
    ['sandbox/linux/plug.ts', './build/main.ts'],
    ['sandbox/linux/plug.ts', '../runner/index.ts'],
    ['src/lib/root.ts', '../../sandbox/linux/plug.ts'],
    ['src/lib/root.ts', '../../sandbox/linux/protocol.ts'],
    ['sandbox/runner/index.ts', '../lab/index.ts'],
    ['sandbox/runner/index.ts', '../lab/report.ts'],
    ['sandbox/runner/index.ts', '../machine/engine/engine.ts'],
    ['sandbox/runner/index.ts', '../../src/lib/root.ts'],
    ['sandbox/runner/index.ts', './build/sandbox.ts'],
    ['sandbox/runner/frame.ts', 'node:fs'],
    ['src/lib/root.ts', '../../sandbox/lab/index.ts'],
    ['src/lib/root.ts', '../../sandbox/lab/report.ts'],
    ['src/lib/root.ts', '../../sandbox/lab/profile/schema.ts'],
    ['src/lib/root.ts', '../../sandbox/machine/engine/engine.ts'],
    ['src/lib/root.ts', 'two-checkboxes'],
    ['lessons/01-x/cells/a.ts', '../../../sandbox/lab/index.ts'],
    ['lessons/01-x/cells/a.ts', '../../02-y/cells/b.ts'],
    ['lessons/01-x/cells/a.ts', '../exercises/e/start.ts'],
    ['lessons/01-x/cells/a.ts', 'esbuild'],
    ['lessons/01-x/exercises/e/start.ts', './solution.ts'],
    ['lessons/01-x/quizzes/q.ts', './other.ts'],
    ['lessons/01-x/quizzes/q.ts', '../cells/a.ts'],
    ['sandbox/runner/build/quizzes/judge.ts', '../../../lab/quiz/quiz.ts'],
  ])('%s may not import %s', (path, specifier) => {
    for (const statement of [
      `import { x } from '${specifier}';`,
      `import { type X } from '${specifier}';`,
      `export * from '${specifier}';`,
      `const x = await import('${specifier}');`,
    ]) {
      const found = check(path, `// one\n${statement}\n`);
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(`${path}:2: may not import '${specifier}': `);
    }
  });

  it.each([
    ['sandbox/machine/partition/ledger.ts', '../engine/engine.ts'],
    ['sandbox/machine/vmbus/interrupts.ts', '../partition/hypervisor.ts'],
    [DEVICE, './spec.ts'],
    [DEVICE, '../../iommu/iommu.ts'],
    ['sandbox/machine/guest/tulip/driver.ts', '../../devices/dec21140/spec.ts'],
    ['sandbox/machine/host/pf-driver.ts', '../devices/sriov-nic/spec.ts'],
    ['sandbox/machine/devices/x/scenario.test.ts', '../../guest/stack.ts'],
    ['sandbox/machine/devices/x/device.test.ts', 'vitest'],
    ['sandbox/machine/devices/x/device.test.ts', '../../../../tests/support/machine.ts'],
    ['sandbox/lab/profiles.ts', '../../content/profiles/x.json'],
    ['sandbox/lab/compare.ts', '../machine/engine/engine.ts'],
    ['sandbox/cli/main.ts', '../lab/index.ts'],
    ['sandbox/linux/plug.ts', '../machine/engine/engine.ts'],
    ['sandbox/linux/plug.ts', '../lab/outside-guest.ts'],
    ['sandbox/linux/computer.ts', 'v86'],
    ['sandbox/linux/build/main.ts', 'node:fs'],
    ['sandbox/runner/build/lessons.ts', 'node:fs'],
    ['src/pages/index.astro', '../lib/root.ts'],
    ['src/lib/root.ts', '../../sandbox/runner/index.ts'],
    ['lessons/01-x/cells/a.ts', 'two-checkboxes'],
    ['lessons/01-x/cells/a.ts', './b.ts'],
    ['lessons/01-x/exercises/e/check.ts', 'two-checkboxes'],
    ['lessons/01-x/quizzes/q.ts', 'two-checkboxes'],
  ])('%s may import %s', (path, specifier) => {
    const statement = `import { x } from '${specifier}';`;
    expect(check(path, path.endsWith('.astro') ? `---\n${statement}\n---\n` : statement)).toEqual(
      [],
    );
  });

  it('lets runner and site see the types of reports and sessions, not a value', () => {
    const session = '../../sandbox/linux/protocol.ts';
    expect(check('src/lib/x.ts', `import type { Update } from '${session}';`)).toEqual([]);
    for (const path of ['sandbox/runner/reports.ts', 'src/lib/reports.ts']) {
      const lab = path.startsWith('src') ? '../../sandbox/lab/report.ts' : '../lab/report.ts';
      expect(check(path, `import type { Report } from '${lab}';`)).toEqual([]);
      expect(check(path, `import { kinds } from '${lab}';`)).toHaveLength(1);
      expect(check(path, `type R = import('${lab}').Report;`)).toEqual([]);
    }
  });

  it('lets the check of an exercise name the type of the work', () => {
    const path = 'lessons/01-x/exercises/e/check.ts';
    expect(check(path, "type Work = typeof import('./start.ts');")).toEqual([]);
    expect(check(path, "type Other = typeof import('../f/start.ts');")).toHaveLength(1);
  });

  it('reads front matter and scripts of a component, and keeps line numbers', () => {
    const lab = '../../sandbox/lab/index.ts';
    const astro = `---\nimport { a } from '${lab}';\n---\n<p>import</p>\n<script>\nimport '${lab}';\n</script>\n`;
    expect(check('src/pages/index.astro', astro).map((line) => line.split(': ')[0])).toEqual([
      'src/pages/index.astro:2',
      'src/pages/index.astro:6',
    ]);
  });
});

describe('what makes runs differ', () => {
  it.each([
    ['Math.random()', 'Math.random'],
    ['Math.log2(8)', 'Math.log2'],
    ['Math.pow(2, 3)', 'Math.pow'],
    ['Math["sin"](1)', 'Math'],
    ['const { exp } = Math', 'Math'],
    ['Date.now()', 'Date'],
    ['new Date()', 'Date'],
    ['globalThis.x', 'globalThis'],
    ['1.1 ** 30', '**'],
    ['2 ** n', '**'],
    ['["a"].sort((a, b) => a.localeCompare(b))', 'localeCompare'],
  ])('refuses %s in the machine', (code, what) => {
    const found = check(DEVICE, `${code};`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`may not use ${what}`);
    expect(check('sandbox/lab/compare.ts', code)).toEqual([]);
    expect(check('sandbox/machine/engine/engine.test.ts', code)).toEqual([]);
  });

  it.each([
    'Math.floor(x / 2 ** 32)',
    '2 ** -32',
    'Math.imul(1, 2)',
    'Math.PI',
    'frame.Date',
    'x = { Date: 1 }',
  ])('allows %s', (code) => expect(check(DEVICE, `${code};`)).toEqual([]));
});
