import { startVisit } from './scripts/visit.ts';
import { timeEditedMachine } from './scripts/bench-edit.ts';
const visit = await startVisit();
try { for (let i = 0; i < Number(process.argv[2] ?? 1); i++) {
  const context = await visit.browser.newContext(); const page = await context.newPage();
  page.on('console', m => console.log(m.text()));
  await page.goto(visit.url + 'lessons/01-the-ledger/'); await page.locator('two-cell:defined').first().waitFor();
  console.log(JSON.stringify(await timeEditedMachine(page, page.locator('#cell-compare')))); await context.close(); } } finally { await visit.close(); }
