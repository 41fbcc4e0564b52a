import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { DIST, pages, type Served, serve } from './serve.ts';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const LESSON = 'lessons/01-the-ledger/';
const KEY = 'two-checkboxes:v1:quiz:01-the-ledger/compare';

async function open(page: Page): Promise<Locator> {
  await page.goto(served.url + LESSON);
  return page.locator('#question-compare');
}

const kept = (page: Page): Promise<unknown> =>
  page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? 'null'), KEY);

async function answer(question: Locator, choice: string): Promise<void> {
  await question.getByLabel(choice, { exact: true }).check();
  await question.getByRole('button', { name: 'Check' }).click();
}

test.describe('a prediction', () => {
  test('says what is wrong with a choice, then gives the answer and what the model showed', async ({
    page,
  }) => {
    const question = await open(page);
    const details = question.locator('details');
    await expect(details).toBeHidden();
    await question.getByRole('button', { name: 'Check' }).click();
    await expect(question.getByRole('status')).toHaveText('Choose one first.');
    await answer(question, 'Exits');
    await expect(question.getByRole('status')).toHaveText(/^Not this one\. Handing a frame over/);
    await expect(details).toHaveAttribute('open', '');
    await expect(question.locator('.is-answer')).toHaveText(/^\s*Copies\s*this one$/);
    await expect(question.locator('.question-right')).toHaveText('Copies');
    const copies = question.locator('.question-figures div').filter({ hasText: 'Copies' });
    await expect(copies.locator('dd')).toHaveText('0');
    await expect(question.locator('input:enabled')).toHaveCount(0);
    await expect(details.locator('summary')).toBeFocused();
    expect(await kept(page)).toEqual({ seed: 0, chosen: 0, right: false, tries: 1 });
  });

  test('asks another variant with another key, and counts every try', async ({ page }) => {
    const question = await open(page);
    const told = page.evaluate(
      () =>
        new Promise((done) => {
          const heard: unknown[] = [];
          document.addEventListener('two-progress', (event) => {
            heard.push((event as CustomEvent).detail);
            if (heard.length === 2) done(heard);
          });
        }),
    );
    await answer(question, 'Copies');
    await expect(question.getByRole('status')).toHaveText('Right.');
    await question.getByRole('button', { name: 'Another one' }).click();
    await expect(question.locator('legend')).toContainText('the emulated path');
    await expect(question.locator('input').first()).toBeFocused();
    await expect(question.locator('details')).toBeHidden();
    await answer(question, 'Copies');
    await expect(question.locator('.question-right')).toHaveText('Interrupts');
    await expect(question.locator('.question-because')).toContainText('once for each frame');
    await expect(question.locator('.question-prose')).toBeHidden();
    expect(await kept(page)).toEqual({ seed: 1, chosen: 1, right: true, tries: 2 });
    const about = { lesson: '01-the-ledger', kind: 'quiz', name: 'compare' };
    expect(await told).toEqual([
      { ...about, passed: true },
      { ...about, passed: false },
    ]);
  });

  test('sets the knobs of its proof, and runs it only on a press', async ({ page }) => {
    const question = await open(page);
    await answer(question, 'Copies');
    for (let variant = 1; variant < 3; variant++) {
      await question.getByRole('button', { name: 'Another one' }).click();
      await answer(question, 'Copies');
    }
    await expect(question.locator('legend')).toContainText('60 bytes');
    const cell = page.locator('#cell-compare');
    await question.getByRole('button', { name: 'Show me the run' }).click();
    const run = cell.getByRole('button', { name: 'Run compare.ts' });
    await expect(run).toBeFocused();
    await expect(cell).toHaveAttribute('data-state', 'idle');
    await page.keyboard.press('Enter');
    await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
    await expect(cell.getByLabel('Costs of')).toHaveValue(/sandybridge-2012|1/);
    await expect(cell.getByRole('spinbutton', { name: 'Frame size' })).toHaveValue('60');

    await page.goto(served.url + LESSON);
    await question.getByRole('button', { name: 'Another one' }).click();
    await answer(question, 'Copies');
    await question.getByRole('button', { name: 'Run the proof' }).click();
    await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
    await expect(cell.locator('.report-compare .meter')).toHaveCount(4);
  });

  test('shows the answer when the cell has run, guessed or not', async ({ page }) => {
    const question = await open(page);
    await page.locator('#cell-compare').getByRole('button', { name: 'Run compare.ts' }).click();
    await expect(question.locator('details')).toHaveAttribute('open', '', { timeout: 40_000 });
    await expect(question.getByRole('status')).toHaveText('You ran it without a guess.');
    expect(await kept(page)).toBeNull();
  });

  test('is as it was after a reload, and takes no harm from what is not its own', async ({
    page,
  }) => {
    const question = await open(page);
    await answer(question, 'Interrupts');
    await expect(question).toHaveAttribute('data-answered', 'wrong');
    await page.reload();
    await expect(question).toHaveAttribute('data-answered', 'wrong');
    await expect(question.getByLabel('Interrupts')).toBeChecked();
    await expect(question.locator('details')).not.toHaveAttribute('open');
    for (const saved of ['{"seed":99,"chosen":"<b>"}', '[1]', '"x"', '{"seed":-1,"chosen":9}']) {
      await page.evaluate(([key, text]) => localStorage.setItem(key, text), [KEY, saved] as const);
      await page.reload();
      await answer(question, 'Copies');
      await expect(question.getByRole('status')).toHaveText('Right.');
    }
  });

  test('says so when its key cannot be had, and takes the next try', async ({ page }) => {
    let blocked = true;
    await page.route('**/quizzes.*.json', (route) => (blocked ? route.abort() : route.continue()));
    const question = await open(page);
    await answer(question, 'Copies');
    await expect(question.getByRole('status')).toContainText('The answer could not be loaded');
    await expect(question.locator('details')).toBeHidden();
    blocked = false;
    await question.getByRole('button', { name: 'Check' }).click();
    await expect(question.getByRole('status')).toHaveText('Right.');
  });

  test('is answered by keyboard alone', async ({ page }) => {
    const question = await open(page);
    await question.locator('input').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await expect(question.getByRole('button', { name: 'Check' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(question.locator('summary')).toBeFocused();
    await expect(question).toHaveAttribute('data-answered', 'right');
    const next = question.getByRole('button', { name: 'Another one' });
    for (let i = 0; i < 8 && !(await next.evaluate((it) => it === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(question.locator('input').first()).toBeFocused();
  });
});

test.describe('a quiz', () => {
  test('asks one question after the other, counts, and begins again with others', async ({
    page,
  }) => {
    await page.goto(served.url + LESSON);
    const quiz = page.locator('two-quiz');
    const shown = quiz.locator('two-question:visible');
    const next = quiz.locator('.quiz-next');
    await expect(next).toBeHidden();
    const asked: string[] = [];
    for (const [number, choice] of [
      'Twenty, or more',
      'They fall by half',
      'Not at all',
    ].entries()) {
      await expect(shown).toHaveCount(1);
      await expect(shown.locator('.kicker')).toHaveText(`Question ${number + 1} of 3`);
      asked.push((await shown.locator('.question-text').textContent()) ?? '');
      await answer(shown, choice);
      await expect(shown.locator('summary')).toBeFocused();
      if (number < 2) {
        await expect(quiz.locator('.quiz-sum')).toHaveText('');
        await quiz.getByRole('button', { name: 'Next question' }).click();
        await expect(shown.locator('input').first()).toBeFocused();
      }
    }
    await expect(quiz.locator('.quiz-sum')).toHaveText('2 of 3 right.');
    await quiz.getByRole('button', { name: 'Begin again' }).click();
    await expect(shown.locator('.kicker')).toHaveText('Question 1 of 3');
    await expect(shown.locator('.question-text')).not.toHaveText(asked[0] ?? '');
    await expect(shown.locator('input').first()).toBeFocused();
    await expect(shown.locator('input:checked')).toHaveCount(0);
  });

  test('is at the first question without an answer after a reload', async ({ page }) => {
    await page.goto(served.url + LESSON);
    const quiz = page.locator('two-quiz');
    const shown = quiz.locator('two-question:visible');
    await answer(shown, 'Twenty, or more');
    await expect(shown).toHaveAttribute('data-answered', 'right');
    await page.reload();
    await expect(shown.locator('.kicker')).toHaveText('Question 2 of 3');
    await expect(shown).not.toHaveAttribute('data-answered');
  });

  test('stands in every lesson, and each question is about a cell of its page', async () => {
    const lessons = pages().filter((path) => path.startsWith('lessons/'));
    expect(lessons).toHaveLength(16);
    for (const path of lessons) {
      const html = readFileSync(join(DIST, path, 'index.html'), 'utf8');
      const quiz = html.slice(html.indexOf('<two-quiz'), html.indexOf('</two-quiz>'));
      expect(quiz.split('<two-question').length - 1, path).toBeGreaterThanOrEqual(2);
      const cells = [...html.matchAll(/<two-question[^>]* data-cell="([^"]+)"/g)];
      expect(cells.length, path).toBeGreaterThanOrEqual(3);
      for (const [, cell] of cells) expect(html, path).toContain(`id="cell-${cell}"`);
    }
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('all questions of a quiz stand below each other', async ({ page }) => {
    await page.goto(served.url + LESSON);
    await expect(page.locator('two-quiz two-question:visible')).toHaveCount(3);
    await expect(page.locator('two-quiz').getByRole('button')).toHaveCount(0);
  });

  test('question and answer can be read', async ({ page }) => {
    const question = await open(page);
    await question.locator('summary').click();
    await expect(question.locator('.question-right')).toHaveText('Copies');
    await expect(question.locator('.question-figures')).toBeVisible();
    await expect(question.getByRole('button')).toHaveCount(0);
  });
});

for (const [width, colorScheme] of [
  [1280, 'light'],
  [360, 'dark'],
] as const) {
  test.describe(`at ${width} pixels, ${colorScheme}`, () => {
    test.use({ viewport: { width, height: 800 }, colorScheme });
    test('answered questions break no rule of axe, and stay in the page', async ({ page }) => {
      const question = await open(page);
      await answer(question, 'Exits');
      await expect(question).toHaveAttribute('data-answered', 'wrong');
      await answer(page.locator('#question-all-exits'), 'Twenty, or more');
      await expect(page.locator('.quiz-next')).toBeVisible();
      const parts = new AxeBuilder({ page }).include('#question-compare').include('two-quiz');
      const { violations } = await parts.analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess).toBeLessThanOrEqual(0);
    });
  });
}
