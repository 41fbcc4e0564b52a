import type { BrowserContext } from '@playwright/test';

/**
 * Everything that a policy refuses from now on in pages of this context, in their frames and workers: the
 * event of each document, and what the browser says on the console, which is all that a worker shows.
 */
export async function watchPolicy(context: BrowserContext): Promise<string[]> {
  const seen: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.warn(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const look = (text: string): void => {
    if (/policy violation:|content security policy/i.test(text)) seen.push(text);
  };
  context.on('console', (message) => look(message.text()));
  context.on('weberror', (error) => look(String(error.error())));
  return seen;
}
